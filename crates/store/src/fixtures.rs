//! Fixtures that tests of several modules share.

mod verbs;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{
    Account, Alert, AlertId, ChannelAvailability, ChannelName, ClockLeads, Contract, DecisionContext,
    Delivery, DeliveryOutcome, DeliveryTerms, Fingerprint, HumanDuration, Labels, Policy, PolicyId, Receiver,
    Route, Rung, Sending, Settlement, Severity, Status, Succeed, Unless,
};
pub(crate) use fanfare_testkit::{NOON, after_noon};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use tempfile::TempDir;

pub(crate) use self::verbs::*;
use crate::{OpenError, Store};

/// A folder of its own for one store.
pub(crate) struct StoreFolder(TempDir);

impl StoreFolder {
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

    /// The steps by which SQLite carries out `sql`.
    #[track_caller]
    pub(crate) fn plan(&self, sql: &str) -> Vec<String> {
        let raw = self.raw();
        let mut statement = raw.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        statement.raw_query().mapped(|row| row.get(3)).collect::<Result<_, _>>().unwrap()
    }

    /// Panics if `sql` reads a whole table.
    #[track_caller]
    pub(crate) fn check_searches(&self, sql: &str) {
        let plan = self.plan(sql);
        assert_eq!(plan.iter().find(|it| it.starts_with("SCAN")), None, "{sql}: {plan:#?}");
    }

    /// Panics if `sql` reads a whole table, or all that it finds before the first row of its answer.
    #[track_caller]
    pub(crate) fn check_walks(&self, sql: &str) {
        self.check_searches(sql);
        let plan = self.plan(sql);
        assert_eq!(plan.iter().find(|it| it.contains("TEMP B-TREE")), None, "{sql}: {plan:#?}");
    }

    /// The files that `kill -9` would leave at this moment, in another folder.
    pub(crate) fn copy(&self) -> Self {
        let copy = Self::new();
        for file in ["fanfare.db", "fanfare.db-wal"] {
            std::fs::copy(self.0.path().join(file), copy.0.path().join(file)).unwrap();
        }
        copy
    }

    /// The number of transactions in the write-ahead log: the last frame of each
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

/// Deletes all that may be deleted of what is older than `before`, as the gateway does; how many alerts.
pub(crate) async fn forget(store: &Store, before: Timestamp) -> usize {
    let (mut deleted, mut after) = (0, Some(AlertId(0)));
    while let Some(from) = after {
        let expired = store.expired_alerts(from, before).await.unwrap();
        for part in expired.parts {
            deleted += store.forget_alerts(part, before).await.unwrap();
        }
        after = expired.next;
    }
    let mut after = Some(0);
    while let Some(from) = after {
        after = store.forget_digests(from, before).await.unwrap();
    }
    store.forget_usage_and_policies(before).await.unwrap();
    deleted
}

/// A policy that tells `on-call` of everything on `terms`, and again after four hours.
pub(crate) fn policy_of(terms: DeliveryTerms) -> Policy {
    let route = Route {
        matchers: Vec::new(),
        receiver: "on-call".into(),
        r#continue: false,
        repeat_interval: Duration::from_secs(4 * 60 * 60),
        routes: Vec::new(),
    };
    Policy::new(route, vec![Receiver { name: "on-call".into(), terms: Arc::new(terms) }]).unwrap()
}

/// On `ding` and on `mail`, at leisure.
pub(crate) fn plain() -> DeliveryTerms {
    DeliveryTerms::plain(vec!["ding".into(), "mail".into()])
}

/// On `ding` or else on `mail`; one of them within a minute.
pub(crate) fn in_turn() -> DeliveryTerms {
    let contract = Contract { succeed: Succeed::AtLeast(1.try_into().unwrap()), within: Some(seconds(60)) };
    DeliveryTerms { send: Sending::InTurn, contract, ..plain() }
}

/// On `ding` and on `mail` within a minute, or else on `phone`; on `boss` unless
/// somebody has acknowledged it after a quarter of an hour.
pub(crate) fn ladder() -> DeliveryTerms {
    let rung = |after, unless, to: &str| Rung { after: seconds(after), unless, to: vec![to.into()] };
    DeliveryTerms {
        contract: Contract { succeed: Succeed::All, within: Some(seconds(60)) },
        escalate: vec![rung(60, Unless::Delivered, "phone"), rung(900, Unless::Acknowledged, "boss")],
        ..plain()
    }
}

fn seconds(number: u64) -> HumanDuration {
    HumanDuration(Duration::from_secs(number))
}

/// Decides by a policy, while some channels cannot send.
#[derive(Debug, Clone)]
pub(crate) struct Decider {
    pub(crate) policy: Policy,
    pub(crate) policy_id: Option<PolicyId>,
    pub(crate) blocked: Vec<ChannelName>,
    pub(crate) gone: Vec<ChannelName>,
    /// The leads of the other scales over the wall clock.
    pub(crate) leads: ClockLeads,
}

impl Decider {
    pub(crate) fn on(terms: DeliveryTerms) -> Self {
        Self {
            policy: policy_of(terms),
            policy_id: None,
            blocked: Vec::new(),
            gone: Vec::new(),
            leads: ClockLeads::default(),
        }
    }

