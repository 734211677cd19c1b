//! A gateway on paused time, with a real store and scripted channels.

mod config;
mod clock;
mod ledger;
mod alarms;

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use fanfare_core::{
    Acknowledgement, Alert, Clock, Committed, DeliveryTerms, NotificationId, Obstacle, RetryPolicy, SendId,
};
use fanfare_store::{OldSends, OpenError, Store, StoreError};
use jiff::Timestamp;
use prometheus_client::registry::Registry;
use tempfile::TempDir;
use tokio::task::{JoinHandle, yield_now};
use tokio::time::Instant;

pub(super) use self::alarms::{alarm, alarm_for, resolved_alarm};
use self::clock::{MaximalJitter, SettableClock};
pub(super) use self::config::HarnessConfig;
use self::ledger::LedgerView;
use super::fake::{CallJournal, FakeChannel, RecordedCall};
use super::times::{HOUR, SECOND};
use crate::{Gateway, GatewaySetup, Metrics};

/// A gateway with its store, the providers of its channels, and its clock.
pub(super) struct GatewayHarness {
    folder: TempDir,
    config: HarnessConfig,
    journal: Arc<CallJournal>,
    clock: Arc<SettableClock>,
    gateway: Option<Gateway>,
    metrics: Metrics,
    ledger: Option<LedgerView>,
    /// The task that keeps the runtime busy; `None` if time jumps.
    busy_task: Option<JoinHandle<()>>,
}

/// The restart in the middle of a test that runs with and without one.
#[derive(Debug, Clone, Copy)]
pub(super) enum Restart {
    /// No restart at all.
    Omitted,
    /// A kill, and a start at once.
    AfterKill,
}

/// The parts of a gateway with one receiver on these channels, on a store that the test opened.
pub(super) fn setup(
    (store, path): (Store, &Path),
    channels: impl IntoIterator<Item = FakeChannel>,
) -> GatewaySetup {
    GatewaySetup {
        store,
        settings: HarnessConfig::with_channels(channels).settings(&CallJournal::new()),
        clock: Arc::new(SettableClock::new()),
        jitter: Arc::new(MaximalJitter),
        metrics: Metrics::new(&mut Registry::default()),
        fresh_key: [7; 32],
        store_path: path.to_owned(),
    }
}

/// A folder for a store, in memory where the system has a file system for that: an fsync is then free.
/// A kill leaves the file as it is, there too.
fn store_folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

impl Drop for GatewayHarness {
    fn drop(&mut self) {
        if let Some(task) = &self.busy_task {
            task.abort();
        }
    }
}

impl GatewayHarness {
    /// A running gateway with one receiver, whose terms are plain and name all `channels`.
    pub(super) async fn new(channels: impl IntoIterator<Item = FakeChannel>) -> Self {
        Self::with_config(HarnessConfig::with_channels(channels)).await
    }

    /// A running gateway with this retry policy and one receiver on plain terms.
    pub(super) async fn with_retry(
        retry: RetryPolicy,
        channels: impl IntoIterator<Item = FakeChannel>,
    ) -> Self {
        Self::with_config(HarnessConfig { retry, ..HarnessConfig::with_channels(channels) }).await
    }

    /// A running gateway with one receiver on these terms.
    pub(super) async fn with_terms(
        terms: DeliveryTerms,
        channels: impl IntoIterator<Item = FakeChannel>,
    ) -> Self {
        Self::with_config(HarnessConfig::with_terms(terms, channels)).await
    }

    /// A running gateway whose time moves only in [`Self::advance`], in small steps. The runtime's
    /// time must be paused.
    pub(super) async fn with_config(config: HarnessConfig) -> Self {
        // Paused time jumps to the next timer whenever the runtime has nothing to do: this task
        // always has.
        let busy_task = tokio::spawn(async {
            loop {
                yield_now().await;
            }
        });
        Self::launch(config, Some(busy_task)).await
    }

    /// A running gateway whose time jumps from timer to timer: a test of hours takes no longer than
    /// the work in them. Time stands still while the store works.
    pub(super) async fn with_jumping_time(config: HarnessConfig) -> Self {
        Self::launch(config, None).await
    }

