//! A gateway on paused time, with a real store and channels that do as told.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use fanfare_core::{
    Acknowledgement, Alert, ChannelName, Clock, Committed, DeliveryTerms, Fingerprint, Labels,
    NotificationId, Obstacle, Policy, Receiver, RetryPolicy, Route, Severity, Status,
};
use fanfare_store::{OpenError, Store, StoreError};
use fanfare_testkit::PausedClock;
use jiff::{SignedDuration, Timestamp};
use prometheus_client::registry::Registry;
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::task::{JoinHandle, yield_now};
use tokio::time::Instant;

use super::fake::{Call, Fake, Journal};
use crate::{Gateway, GatewaySettings, GatewaySetup, Jitter, Metrics, SELF_SOURCE};

pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const MINUTE: Duration = Duration::from_secs(60);
pub(super) const HOUR: Duration = Duration::from_secs(60 * 60);

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

impl Jitter for LongestSpread {
    fn spread(&self) -> f64 {
        1.0
    }
}

/// A gateway, its providers, and its clock.
pub(super) struct World {
    place: TempDir,
    config: Config,
    journal: Arc<Journal>,
    clock: Arc<WallClock>,
    gateway: Option<Gateway>,
    ledger: Option<Connection>,
    /// `None` if time jumps.
    never_idle: Option<JoinHandle<()>>,
}

/// The receiver, and the channel, that is told about ourselves.
const US: &str = "us";

/// What an operator wrote. What is said about ourselves is told elsewhere, so that
/// it costs the channels under test no probe and no budget.
#[derive(Clone)]
pub(super) struct Config {
    /// Its channels.
    pub(super) fakes: Vec<Fake>,
    /// Its receivers; the first is told of everything, and each other one of the
    /// alerts whose label `to` names it.
    pub(super) receivers: Vec<Receiver>,
    pub(super) retry: RetryPolicy,
}

impl Config {
    /// One receiver who has every channel, together and at leisure.
    pub(super) fn plain(fakes: impl IntoIterator<Item = Fake>) -> Self {
        let fakes: Vec<Fake> = fakes.into_iter().collect();
        let terms = DeliveryTerms::plain(fakes.iter().map(|it| ChannelName::from(it.name)).collect());
        Self::promising(terms, fakes)
    }

    /// One receiver on these terms.
    pub(super) fn promising(terms: DeliveryTerms, fakes: impl IntoIterator<Item = Fake>) -> Self {
        let receivers = vec![receiver("everyone", terms)];
        Self { fakes: fakes.into_iter().collect(), receivers, retry: RetryPolicy::default() }
    }

    /// And another receiver.
    pub(super) fn and(mut self, name: &str, terms: DeliveryTerms) -> Self {
        self.receivers.push(receiver(name, terms));
        self
    }

    fn policy(&self) -> Policy {
        let leaf = |matchers, receiver: &Receiver| Route {
            matchers,
            receiver: receiver.name.clone(),
            r#continue: false,
            repeat_interval: 4 * HOUR,
            routes: Vec::new(),
        };
        let us = receiver(US, DeliveryTerms::plain(vec![US.into()]));
        let about_us = leaf(vec![format!("source = {SELF_SOURCE}").parse().unwrap()], &us);
        let others = self.receivers[1..].iter();
        let routes = others.map(|it| leaf(vec![format!("to = {}", it.name).parse().unwrap()], it));
        let root = Route {
            routes: [about_us].into_iter().chain(routes).collect(),
            ..leaf(Vec::new(), &self.receivers[0])
        };
        Policy::new(root, self.receivers.iter().cloned().chain([us]).collect()).unwrap()
    }

    fn settings(&self, journal: &Arc<Journal>) -> GatewaySettings {
        GatewaySettings {
            policy: self.policy(),
            channels: self.fakes.iter().chain(&[Fake::new(US)]).map(|it| it.setup(journal)).collect(),
            retry: self.retry,
            retention: 24 * HOUR,
            external_url: Some("https://alerts.example.com".to_owned()),
            sources: Vec::new(),
        }
    }
}

