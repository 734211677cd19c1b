//! Gateway: start, intake, operations, reload, shutdown.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fanfare_core::{
    AckKey, Acknowledgement, Alert, BeatOutcome, ChannelName, Clock, ClockLeads, Committed, DiscardReason,
    HeartbeatKey, Kind, NotificationId, Obstacle, Policy, SourceName, Status,
};
use fanfare_store::{Audit, DeadLetters, Durability, Store, StoreError};
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use crate::channel::StoredAccounts;
use crate::commits::CommitHandler;
use crate::delivery::{Lanes, SharedServices};
use crate::dispatch::{Dispatch, EscalationEvent};
use crate::escalation::EscalationTimers;
use crate::expiry::ExpiryTimer;
use crate::intake::{Intake, NotStored, WriteQueue};
use crate::jitter::Jitter;
use crate::maintenance::audit::{self, Audits};
use crate::maintenance::retention::{Retention, RetentionPolicy};
use crate::maintenance::time_recorder::TimeRecorder;
use crate::metrics::Metrics;
use crate::operations::acknowledge::{acknowledge_all, covered_notifications, find_obstacle};
use crate::operations::channel_views::views;
use crate::operations::outlook::{RunStart, outlook};
use crate::operations::{
    ChannelView, DeliveryOutlook, HeartbeatView, TestError, TestMessage, UnkeptLaw, channel_test,
    dead_letters,
};
use crate::operations::{heartbeats, laws};
use crate::policy::PolicyInForce;
use crate::self_alert::{DiskSpace, TestReason};
use crate::self_monitoring::{
    ContractMonitor, HeartbeatMonitor, SelfMonitor, StoreMonitor, save_proven_at, space,
};
use crate::settings::GatewaySettings;
use crate::task::report_panic;
use crate::time::MonotonicClock;

/// The parts a gateway is started with.
#[derive(Debug)]
pub struct GatewaySetup {
    /// The ledger of every delivery.
    pub store: Store,
    /// The settings until the first reload.
    pub settings: GatewaySettings,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// The random spread of retries.
    pub jitter: Arc<dyn Jitter>,
    /// The metrics that it updates.
    pub metrics: Metrics,
    /// Random bytes for the key that signs links, used if the store has no key yet.
    pub fresh_key: [u8; 32],
    /// The file of the store: the free space of its disk is monitored.
    pub store_path: PathBuf,
}

/// A running gateway.
#[derive(Debug)]
pub struct Gateway {
    clock: Arc<dyn Clock>,
    intake: Arc<Intake>,
    lanes: Arc<tokio::sync::Mutex<Lanes>>,
    retention: Arc<Mutex<RetentionPolicy>>,
    ack_key: AckKey,
    audits: Arc<Audits>,
    run: RunStart,
    store_path: PathBuf,
    stop: CancellationToken,
    tasks: Mutex<JoinSet<()>>,
    /// True once a task has ended before the gateway was told to stop.
    has_lost_task: AtomicBool,
}

