//! A gateway on paused time, with a real store and channels that do as told.

use std::fmt;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use fanfare_core::{
    Account, Alert, Attempt, Budget, ChannelName, Clock, Contract, Fingerprint, Labels, Limits, Notification,
    NotificationId, Notifier, Policy, Receipt, Receiver, Refusal, RetryPolicy, Route, SendError, Severity,
    Status,
};
use fanfare_store::{Accepted, OpenError, Store};
use fanfare_testkit::PausedClock;
use jiff::{SignedDuration, Timestamp};
use prometheus_client::registry::Registry;
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::task::{JoinHandle, yield_now};
use tokio::time::Instant;

use crate::{Chance, ChannelSetup, Gateway, Metrics, Setup};

pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const MINUTE: Duration = Duration::from_secs(60);
pub(super) const HOUR: Duration = Duration::from_secs(60 * 60);

/// What a provider does with a message.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    Take,
    /// Takes it for some recipients only.
    TakePart {
        refused: &'static [&'static str],
        deferred: &'static [&'static str],
    },
    Fail(SendError),
    Hang,
    Panic,
    /// Takes it after so long.
    TakeAfter(Duration),
}

/// What a provider saw.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) channel: &'static str,
    /// Since the test began.
    pub(super) at: Duration,
    /// How many this channel had seen before.
    pub(super) nth: usize,
    pub(super) notification: Notification,
    pub(super) attempt: Attempt,
    /// What it did; `None` until it is known.
    pub(super) answer: Option<Answer>,
}

/// Every call of every channel, in order; like a provider, it outlives the gateway.
#[derive(Debug)]
struct Journal {
    began: Instant,
    calls: Mutex<Vec<Call>>,
}

type Script = Arc<dyn Fn(&Call) -> Answer + Send + Sync>;

/// A scripted channel.
#[derive(Clone)]
pub(super) struct Fake {
    name: &'static str,
    limits: Limits,
    timeout: Duration,
    script: Script,
}

impl Fake {
    /// A channel that takes everything, without a limit, one at a time.
    pub(super) fn new(name: &'static str) -> Self {
        let limits =
            Limits { account: Account::of("fake", &[name]), budget: None, concurrency: NonZeroUsize::MIN };
        Self { name, limits, timeout: 10 * SECOND, script: Arc::new(|_| Answer::Take) }
    }

    pub(super) fn answering(mut self, script: impl Fn(&Call) -> Answer + Send + Sync + 'static) -> Self {
        self.script = Arc::new(script);
        self
    }

    pub(super) fn of_account(mut self, name: &str) -> Self {
        self.limits.account = Account::of("fake", &[name]);
        self
    }

    pub(super) fn twenty_a_minute(mut self) -> Self {
        self.limits.budget = Some(Budget { messages: NonZeroU32::new(20).unwrap(), per: MINUTE });
        self
    }

    pub(super) fn at_once(mut self, concurrency: usize) -> Self {
        self.limits.concurrency = NonZeroUsize::new(concurrency).unwrap();
        self
    }
}

struct Speaker {
    fake: Fake,
    journal: Arc<Journal>,
}

impl fmt::Debug for Speaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.fake.name)
    }
}

#[async_trait]
impl Notifier for Speaker {
    async fn notify(&self, notification: &Notification, attempt: &Attempt) -> Result<Receipt, SendError> {
        let (index, answer) = {
            let mut calls = self.journal.calls.lock().unwrap();
            let mut call = Call {
                channel: self.fake.name,
                at: self.journal.began.elapsed(),
                nth: calls.iter().filter(|it| it.channel == self.fake.name).count(),
                notification: notification.clone(),
                attempt: attempt.clone(),
                answer: None,
            };
            let answer = (self.fake.script)(&call);
            if !matches!(answer, Answer::TakeAfter(_)) {
                call.answer = Some(answer.clone());
            }
            calls.push(call);
            (calls.len() - 1, answer)
        };
        let taken = Receipt { words: "errcode 0: ok".to_owned(), ..Receipt::default() };
        match answer {
            Answer::Take => Ok(taken),
            Answer::TakePart { refused, deferred } => {
                Ok(Receipt { refused: refusals(refused), deferred: refusals(deferred), ..taken })
            }
            Answer::Fail(err) => Err(err),
            Answer::Hang => std::future::pending().await,
            Answer::Panic => panic!("a bug in a channel"),
            Answer::TakeAfter(time) => {
                tokio::time::sleep(time).await;
                self.journal.calls.lock().unwrap()[index].answer = Some(Answer::Take);
                Ok(taken)
            }
        }
    }

    fn limits(&self) -> Limits {
        self.fake.limits.clone()
    }
}

fn refusals(recipients: &[&str]) -> Vec<Refusal> {
    recipients.iter().map(|it| Refusal { recipient: (*it).to_owned(), reason: "550 no".to_owned() }).collect()
}