    async fn launch(config: HarnessConfig, busy_task: Option<JoinHandle<()>>) -> Self {
        let mut harness = Self {
            folder: store_folder(),
            config,
            journal: CallJournal::new(),
            clock: Arc::new(SettableClock::new()),
            gateway: None,
            metrics: Metrics::new(&mut Registry::default()),
            ledger: None,
            busy_task,
        };
        harness.start().await;
        harness
    }

    /// The file of the store.
    pub(super) fn store_path(&self) -> PathBuf {
        self.folder.path().join("fanfare.db")
    }

    /// Starts the gateway on the store on the disk.
    pub(super) async fn start(&mut self) {
        let path = self.store_path();
        let store = loop {
            match Store::open_blocking(&path, "a store of a test") {
                Err(OpenError::InUse(_)) => thread::yield_now(), // the last run still finishes its last job
                opened => break opened.unwrap(),
            }
        };
        self.metrics = Metrics::new(&mut Registry::default());
        let setup = GatewaySetup {
            store,
            settings: self.config.settings(&self.journal),
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            jitter: Arc::new(MaximalJitter),
            metrics: self.metrics.clone(),
            fresh_key: [7; 32],
            store_path: path.clone(),
        };
        self.gateway = Some(Gateway::start(setup).await.unwrap());
        self.ledger = Some(LedgerView::open(&path));
        self.run_until_idle().await;
    }

    /// Ends the gateway as `kill -9` does, at any moment: the state in memory is lost.
    pub(super) async fn kill(&mut self) {
        let copy = store_folder();
        for file in ["fanfare.db", "fanfare.db-wal"] {
            std::fs::copy(self.folder.path().join(file), copy.path().join(file)).unwrap();
        }
        self.gateway = None;
        self.ledger = None;
        // Its tasks, and theirs, are dropped. The number of turns is the same in each run.
        for _ in 0..100 {
            yield_now().await;
        }
        let killed = std::mem::replace(&mut self.folder, copy);
        let path = killed.path().join("fanfare.db");
        while matches!(Store::open(&path, ""), Err(OpenError::InUse(_))) {
            thread::yield_now();
        }
    }