/// A folder for a store, in memory where the system has a file system for that: an fsync is then free.
/// A kill leaves the file as it is, there too.
fn store_folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// A look at the file past the gateway. What we say about ourselves is not in its
/// tables, but in those of `main`.
fn ledger(path: &Path) -> Connection {
    let db = Connection::open(path).unwrap();
    db.execute_batch(
        r#"CREATE TEMP VIEW alerts AS SELECT * FROM main.alerts WHERE instr(alert, '"source":"fanfare"') = 0;
           CREATE TEMP VIEW notifications AS SELECT * FROM main.notifications WHERE alert IN (SELECT id FROM alerts);
           CREATE TEMP VIEW deliveries AS
             SELECT * FROM main.deliveries WHERE notification IN (SELECT id FROM notifications);
           CREATE TEMP VIEW attempts AS
             SELECT * FROM main.attempts WHERE delivery IN (SELECT id FROM deliveries);"#,
    )
    .unwrap();
    db
}

fn receiver(name: &str, terms: DeliveryTerms) -> Receiver {
    Receiver { name: name.into(), terms: Arc::new(terms) }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(task) = &self.never_idle {
            task.abort();
        }
    }
}

impl World {
    /// A running gateway whose one receiver has all these channels, together and at leisure.
    pub(super) async fn new(fakes: impl IntoIterator<Item = Fake>) -> Self {
        Self::of(Config::plain(fakes)).await
    }

    pub(super) async fn with_retry(retry: RetryPolicy, fakes: impl IntoIterator<Item = Fake>) -> Self {
        Self::of(Config { retry, ..Config::plain(fakes) }).await
    }

    /// A running gateway whose one receiver is promised `terms`.
    pub(super) async fn promising(terms: DeliveryTerms, fakes: impl IntoIterator<Item = Fake>) -> Self {
        Self::of(Config::promising(terms, fakes)).await
    }

    /// A running gateway. Call it in a runtime whose time is paused.
    pub(super) async fn of(config: Config) -> Self {
        // Paused time jumps to the next timer whenever the runtime has nothing to do.
        // With this task it always has something to do, and time moves only in `pass`, in small steps.
        let never_idle = tokio::spawn(async {
            loop {
                yield_now().await;
            }
        });
        Self::begin(config, Some(never_idle)).await
    }

    /// A running gateway whose time jumps from timer to timer: a test of hours takes no longer than what
    /// happens in them. While the store works, time stands still.
    pub(super) async fn jumping(config: Config) -> Self {
        Self::begin(config, None).await
    }