/// A clock that follows paused time and can be set.
#[derive(Debug)]
struct WallClock {
    paused: PausedClock,
    set_by: AtomicI64, // seconds
}

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        self.paused.now() + SignedDuration::from_secs(self.set_by.load(Ordering::SeqCst))
    }
}

/// Every retry waits as long as its back-off allows.
#[derive(Debug)]
struct LongestSpread;

impl Chance for LongestSpread {
    fn spread(&self) -> f64 {
        1.0
    }
}

/// A gateway whose one receiver has every channel, its providers, and its clock.
pub(super) struct World {
    place: TempDir,
    fakes: Vec<Fake>,
    retry: RetryPolicy,
    journal: Arc<Journal>,
    clock: Arc<WallClock>,
    gateway: Option<Gateway>,
    ledger: Option<Connection>,
    never_idle: JoinHandle<()>,
}

impl Drop for World {
    fn drop(&mut self) {
        self.never_idle.abort();
    }
}

impl World {
    /// A running gateway with these channels. Call it in a runtime whose time is paused.
    pub(super) async fn new(fakes: impl IntoIterator<Item = Fake>) -> Self {
        Self::with_retry(RetryPolicy::default(), fakes).await
    }

    pub(super) async fn with_retry(retry: RetryPolicy, fakes: impl IntoIterator<Item = Fake>) -> Self {
        // Paused time jumps to the next timer whenever the runtime has nothing to do, also while the
        // store's thread works. With this task it always has something to do, and time moves only in `pass`.
        let never_idle = tokio::spawn(async {
            loop {
                yield_now().await;
            }
        });
        let clock = WallClock { paused: PausedClock::start(), set_by: AtomicI64::new(0) };
        let mut world = Self {
            place: tempfile::tempdir().unwrap(),
            fakes: fakes.into_iter().collect(),
            retry,
            journal: Arc::new(Journal { began: Instant::now(), calls: Mutex::default() }),
            clock: Arc::new(clock),
            gateway: None,
            ledger: None,
            never_idle,
        };
        world.start().await;
        world
    }

    /// Starts the gateway on what is on the disk.
    pub(super) async fn start(&mut self) {
        let path = self.place.path().join("fanfare.db");
        let store = loop {
            match Store::open(&path, "a store of a test") {
                Err(OpenError::InUse(_)) => yield_now().await, // the last run still finishes its last job
                opened => break opened.unwrap(),
            }
        };
        let setup = Setup {
            store,
            policy: self.policy(),
            channels: self.fakes.iter().map(|it| self.channel(it)).collect(),
            retry: self.retry,
            retention: 24 * HOUR,
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            chance: Arc::new(LongestSpread),
            metrics: Metrics::new(&mut Registry::default()),
        };
        self.gateway = Some(Gateway::start(setup).await.unwrap());
        self.ledger = Some(Connection::open(path).unwrap());
        self.settle().await;
    }

    fn policy(&self) -> Policy {
        let route = Route {
            matchers: Vec::new(),
            receiver: "everyone".into(),
            r#continue: false,
            repeat_interval: 4 * HOUR,
            routes: Vec::new(),
        };
        let everyone = Receiver {
            name: "everyone".into(),
            channels: self.fakes.iter().map(|it| ChannelName::from(it.name)).collect(),
            contract: Contract::default(),
        };
        Policy::new(route, vec![everyone]).unwrap()
    }

    fn channel(&self, fake: &Fake) -> ChannelSetup {
        ChannelSetup {
            name: fake.name.into(),
            notifier: Arc::new(Speaker { fake: fake.clone(), journal: Arc::clone(&self.journal) }),
            limits: fake.limits.clone(),
            timeout: fake.timeout,
        }
    }

    /// Ends the gateway as `kill -9` does, wherever it is: what is not on the disk is gone.
    pub(super) async fn kill(&mut self) {
        let left = tempfile::tempdir().unwrap();
        for file in ["fanfare.db", "fanfare.db-wal"] {
            std::fs::copy(self.place.path().join(file), left.path().join(file)).unwrap();
        }
        self.gateway = None;
        self.ledger = None;
        yield_now().await; // its tasks are dropped
        let of_the_dead = std::mem::replace(&mut self.place, left);
        let path = of_the_dead.path().join("fanfare.db");
        while matches!(Store::open(&path, ""), Err(OpenError::InUse(_))) {
            yield_now().await;
        }
    }

    /// Ends the gateway in order.
    pub(super) async fn shut_down(&mut self, grace: Duration) {
        let gateway = self.gateway.take().unwrap();
        let end_of_grace = Instant::now() + grace;
        let ended = tokio::spawn(async move { gateway.shutdown(grace).await });
        while !ended.is_finished() {
            yield_now().await;
            // After the grace only the store works, and its thread knows nothing of paused time.
            if !ended.is_finished() && Instant::now() <= end_of_grace {
                tokio::time::advance(SECOND / 10).await;
            }
        }
        self.ledger = None;
    }

