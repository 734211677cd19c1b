//! What tests of several modules share.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{
    Account, Alert, Contract, DeliveryId, Fingerprint, Incident, Labels, Policy, Receiver, Route, Severity,
    Status, plan,
};
pub(crate) use fanfare_testkit::NOON;
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::{Accepted, Decide, OpenError, Outcome, Settlement, Store, StoreError};

/// So many seconds after [`NOON`].
pub(crate) fn after_noon(seconds: i64) -> Timestamp {
    NOON + SignedDuration::from_secs(seconds)
}

/// A folder of its own for one store.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().join("fanfare.db")
    }

    /// The store here. One that was just dropped may still be finishing its last job.
    pub(crate) fn open(&self) -> Store {
        loop {
            match Store::open(&self.path(), "a store of a test") {
                Err(OpenError::InUse(_)) => std::thread::yield_now(),
                opened => return opened.unwrap(),
            }
        }
    }

    /// A look at the file past the store.
    pub(crate) fn raw(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }

    /// The one number that `sql` asks for.
    #[track_caller]
    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.raw().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// What `kill -9` would leave at this moment, in another folder.
    pub(crate) fn copy(&self) -> Self {
        let copy = Self::new();
        for file in ["fanfare.db", "fanfare.db-wal"] {
            std::fs::copy(self.0.path().join(file), copy.0.path().join(file)).unwrap();
        }
        copy
    }

    /// How many transactions the write-ahead log holds: the last frame of each
    /// says how large the file then is. <https://www.sqlite.org/fileformat2.html#the_write_ahead_log>
    pub(crate) fn commits(&self) -> usize {
        const HEADER: usize = 32;
        const FRAME_HEADER: usize = 24;
        let log = std::fs::read(self.0.path().join("fanfare.db-wal")).unwrap();
        let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap());
        let page = number(8) as usize;
        let salt = &log[16..24];
        (HEADER..log.len())
            .step_by(FRAME_HEADER + page)
            .filter(|&frame| number(frame + 4) != 0 && &log[frame + 8..frame + 16] == salt)
            .count()
    }
}

/// Tells `on-call`, on `ding` and on `mail`, and again after four hours.
pub(crate) fn policy() -> Policy {
    let route = Route {
        matchers: Vec::new(),
        receiver: "on-call".into(),
        r#continue: false,
        repeat_interval: Duration::from_secs(4 * 60 * 60),
        routes: Vec::new(),
    };
    let on_call = Receiver {
        name: "on-call".into(),
        channels: vec!["ding".into(), "mail".into()],
        contract: Contract::default(),
    };
    Policy::new(route, vec![on_call]).unwrap()
}

/// Decides by [`policy`].
pub(crate) fn deciding(now: Timestamp) -> Arc<Decide> {
    let policy = policy();
    Arc::new(move |alert: &Alert, incident: Option<&Incident>| plan(&policy, alert, incident, now))
}

/// An alarm about the device `eui`.
pub(crate) fn alarm(eui: &str, severity: Severity) -> Alert {
    let mut alert = fanfare_testkit::alert(severity);
    let identity: Labels = [("source", "thinklink"), ("eui", eui)].into_iter().collect();
    alert.fingerprint = Fingerprint::of(&identity);
    alert.labels.set("eui", eui);
    alert
}

/// The end of [`alarm`], as bare as scripts send it.
pub(crate) fn end_of(eui: &str) -> Alert {
    let mut alert = alarm(eui, Severity::Low);
    alert.status = Status::Resolved;
    alert.labels = [("source", "thinklink"), ("eui", eui)].into_iter().collect();
    alert.annotations = Labels::default();
    alert.extra = Labels::default();
    alert
}

pub(crate) async fn try_accept(
    store: &Store,
    alerts: Vec<Alert>,
    now: Timestamp,
) -> Result<Vec<Accepted>, StoreError> {
    store.accept(alerts, now, deciding(now), |_| ()).await
}

/// The one alert, accepted.
pub(crate) async fn accept(store: &Store, alert: Alert, now: Timestamp) -> Accepted {
    try_accept(store, vec![alert], now).await.unwrap().remove(0)
}

/// The numbers of the deliveries that `accepted` called for.
pub(crate) fn deliveries(accepted: &Accepted) -> Vec<DeliveryId> {
    accepted.owed.iter().flat_map(|it| &it.deliveries).map(|it| it.id).collect()
}

pub(crate) fn account(name: &str) -> Account {
    Account::of("fake", &[name])
}

/// The first attempt of `delivery`, at noon, a second long.
pub(crate) fn settlement(delivery: DeliveryId, outcome: Outcome) -> Settlement {
    Settlement {
        delivery,
        ordinal: 1,
        started_at: NOON,
        ended_at: after_noon(1),
        word: "delivered",
        words: "errcode 0: ok".to_owned(),
        outcome,
        send: None,
        hold: None,
    }
}