    async fn begin(config: Config, never_idle: Option<JoinHandle<()>>) -> Self {
        let clock = WallClock { paused: PausedClock::start(), set_by: AtomicI64::new(0) };
        let mut world = Self {
            place: store_folder(),
            config,
            journal: Journal::begin(),
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
        let setup = GatewaySetup {
            store: store.holding_paused_time(),
            settings: self.config.settings(&self.journal),
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            jitter: Arc::new(LongestSpread),
            metrics: Metrics::new(&mut Registry::default()),
            fresh_key: [7; 32],
            store_path: path.clone(),
        };
        self.gateway = Some(Gateway::start(setup).await.unwrap());
        self.ledger = Some(ledger(&path));
        self.settle().await;
    }

    /// Ends the gateway as `kill -9` does, wherever it is: what is not on the disk is gone.
    pub(super) async fn kill(&mut self) {
        let left = store_folder();
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

    /// Another config from the next start on.
    pub(super) fn reconfigure(&mut self, config: Config) {
        self.config = config;
    }

    /// Another config from now on.
    pub(super) async fn reload(&mut self, config: Config) {
        self.reload_for(config, Duration::ZERO).await;
    }

    /// Another config from now on, while so much time passes, and more if it takes longer.
    pub(super) async fn reload_for(&mut self, config: Config, time: Duration) {
        self.config = config;
        let settings = self.config.settings(&self.journal);
        let is_taken = Cell::new(false);
        let taking = async {
            let taken = self.gateway().apply_settings(settings).await;
            is_taken.set(true);
            taken
        };
        let passing = async {
            self.pass(time).await;
            for _ in 0..3 {
                self.settle().await;
            }
            while !is_taken.get() {
                self.pass(SECOND / 10).await; // it waits for an attempt that is under way
            }
        };
        let (taken, ()) = tokio::join!(taking, passing);
        taken.unwrap();
        self.settle().await;
    }

    /// Tries another config, and tells what comes of it.
    pub(super) async fn try_reload(&self, config: &Config) -> Result<(), StoreError> {
        self.gateway().apply_settings(config.settings(&self.journal)).await
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

    /// When the test began.
    pub(super) fn began(&self) -> Timestamp {
        fanfare_testkit::NOON
    }

    /// Accepts `alerts` in one request and lets follow what follows at once.
    pub(super) async fn accept(&self, alerts: impl IntoIterator<Item = Alert>) -> Vec<Arc<Committed>> {
        let accepted = self.gateway().accept(alerts.into_iter().collect(), self.now()).await.unwrap();
        self.settle().await;
        accepted
    }

    /// Somebody called `by` takes care of what `notification` told.
    pub(super) async fn acknowledge(&self, notification: NotificationId, by: &str) -> Result<(), Obstacle> {
        let acknowledgement = Acknowledgement { by: by.to_owned(), at: self.now() };
        let acknowledged = self.gateway().acknowledge(notification, acknowledgement).await.unwrap();
        self.settle().await;
        acknowledged
    }

    /// Lets so much time pass, in steps, and in each lets happen what is due.
    pub(super) async fn pass(&self, time: Duration) {
        if self.never_idle.is_none() {
            tokio::time::sleep(time).await;
            return self.settle().await;
        }
        let step = match time {
            _ if time <= 30 * SECOND => SECOND / 10,
            _ if time <= HOUR => SECOND,
            _ => 10 * SECOND,
        };
        self.pass_by(step, time).await;
    }

    /// Lets so much time pass, in steps of this length.
    pub(super) async fn pass_by(&self, step: Duration, time: Duration) {
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
        let (mut quiet, mut enough) = (0, 2);
        let mut seen = self.seen();
        while quiet < enough {
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
            // Where one thing happens another may follow, and a busy machine is slow to show it.
            (quiet, enough) = if now == seen { (quiet + 1, enough) } else { (0, 4) };
            seen = now;
        }
    }

    fn seen(&self) -> (usize, i64) {
        let version = self.sql().pragma_query_value(None, "data_version", |row| row.get(0)).unwrap();
        (self.journal.number_of_calls(), version)
    }

    /// A look at the file past the gateway; `main.…` also shows what we say about ourselves.
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

    /// Every call so far, without those that tell only of ourselves.
    pub(super) fn calls(&self) -> Vec<Call> {
        self.all_calls().into_iter().filter(|it| !it.is_about_us()).collect()
    }

    /// Every call so far.
    pub(super) fn all_calls(&self) -> Vec<Call> {
        self.journal.calls()
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

/// An alarm about the device `eui`, which routes to the receiver `to`.
pub(super) fn alarm_for(to: &str, eui: &str, severity: Severity) -> Alert {
    let mut alert = alarm(eui, severity);
    alert.labels.set("to", to);
    alert
}

/// An alarm about the device `eui`.
pub(super) fn alarm(eui: &str, severity: Severity) -> Alert {
    let mut alert = fanfare_testkit::alert(severity);
    let identity: Labels = [("source", "thinklink"), ("eui", eui)].into_iter().collect();
    alert.fingerprint = Fingerprint::from_labels(&identity);
    alert.labels.set("eui", eui);
    alert
}

/// The end of [`alarm`].
pub(super) fn end_of(eui: &str) -> Alert {
    Alert { status: Status::Resolved, ..alarm(eui, Severity::Low) }
}
