//! What tests of several modules share.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fanfare_core::{
    Account, Acknowledgement, Alert, ChannelName, Contract, ContractState, Decision, DeliveryId,
    DeliveryTerms, EscalationDecision, Fingerprint, HumanDuration, Incident, IncidentChange, Kind, Labels,
    Notification, NotificationId, Plan, Policy, Receiver, Route, Rung, Sending, Severity, Status, Succeed,
    Unless, Verdict, Why, evaluate_contract, plan,
};
pub(crate) use fanfare_testkit::NOON;
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::{
    Accepted, Acknowledged, Consequences, Decider, Delivery, OpenError, Outcome, PolicyId, Settlement, Store,
    StoreError,
};

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
pub(crate) struct Deciding {
    pub(crate) policy: Policy,
    pub(crate) entered_as: Option<PolicyId>,
    pub(crate) blocked: Vec<ChannelName>,
    pub(crate) gone: Vec<ChannelName>,
    /// Who is told, on a channel of the same name, that a promise was abandoned.
    pub(crate) confidant: Option<&'static str>,
}

impl Deciding {
    pub(crate) fn on(terms: DeliveryTerms) -> Self {
        Self {
            policy: policy_of(terms),
            entered_as: None,
            blocked: Vec::new(),
            gone: Vec::new(),
            confidant: None,
        }
    }

    pub(crate) fn while_blocked(self, channel: &str) -> Self {
        Self { blocked: vec![channel.into()], ..self }
    }

    /// `channel` is no longer in the config.
    pub(crate) fn without(self, channel: &str) -> Self {
        Self { gone: vec![channel.into()], ..self }
    }

    pub(crate) fn confiding_in(self, receiver: &'static str) -> Self {
        Self { confidant: Some(receiver), ..self }
    }
}

impl Decider for Deciding {
    fn policy(&self) -> Option<PolicyId> {
        self.entered_as
    }

    fn plan(&self, alert: &Alert, incident: Option<&Incident>, now: Timestamp) -> Plan {
        plan(&self.policy, alert, incident, now)
    }

    fn knows(&self, channel: &ChannelName) -> bool {
        !self.gone.contains(channel)
    }

    fn pursue(&self, terms: &DeliveryTerms, standing: &ContractState, now: Timestamp) -> EscalationDecision {
        evaluate_contract(terms, standing, &|channel| self.blocked.contains(channel), now)
    }

    fn abandoned(
        &self,
        notification: &Notification,
        told: &[ChannelName],
        _: Timestamp,
    ) -> Option<(Alert, Plan)> {
        let confidant = self.confidant?;
        let told: Vec<&str> = told.iter().map(ChannelName::as_str).collect();
        let mut alert = alarm("fanfare", Severity::High);
        alert.kind = Kind::Notice;
        alert.annotations.set("title", format!("{} not told on {}", notification.alert_id, told.join(", ")));
        let terms = Arc::new(DeliveryTerms::plain(vec![confidant.into()]));
        let decision = Decision {
            receiver: confidant.into(),
            route: None,
            verdict: Verdict::Notify { why: Why::Notice, terms },
        };
        Some((alert, Plan { decisions: vec![decision], incident: IncidentChange::Leave }))
    }
}

/// Decides on [`plain`] terms.
pub(crate) fn deciding() -> Arc<dyn Decider> {
    Arc::new(Deciding::on(plain()))
}

/// An alarm about the device `eui`.
pub(crate) fn alarm(eui: &str, severity: Severity) -> Alert {
    let mut alert = fanfare_testkit::alert(severity);
    let identity: Labels = [("source", "thinklink"), ("eui", eui)].into_iter().collect();
    alert.fingerprint = Fingerprint::from_labels(&identity);
    alert.labels.set("eui", eui);
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

pub(crate) async fn try_accept(
    store: &Store,
    alerts: Vec<Alert>,
    now: Timestamp,
) -> Result<Vec<Accepted>, StoreError> {
    store.accept(alerts, now, deciding(), |_| ()).await
}

/// The one alert, accepted.
pub(crate) async fn accept(store: &Store, alert: Alert, now: Timestamp) -> Accepted {
    try_accept(store, vec![alert], now).await.unwrap().remove(0)
}

/// The one alert, accepted as `decider` says.
pub(crate) async fn accept_by(store: &Store, decider: &Deciding, alert: Alert, now: Timestamp) -> Accepted {
    store.accept(vec![alert], now, Arc::new(decider.clone()), |_| ()).await.unwrap().remove(0)
}

/// The deliveries that `accepted` called for.
pub(crate) fn deliveries(accepted: &Accepted) -> Vec<Delivery> {
    accepted.owed.iter().flat_map(|it| &it.deliveries).cloned().collect()
}

pub(crate) fn ids(deliveries: &[Delivery]) -> Vec<DeliveryId> {
    deliveries.iter().map(|it| it.id).collect()
}

pub(crate) fn account(name: &str) -> Account {
    Account::new("fake", &[name])
}

/// The first attempt of `delivery`, at noon, a second long.
pub(crate) fn settlement(delivery: &Delivery, outcome: Outcome) -> Settlement {
    let word = match outcome {
        Outcome::Delivered => "delivered",
        Outcome::Pending { .. } | Outcome::Dead { .. } => "transient",
    };
    Settlement {
        delivery: delivery.id,
        notification: delivery.notification,
        watched: delivery.watched,
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

pub(crate) fn dead() -> Outcome {
    Outcome::Dead { reason: "too late".to_owned() }
}

/// Tried again, not before so many seconds after noon.
pub(crate) fn again(seconds: i64) -> Outcome {
    Outcome::Pending {
        next_at: after_noon(seconds),
        failures: 1,
        form: fanfare_core::MessageForm::Full,
        only: None,
        gathered: None,
    }
}

/// Remembers what followed a commit.
struct Followed<T>(Arc<Mutex<Option<T>>>);

impl<T: Clone + Send + 'static> Followed<T> {
    fn new() -> Self {
        Self(Arc::default())
    }

    fn note(&self) -> impl FnOnce(&T) + Send + 'static {
        let seen = Arc::clone(&self.0);
        move |value| *seen.lock().unwrap() = Some(value.clone())
    }

    fn take(&self) -> T {
        self.0.lock().unwrap().take().unwrap()
    }
}

/// Settles one attempt, on [`plain`] terms.
pub(crate) async fn settle(store: &Store, settlement: Settlement) -> Consequences {
    settle_by(store, &Deciding::on(plain()), settlement).await
}

pub(crate) async fn settle_by(store: &Store, decider: &Deciding, settlement: Settlement) -> Consequences {
    let followed = Followed::new();
    store.settle(vec![settlement], Arc::new(decider.clone()), followed.note()).await.unwrap();
    followed.take()
}

/// Looks at one notification.
pub(crate) async fn pursue_at(
    store: &Store,
    decider: &Deciding,
    id: NotificationId,
    now: Timestamp,
) -> Consequences {
    let followed = Followed::new();
    store.pursue(vec![(id, now)], Arc::new(decider.clone()), followed.note()).await.unwrap();
    followed.take()
}

/// Somebody called `by` acknowledges the notification `id`.
pub(crate) async fn acknowledge(
    store: &Store,
    decider: &Deciding,
    id: NotificationId,
    (by, at): (&str, Timestamp),
) -> (Acknowledged, Consequences) {
    let followed = Followed::new();
    let acknowledgement = Acknowledgement { by: by.to_owned(), at };
    store.acknowledge(id, acknowledgement, Arc::new(decider.clone()), followed.note()).await.unwrap();
    followed.take()
}