impl Gateway {
    /// Starts the lanes, with the pending deliveries of an earlier run. Needs a tokio runtime.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn start(setup: GatewaySetup) -> Result<Self, StoreError> {
        let GatewaySetup { store, settings, clock, jitter, metrics, fresh_key, store_path } = setup;
        give_up_unreadable(&store, clock.now()).await?;
        let monotonic = MonotonicClock::resuming(&store, Arc::clone(&clock)).await?;
        let (stop, (escalation, events)) = (CancellationToken::new(), mpsc::unbounded_channel());
        let first = PolicyInForce::without_channels(settings.policy.clone());
        let dispatch = Arc::new(Dispatch::new(Arc::new(first), escalation));
        let ack_key = AckKey::new(&store.ack_key(fresh_key).await?);
        let lanes = Lanes::new(SharedServices {
            store: store.clone(),
            clock: Arc::clone(&clock),
            monotonic: monotonic.clone(),
            jitter,
            metrics: metrics.clone(),
            dispatch: Arc::clone(&dispatch),
            stop: stop.clone(),
            ack_key: ack_key.clone(),
        });
        // Before the lanes start: times that they cause are newer, and must count.
        for recheck in store.rechecks().await? {
            dispatch.notify_escalation(EscalationEvent::Reschedule(recheck));
        }
        let commit_time = metrics.commit_time.clone();
        store.observe_commits(move |time| commit_time.observe(time.as_secs_f64()));
        let queue = Arc::new(WriteQueue::new(metrics.waiting.clone()));
        let intake = Intake {
            store,
            queue,
            dispatch,
            heartbeats: Arc::default(),
            expiries: Arc::default(),
            metrics,
            monotonic,
        };
        let cut_off = intake.store.cut_off_deliveries().await?.into_iter().collect();
        let run = RunStart { at: clock.now(), earlier: intake.store.life_beginnings().await?, cut_off };
        let gateway = Self {
            clock,
            intake: Arc::new(intake),
            lanes: Arc::new(tokio::sync::Mutex::new(lanes)),
            retention: Arc::new(Mutex::new(RetentionPolicy::from(&settings))),
            ack_key,
            audits: Arc::default(),
            run,
            store_path: store_path.clone(),
            stop,
            tasks: Mutex::default(),
            has_lost_task: AtomicBool::new(false),
        };
        gateway.begin(settings, events, store_path).await?;
        Ok(gateway)
    }

    /// Starts the lanes and the tasks.
    async fn begin(
        &self,
        settings: GatewaySettings,
        events: mpsc::UnboundedReceiver<EscalationEvent>,
        store_path: PathBuf,
    ) -> Result<(), StoreError> {
        self.spawn_commit_handler();
        let recorder = self.time_recorder();
        // Before the lanes start: what they send is entered by this life's scales of time.
        let first_look = recorder.begin().await;
        self.apply_settings(settings).await?;
        heartbeats::take_up(&self.intake).await;
        let open = self.intake.store.expiring_alarms().await?;
        self.intake.expiries.take_up(open, self.intake.monotonic.now());
        self.tasks().spawn(report_panic("time-recorder", recorder.run(first_look)));
        self.spawn_tasks(events, store_path);
        self.spawn_sender_tasks();
        Ok(())
    }

    /// Starts the task that acts on commits, also on those of the lanes' start.
    fn spawn_commit_handler(&self) {
        let Intake { store, queue: _, dispatch, heartbeats, expiries, metrics, monotonic } =
            self.intake.as_ref();
        if let Some(commits) = store.commits() {
            let handler = CommitHandler {
                dispatch: Arc::clone(dispatch),
                heartbeats: Arc::clone(heartbeats),
                expiries: Arc::clone(expiries),
                metrics: metrics.clone(),
                clock: Arc::clone(&self.clock),
                monotonic: monotonic.clone(),
                stop: self.stop.clone(),
            };
            self.tasks().spawn(report_panic("commits", handler.run(commits)));
        }
    }

    fn time_recorder(&self) -> TimeRecorder {
        TimeRecorder {
            store: self.intake.store.clone(),
            monotonic: self.intake.monotonic.clone(),
            dispatch: Arc::clone(&self.intake.dispatch),
            stop: self.stop.clone(),
        }
    }

    fn spawn_tasks(&self, events: mpsc::UnboundedReceiver<EscalationEvent>, store_path: PathBuf) {
        let escalation = EscalationTimers {
            store: self.intake.store.clone(),
            dispatch: Arc::clone(&self.intake.dispatch),
            monotonic: self.intake.monotonic.clone(),
            stop: self.stop.clone(),
        };
        let retention = Retention {
            store: self.intake.store.clone(),
            monotonic: self.intake.monotonic.clone(),
            policy: Arc::clone(&self.retention),
            dispatch: Arc::clone(&self.intake.dispatch),
            stop: self.stop.clone(),
        };
        let monitor = SelfMonitor {
            intake: Arc::clone(&self.intake),
            lanes: Arc::clone(&self.lanes),
            clock: Arc::clone(&self.clock),
            store_path,
            stop: self.stop.clone(),
        };
        let store_monitor = StoreMonitor {
            store: self.intake.store.clone(),
            dispatch: Arc::clone(&self.intake.dispatch),
            lanes: Arc::clone(&self.lanes),
            clock: Arc::clone(&self.clock),
            monotonic: self.intake.monotonic.clone(),
            metrics: self.intake.metrics.clone(),
            stop: self.stop.clone(),
        };
        let contract_monitor = ContractMonitor {
            intake: Arc::clone(&self.intake),
            clock: Arc::clone(&self.clock),
            stop: self.stop.clone(),
        };
        let mut tasks = self.tasks();
        let (store, metrics) = (self.intake.store.clone(), self.intake.metrics.clone());
        let audit = audit::run(store, Arc::clone(&self.audits), metrics, self.stop.clone());
        tasks.spawn(report_panic("escalation", escalation.run(events)));
        tasks.spawn(report_panic("audit", audit));
        tasks.spawn(report_panic("retention", retention.run()));
        tasks.spawn(report_panic("self-monitoring", monitor.run()));
        tasks.spawn(report_panic("store-monitoring", store_monitor.run()));
        tasks.spawn(report_panic("contract-monitoring", contract_monitor.run()));
    }

    /// Starts the tasks that notice what is not heard any more.
    fn spawn_sender_tasks(&self) {
        let (intake, stop) = (Arc::clone(&self.intake), self.stop.clone());
        let heartbeats = HeartbeatMonitor { intake, clock: Arc::clone(&self.clock), stop };
        let expiry = ExpiryTimer { intake: Arc::clone(&self.intake), stop: self.stop.clone() };
        let mut tasks = self.tasks();
        tasks.spawn(report_panic("heartbeat-monitoring", heartbeats.run()));
        tasks.spawn(report_panic("expiry", expiry.run()));
    }

    /// Puts new settings in force. Pending deliveries stay pending, on the terms with which
    /// they began; a channel with the same settings notices nothing.
    ///
    /// The change is completed even if the caller does not wait for it. A channel that
    /// returns to the config waits for the attempts its earlier lane had under way.
    ///
    /// # Errors
    ///
    /// If the store cannot be read; then everything is as it was.
    pub async fn apply_settings(&self, settings: GatewaySettings) -> Result<(), StoreError> {
        let (lanes, retention) = (Arc::clone(&self.lanes), Arc::clone(&self.retention));
        let intake = Arc::clone(&self.intake);
        let change = async move {
            let mut lanes = lanes.lock().await;
            let (now, longest) = (intake.monotonic.moment(), settings.longest_budgets());
            let accounts = StoredAccounts::load(&intake.store, &longest, now).await?;
            let (new, heartbeats) = (RetentionPolicy::from(&settings), settings.heartbeats.clone());
            intake.metrics.prepare_receivers(settings.policy.receivers().map(|it| &it.name));
            lanes.apply_settings(settings, accounts).await?;
            *retention.lock().unwrap_or_else(PoisonError::into_inner) = new;
            let forgotten = intake.heartbeats.apply_rules(heartbeats, intake.monotonic.now());
            heartbeats::forget_unwanted(&intake, forgotten).await;
            Ok(())
        };
        tokio::spawn(change).await.map_err(|_| StoreError::Panicked)?
    }

    /// Tells whether alerts can be accepted before anything of them is read: while too many wait to be written, they
    /// cannot.
    ///
    /// # Errors
    ///
    /// If too many wait.
    pub fn check_room(&self) -> Result<(), NotStored> {
        self.intake.check_room()
    }

    /// Accepts alerts: returns when they and all they call for are on the disk.
    ///
    /// One entry for each alert.
    /// May be dropped at any await point: stored alerts are delivered all the same.
    ///
    /// # Errors
    ///
    /// If they cannot be stored, or too many wait to be; then none of them is.
    pub async fn accept(&self, alerts: Vec<Alert>, now: Timestamp) -> Result<Vec<Arc<Committed>>, NotStored> {
        self.intake.accept(alerts, now, Durability::OnDisk).await
    }

    /// The number of those alerts that report an alarm which is open already.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn repeats(&self, alerts: &[&Alert]) -> Result<usize, StoreError> {
        let is_report = |it: &&&Alert| (it.kind, it.status) == (Kind::Alarm, Status::Firing);
        let keys: Vec<_> = alerts.iter().filter(is_report).map(|it| it.incident_key()).collect();
        if keys.is_empty() { Ok(0) } else { self.intake.store.open_among(keys).await }
    }

    /// Records that a person takes care of a notification's incident: its escalation ends,
    /// and all notified channels are notified of it. Of a notice of abandoned contracts: of
    /// the incidents of all its alerts. It is completed even if the caller does not wait for it.
    ///
    /// # Errors
    ///
    /// If it cannot be stored; then nothing of it is.
    pub async fn acknowledge(
        &self,
        id: NotificationId,
        acknowledgement: Acknowledgement,
    ) -> Result<Result<(), Obstacle>, NotStored> {
        let intake = Arc::clone(&self.intake);
        let call = async move { acknowledge_all(&intake, id, &acknowledgement).await };
        tokio::spawn(call).await.map_err(|_| NotStored::from(StoreError::Panicked))?
    }

    /// The obstacle to acknowledging a notification; `None` if it can be acknowledged.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn obstacle(&self, id: NotificationId) -> Result<Option<Obstacle>, StoreError> {
        find_obstacle(&self.intake, id).await
    }

    /// The notifications that are acknowledged with a notification: none, unless it tells a notice of contracts that
    /// were abandoned.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn acknowledged_with(&self, id: NotificationId) -> Result<Vec<NotificationId>, StoreError> {
        covered_notifications(&self.intake, id).await
    }

    /// Retries dead letters at once, on behalf of `by`, and returns their number. May be
    /// dropped at any await point: those that were stored as retried are sent.
    ///
    /// # Errors
    ///
    /// If it cannot be written; some may have been, and those are tried.
    pub async fn retry_dead_letters(
        &self,
        which: impl Into<DeadLetters> + Send,
        by: &str,
    ) -> Result<usize, StoreError> {
        let (policy, now) = (self.intake.dispatch.policy(), self.intake.monotonic.moment());
        dead_letters::retry_all(&self.intake.store, &policy, which.into(), by, now).await
    }

    /// Discards dead letters, and returns their number; `reason` goes to the ledger. May be
    /// dropped at any await point: some may have been discarded then.
    ///
    /// # Errors
    ///
    /// If it cannot be written; some may have been.
    pub async fn discard_dead_letters(
        &self,
        which: impl Into<DeadLetters> + Send,
        by: &str,
        reason: &str,
    ) -> Result<usize, StoreError> {
        let discarding = DiscardReason { by: by.to_owned(), reason: reason.to_owned() };
        dead_letters::discard_all(&self.intake.store, which.into(), &discarding, self.clock.now()).await
    }

    /// Sends a marked test through `channel`, in the same way as any alert: it waits its
    /// turn, counts, and is in the ledger. `by` is the name of the person who asked for it.
    ///
    /// # Errors
    ///
    /// If there is no such channel, or the test cannot be stored.
    pub async fn test_channel(&self, channel: &ChannelName, by: &str) -> Result<TestMessage, TestError> {
        let channels = self.lanes.lock().await.channels();
        if let Some(tested) = channels.iter().find(|it| it.sender.channel.name == *channel) {
            // Whoever asks may have mended what was wrong. Silences that the provider asked for stay.
            tested.status.circuit().probe_at(self.intake.monotonic.now());
            tested.sender.account.clear_misconfiguration();
        }
        let reason = TestReason::RequestedBy(by);
        channel_test::test(&self.intake, channel, reason, self.clock.now()).await
    }

    /// Withdraws a test whose turn has not come.
    ///
    /// # Errors
    ///
    /// If it cannot be stored; then the test goes out when its turn comes.
    pub async fn withdraw_test(&self, message: TestMessage) -> Result<(), NotStored> {
        channel_test::withdraw_test(&self.intake, message, self.clock.now()).await
    }

    /// Notes that a heartbeat of a sender was heard. The times in the outcome are those of the wall clock.
    pub async fn hear(&self, heartbeat: HeartbeatKey) -> BeatOutcome {
        self.hear_all(vec![heartbeat]).await.pop().unwrap_or(BeatOutcome::NotExpected)
    }

    /// Notes that heartbeats of senders were heard, as [`Gateway::hear`] does each, and writes what is new together.
    pub async fn hear_all(&self, heartbeats: Vec<HeartbeatKey>) -> Vec<BeatOutcome> {
        heartbeats::hear(&self.intake, heartbeats).await
    }

    /// Notes that from now on nothing can come from `source`: none of its heartbeats is missing meanwhile.
    pub fn source_left(&self, source: &SourceName) {
        self.intake.heartbeats.leave(source, self.intake.monotonic.now());
    }

    /// Notes that something can come from `source` again: each of its heartbeats gets a whole interval, and each
    /// alarm that is over by itself its whole time.
    pub fn source_came_back(&self, source: &SourceName) {
        let now = self.intake.monotonic.now();
        self.intake.heartbeats.board().come_back(source, now);
        self.intake.expiries.board().renew(now, |it| it == source);
    }

    /// The heartbeats that are expected, by source and name.
    #[must_use]
    pub fn heartbeats(&self) -> Vec<HeartbeatView> {
        heartbeats::views(&self.intake)
    }

    /// Forgets a heartbeat until it is heard again; false if none that a pattern has learned goes by this key.
    ///
    /// # Errors
    ///
    /// If it cannot be written; then a restart may expect it again.
    pub async fn forget_heartbeat(&self, heartbeat: HeartbeatKey) -> Result<bool, StoreError> {
        heartbeats::forget(&self.intake, heartbeat).await
    }

    /// The channels of the config, sorted by name.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn channels(&self) -> Result<Vec<ChannelView>, StoreError> {
        let channels = self.lanes.lock().await.channels();
        views(&channels, &self.intake.store, &self.intake.metrics, self.intake.monotonic.moment()).await
    }

    /// The outlook of the deliveries: what is under way, what was cut off, and when a channel may send next.
    pub async fn delivery_outlook(&self) -> DeliveryOutlook {
        let channels = self.lanes.lock().await.channels();
        outlook(&channels, &self.run, self.intake.monotonic.moment())
    }

    /// The leads of the time scales over the wall clock, with which times that are due can be shown.
    #[must_use]
    pub fn clock_leads(&self) -> ClockLeads {
        self.intake.monotonic.moment().leads()
    }

    /// The policy in force.
    #[must_use]
    pub fn policy(&self) -> Arc<Policy> {
        Arc::clone(&self.intake.dispatch.policy().policy)
    }

    /// The key that signs acknowledgement links.
    #[must_use]
    pub fn ack_key(&self) -> &AckKey {
        &self.ack_key
    }

    /// The current time on the scale by which acknowledgement links expire: a wall clock that is set does not
    /// end them.
    #[must_use]
    pub fn link_time(&self) -> Timestamp {
        self.intake.monotonic.moment().certain
    }

    /// The room on the disk of the store; `None` if the system does not know it.
    #[must_use]
    pub fn disk_space(&self) -> Option<DiskSpace> {
        space(&self.store_path)
    }

    /// Counts everything in the ledger, and finds what is not accounted for. One audit runs at a time: who asks
    /// meanwhile gets its result.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn audit(&self) -> Result<Audit, StoreError> {
        self.audits.run(&self.intake.store).await
    }

    /// Tells whether all laws hold by which somebody outside may count on this gateway.
    ///
    /// # Errors
    ///
    /// With a law that does not hold.
    pub async fn check_laws(&self) -> Result<(), UnkeptLaw> {
        // They all run until the gateway stops.
        if self.tasks().try_join_next().is_some() {
            self.has_lost_task.store(true, Ordering::Relaxed);
        }
        if self.has_lost_task.load(Ordering::Relaxed) {
            return Err(UnkeptLaw::TaskEnded);
        }
        if let Some(fault) = self.intake.store.condition().fault {
            return Err(UnkeptLaw::StoreUnusable(fault));
        }
        let unaccounted = self.audits.unaccounted();
        if unaccounted > 0 {
            return Err(UnkeptLaw::Unaccounted(unaccounted));
        }
        let channels = self.lanes.lock().await.channels();
        laws::broken_by_lanes(&channels, self.intake.monotonic.moment()).map_or(Ok(()), Err)
    }

    /// The ledger, for reading.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.intake.store
    }

    /// Stops: starts no more attempts, waits up to `grace` for those under way, and
    /// leaves all other deliveries on the disk for the next start.
    pub async fn shutdown(&self, grace: Duration) {
        self.stop.cancel();
        let mut tasks = std::mem::take(&mut *self.tasks());
        let all_ended = async {
            let mut lanes = self.lanes.lock().await.take_all();
            while tasks.join_next().await.is_some() {}
            while lanes.join_next().await.is_some() {}
        };
        if tokio::time::timeout(grace, all_ended).await.is_err() {
            warn!(
                grace.seconds = grace.as_secs(),
                "Attempts were still under way at the end of the grace period; they are made again at the next start"
            );
        }
        // A reload that waits for a lane may still hold the lock; then the times are not saved.
        let channels = self.lanes.try_lock().map(|lanes| lanes.channels()).unwrap_or_default();
        if let Err(err) = save_proven_at(&self.intake, &channels).await {
            warn!(error = %err, "The times at which channels were last proven cannot be saved");
        }
        if let Err(err) = heartbeats::save(&self.intake).await {
            warn!(error = %err, "The times of heartbeats cannot be saved; each gets a whole interval at the next start");
        }
        if let Err(err) = self.intake.store.checkpoint().await {
            warn!(error = %err, "The store could not be checkpointed; nothing is lost by that");
        }
    }

    fn tasks(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives up the pending deliveries that cannot be read, before anybody reads them.
async fn give_up_unreadable(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    let deliveries = store.give_up_unreadable(now).await?;
    if deliveries > 0 {
        error!(
            deliveries,
            "Deliveries that cannot be read are given up; see `fanfare dead-letters list` and `fanfare audit`"
        );
    }
    Ok(())
}

impl Drop for Gateway {
    /// Ends the tasks that outlive the gateway, such as a reload whose caller has gone.
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

#[cfg(test)]
mod tests;