    pub(crate) fn while_blocked(self, channel: &str) -> Self {
        Self { blocked: vec![channel.into()], ..self }
    }

    /// `channel` is no longer in the config.
    pub(crate) fn without(self, channel: &str) -> Self {
        Self { gone: [self.gone, vec![channel.into()]].concat(), ..self }
    }

    /// A wall clock that is set to `shown` seconds after noon, when it is `passed` seconds after noon.
    pub(crate) fn with_clock_set(self, passed: i64, shown: i64) -> Self {
        let promise = SignedDuration::from_secs(passed - shown);
        Self { leads: ClockLeads { promise, ..self.leads }, ..self }
    }
}

impl Decider {
    /// The result of `decide` in the context of this policy and these channels.
    pub(crate) fn decide<T>(&self, decide: impl FnOnce(&DecisionContext<'_>) -> T) -> T {
        let availability = |channel: &ChannelName| match channel {
            channel if self.gone.contains(channel) => ChannelAvailability::NotConfigured,
            channel if self.blocked.contains(channel) => ChannelAvailability::Blocked,
            _ => ChannelAvailability::Open,
        };
        decide(&DecisionContext {
            policy: &self.policy,
            policy_id: self.policy_id,
            availability: &availability,
            leads: self.leads,
        })
    }
}

/// An alarm about the device `eui`.
pub(crate) fn alarm(eui: &str, severity: Severity) -> Alert {
    let mut alert = fanfare_testkit::alert(severity);
    let identity: Labels = [("source", "thinklink"), ("eui", eui)].into_iter().collect();
    alert.fingerprint = Fingerprint::from_labels(&identity);
    alert.labels.set("eui", eui);
    alert
}

/// The same alert in other words: no mere repeat.
pub(crate) fn reworded(mut alert: Alert, words: &str) -> Alert {
    alert.annotations.set("description", words);
    alert
}

/// The end of [`alarm`], as bare as scripts send it.
pub(crate) fn end_of(eui: &str) -> Alert {
    let mut alert = alarm(eui, Severity::Low);
    alert.status = Status::Resolved;
    alert.labels = [("eui", eui)].into_iter().collect();
    alert.annotations = Labels::default();
    alert.extra = Labels::default();
    alert
}

pub(crate) fn account(name: &str) -> Account {
    Account::new("fake", &[name])
}

/// The first attempt of `delivery`, at noon, a second long.
pub(crate) fn settlement(delivery: &Delivery, outcome: DeliveryOutcome) -> Settlement {
    let word = match outcome {
        DeliveryOutcome::Delivered => "delivered",
        DeliveryOutcome::Pending { .. } | DeliveryOutcome::Dead { .. } | DeliveryOutcome::Answered { .. } => {
            "transient"
        }
    };
    Settlement {
        delivery: delivery.id,
        notification: delivery.notification,
        needs_recheck: delivery.needs_recheck,
        ordinal: 1,
        started_at: NOON,
        ended_at: after_noon(1),
        word,
        words: "errcode 0: ok".to_owned(),
        outcome,
        send: None,
        hold: None,
    }
}

pub(crate) fn dead() -> DeliveryOutcome {
    DeliveryOutcome::Dead { reason: "too late".to_owned() }
}

/// Tried again, not before so many seconds after noon.
pub(crate) fn again(seconds: i64) -> DeliveryOutcome {
    DeliveryOutcome::Pending {
        next_at: after_noon(seconds),
        failures: 1,
        form: fanfare_core::MessageForm::Full,
        only: None,
        digest: None,
    }
}