    /// Other channels from the next start on.
    pub(super) fn reconfigure(&mut self, fakes: impl IntoIterator<Item = Fake>) {
        self.fakes = fakes.into_iter().collect();
    }

    /// Sets the wall clock, but not the time that passes.
    pub(super) fn set_clock_by(&self, seconds: i64) {
        self.clock.set_by.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(super) fn gateway(&self) -> &Gateway {
        self.gateway.as_ref().unwrap()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Accepts `alerts` in one request and lets follow what follows at once.
    pub(super) async fn accept(&self, alerts: impl IntoIterator<Item = Alert>) -> Vec<Accepted> {
        let accepted = self.gateway().accept(alerts.into_iter().collect(), self.now()).await.unwrap();
        self.settle().await;
        accepted
    }

    /// Lets so much time pass, in steps, and in each lets happen what is due.
    pub(super) async fn pass(&self, time: Duration) {
        let step = match time {
            _ if time <= 30 * SECOND => SECOND / 10,
            _ if time <= HOUR => SECOND,
            _ => 10 * SECOND,
        };
        let end = Instant::now() + time;
        while Instant::now() < end {
            tokio::time::advance(step.min(end - Instant::now())).await;
            self.settle().await;
        }
    }

    /// Lets so much time pass while no gateway runs.
    pub(super) async fn pass_while_down(&self, time: Duration) {
        assert!(self.gateway.is_none());
        tokio::time::advance(time).await;
    }

    /// Lets happen whatever can happen without time passing.
    pub(super) async fn settle(&self) {
        const TURNS: usize = 12; // of every task: more than lie between two visits to the store
        let mut quiet = 0;
        let mut seen = self.seen();
        while quiet < 2 {
            for _ in 0..TURNS {
                yield_now().await;
            }
            // What the store was asked for before is done when it answers.
            self.gateway().store().notification(NotificationId(0)).await.unwrap();
            self.gateway().store().forget_sends(Timestamp::MIN).await.unwrap();
            for _ in 0..TURNS {
                yield_now().await;
            }
            let now = self.seen();
            quiet = if now == seen { quiet + 1 } else { 0 };
            seen = now;
        }
    }

    fn seen(&self) -> (usize, i64) {
        let version = self.sql().pragma_query_value(None, "data_version", |row| row.get(0)).unwrap();
        (self.journal.calls.lock().unwrap().len(), version)
    }

    /// A look at the file past the gateway.
    pub(super) fn sql(&self) -> &Connection {
        self.ledger.as_ref().unwrap()
    }

    /// The one number that `sql` asks for.
    #[track_caller]
    pub(super) fn number(&self, sql: &str) -> i64 {
        self.sql().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// The one text that `sql` asks for.
    #[track_caller]
    pub(super) fn text(&self, sql: &str) -> String {
        self.sql().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// How many deliveries are in `state`.
    #[track_caller]
    pub(super) fn count(&self, state: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM deliveries WHERE state = '{state}'"))
    }

    /// Every call so far.
    pub(super) fn calls(&self) -> Vec<Call> {
        self.journal.calls.lock().unwrap().clone()
    }

    /// Every call of `channel` so far.
    pub(super) fn calls_of(&self, channel: &str) -> Vec<Call> {
        self.calls().into_iter().filter(|it| it.channel == channel).collect()
    }

    /// When `channel` was called, in seconds since the test began.
    pub(super) fn times_of(&self, channel: &str) -> Vec<f64> {
        self.calls_of(channel).iter().map(|it| it.at.as_secs_f64()).collect()
    }
}

/// An alarm about the device `eui`.
pub(super) fn alarm(eui: &str, severity: Severity) -> Alert {
    let mut alert = fanfare_testkit::alert(severity);
    let identity: Labels = [("source", "thinklink"), ("eui", eui)].into_iter().collect();
    alert.fingerprint = Fingerprint::of(&identity);
    alert.labels.set("eui", eui);
    alert
}

/// The end of [`alarm`].
pub(super) fn end_of(eui: &str) -> Alert {
    Alert { status: Status::Resolved, ..alarm(eui, Severity::Low) }
}

pub(super) fn transient() -> Answer {
    Answer::Fail(SendError::Transient { reason: "HTTP 503".to_owned() })
}

pub(super) fn throttled(retry_after: Duration) -> Answer {
    Answer::Fail(SendError::Throttled { retry_after, reason: "errcode 130101".to_owned() })
}

pub(super) fn quota(retry_after: Duration) -> Answer {
    Answer::Fail(SendError::Quota { retry_after, reason: "errcode 45009".to_owned() })
}

pub(super) fn unsendable() -> Answer {
    Answer::Fail(SendError::Unsendable { reason: "errcode 40058".to_owned() })
}

pub(super) fn misconfigured() -> Answer {
    Answer::Fail(SendError::Misconfigured { reason: "errcode 300005: token is not exist".to_owned() })
}