    /// The store's file while no gateway runs on it.
    pub(super) fn raw(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.path().join("fanfare.db")).unwrap()
    }

    /// Restarts the gateway, or does not.
    pub(super) async fn restart(&mut self, restart: Restart) {
        match restart {
            Restart::Omitted => {}
            Restart::AfterKill => {
                self.kill().await;
                self.start().await;
            }
        }
    }

    /// Ends the gateway in order.
    pub(super) async fn shut_down(&mut self, grace: Duration) {
        let gateway = self.gateway.take().unwrap();
        let end_of_grace = Instant::now() + grace;
        let shutdown = tokio::spawn(async move { gateway.shutdown(grace).await });
        while !shutdown.is_finished() {
            yield_now().await;
            // After the grace period only the store works, and its thread knows nothing of paused time.
            if !shutdown.is_finished() && Instant::now() <= end_of_grace {
                tokio::time::advance(SECOND / 10).await;
            }
        }
        self.ledger = None;
    }

    /// Sets the config of the next start.
    pub(super) fn reconfigure(&mut self, config: HarnessConfig) {
        self.config = config;
    }

    /// Reloads with another config.
    pub(super) async fn reload(&mut self, config: HarnessConfig) {
        self.reload_over(config, Duration::ZERO).await;
    }

    /// Reloads with another config while `time` passes, and more if the reload takes longer.
    pub(super) async fn reload_over(&mut self, config: HarnessConfig, time: Duration) {
        self.config = config;
        let settings = self.config.settings(&self.journal);
        let is_applied = Cell::new(false);
        let applying = async {
            let applied = self.gateway().apply_settings(settings).await;
            is_applied.set(true);
            applied
        };
        let advancing = async {
            self.advance(time).await;
            for _ in 0..3 {
                self.run_until_idle().await;
            }
            while !is_applied.get() {
                self.advance(SECOND / 10).await; // it waits for an attempt that is under way
            }
        };
        let (applied, ()) = tokio::join!(applying, advancing);
        applied.unwrap();
        self.run_until_idle().await;
    }

    /// Tries a reload, and returns its result.
    pub(super) async fn try_reload(&self, config: &HarnessConfig) -> Result<(), StoreError> {
        self.gateway().apply_settings(config.settings(&self.journal)).await
    }

    /// Moves the wall clock without letting time pass.
    pub(super) fn set_clock_by(&self, seconds: i64) {
        self.clock.set_by(seconds);
    }

    /// Suspends the machine: time passes, and no timer runs meanwhile.
    pub(super) fn suspend(&self, time: Duration) {
        self.clock.suspend(time.as_secs());
    }

    /// Starts the machine anew, while no gateway runs.
    pub(super) fn boot(&self) {
        assert!(self.gateway.is_none());
        self.clock.boot();
    }

    pub(super) fn gateway(&self) -> &Gateway {
        self.gateway.as_ref().unwrap()
    }

    /// The metrics of the gateway since its last start.
    pub(super) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The start of the test, by the wall clock.
    pub(super) fn started_at(&self) -> Timestamp {
        fanfare_testkit::NOON
    }

    /// Accepts `alerts` in one request, and runs until idle.
    pub(super) async fn accept(&self, alerts: impl IntoIterator<Item = Alert>) -> Vec<Arc<Committed>> {
        let accepted = self.gateway().accept(alerts.into_iter().collect(), self.now()).await.unwrap();
        self.run_until_idle().await;
        accepted
    }

    /// Acknowledges `notification` in the name of `by`, and runs until idle.
    pub(super) async fn acknowledge(&self, notification: NotificationId, by: &str) -> Result<(), Obstacle> {
        let acknowledgement = Acknowledgement { by: by.to_owned(), at: self.now() };
        let acknowledged = self.gateway().acknowledge(notification, acknowledgement).await.unwrap();
        self.run_until_idle().await;
        acknowledged
    }

    /// Lets `time` pass in steps, and runs until idle after each.
    pub(super) async fn advance(&self, time: Duration) {
        if self.busy_task.is_none() {
            tokio::time::sleep(time).await;
            return self.run_until_idle().await;
        }
        let step = match time {
            _ if time <= 30 * SECOND => SECOND / 10,
            _ if time <= HOUR => SECOND,
            _ => 10 * SECOND,
        };
        self.advance_in_steps(step, time).await;
    }

    /// Lets `time` pass in steps of this length, and runs until idle after each.
    pub(super) async fn advance_in_steps(&self, step: Duration, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            tokio::time::advance(step.min(end - Instant::now())).await;
            self.run_until_idle().await;
        }
    }

    /// Lets `time` pass while no gateway runs.
    pub(super) async fn advance_while_down(&self, time: Duration) {
        assert!(self.gateway.is_none());
        tokio::time::advance(time).await;
    }

    /// Runs until nothing more happens without time passing.
    pub(super) async fn run_until_idle(&self) {
        const TURNS: usize = 12; // of every task: more than lie between two calls of the store
        let (mut quiet, mut enough) = (0, 2);
        let mut last = self.activity();
        while quiet < enough {
            for _ in 0..TURNS {
                yield_now().await;
            }
            // The store's answer shows that all its earlier jobs are done.
            self.gateway().store().notification(NotificationId(0)).await.unwrap();
            self.gateway().store().forget_sends(SendId(0), OldSends::default()).await.unwrap();
            for _ in 0..TURNS {
                yield_now().await;
            }
            let now = self.activity();
            // Where one thing happens another may follow, and a busy machine is slow to show it.
            (quiet, enough) = if now == last { (quiet + 1, enough) } else { (0, 4) };
            last = now;
        }
    }

    /// The number of calls so far, and the version of the store's file.
    fn activity(&self) -> (usize, i64) {
        let version = self.ledger().pragma_query_value(None, "data_version", |row| row.get(0)).unwrap();
        (self.journal.number_of_calls(), version)
    }

    /// Every call so far, without those that carry only self-alerts.
    pub(super) fn calls(&self) -> Vec<RecordedCall> {
        self.all_calls().into_iter().filter(|it| !it.is_self_alert()).collect()
    }

    /// Every call so far.
    pub(super) fn all_calls(&self) -> Vec<RecordedCall> {
        self.journal.calls()
    }

    /// Every call of `channel` so far, without those that carry only self-alerts.
    pub(super) fn calls_of(&self, channel: &str) -> Vec<RecordedCall> {
        self.calls().into_iter().filter(|it| it.channel == channel).collect()
    }

    /// The times at which `channel` was called, in seconds since the start of the test.
    pub(super) fn call_times(&self, channel: &str) -> Vec<f64> {
        self.calls_of(channel).iter().map(|it| it.at.as_secs_f64()).collect()
    }
}
