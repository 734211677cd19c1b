//! Self-monitoring: the loop that checks the gateway itself, raises self-alerts and runs drills.

mod store_monitor;
mod contract_monitor;
mod heartbeat_monitor;
mod announcement;
mod collect;
mod slow_checks;
mod drills;
mod disk;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{Clock, Moment};
use fanfare_store::Durability;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use self::collect::collect;
pub(crate) use self::contract_monitor::ContractMonitor;
pub(crate) use self::disk::space;
use self::drills::{ChannelDrill, DrillSchedule};
pub(crate) use self::heartbeat_monitor::HeartbeatMonitor;
pub(crate) use self::slow_checks::save_proven_at;
use self::slow_checks::{SlowChecks, slow_checks};
pub(crate) use self::store_monitor::StoreMonitor;
use crate::delivery::{ChannelHandle, Lanes};
use crate::intake::{Intake, NotStored};
use crate::operations::TestError;
use crate::operations::channel_test::test;
use crate::self_alert::{Condition, RaisedAlerts, SELF_SOURCE, Snapshot, TestReason, run_checks};
use crate::time::after;

/// The interval of checks. One costs some microseconds; a channel that breaks is broken
/// for ten seconds anyway before its alert is raised.
const CHECK_INTERVAL: Duration = Duration::from_secs(5);

/// The interval of the checks that read the store and the disk.
const SLOW_CHECK_INTERVAL: Duration = Duration::from_secs(60);

/// The task that monitors the gateway.
#[derive(Debug)]
pub(crate) struct SelfMonitor {
    pub(crate) intake: Arc<Intake>,
    pub(crate) lanes: Arc<Mutex<Lanes>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) store_path: PathBuf,
    pub(crate) stop: CancellationToken,
}

/// The state that one check hands to the next.
#[derive(Debug, Default)]
struct MonitorState {
    /// The self-alerts that are firing; `None` until they were read from the store.
    raised: Option<RaisedAlerts>,
    slow_checks: Option<SlowChecks>,
    drills: DrillSchedule,
}

impl SelfMonitor {
    /// Runs until the gateway stops.
    pub(crate) async fn run(self) {
        let mut state = MonitorState::default();
        while self.stop.run_until_cancelled(tokio::time::sleep(CHECK_INTERVAL)).await.is_some() {
            let channels = self.lanes.lock().await.channels();
            if let Err(err) = self.tick(&channels, &mut state).await {
                warn!(error = %err, "Self-monitoring failed; trying again");
            }
            self.run_drills(&channels, &mut state.drills).await;
        }
    }

    /// Checks the gateway once, and raises or resolves self-alerts.
    async fn tick(&self, channels: &[ChannelHandle], state: &mut MonitorState) -> Result<(), NotStored> {
        let now = self.intake.monotonic.now();
        let recent = state.slow_checks.take().filter(|it| now < after(it.at, SLOW_CHECK_INTERVAL));
        let slow = match recent {
            Some(recent) => recent,
            None => slow_checks(&self.intake, channels, &self.store_path).await?,
        };
        let snapshot = collect(&self.intake, channels, &slow, self.clock.now());
        state.slow_checks = Some(slow);
        self.intake.metrics.show(&snapshot);
        let raised = match &mut state.raised {
            Some(raised) => raised,
            None => {
                let firing = self.intake.store.firing_of(SELF_SOURCE).await?;
                let is_ours = |it: &Condition| !it.is_of_senders();
                state.raised.insert(RaisedAlerts::from_stored(&firing, is_ours, now))
            }
        };
        self.update_alerts(&snapshot, raised).await
    }

    async fn update_alerts(&self, snapshot: &Snapshot, raised: &mut RaisedAlerts) -> Result<(), NotStored> {
        let (now, monotonic_now) = (self.clock.now(), self.intake.monotonic.now());
        let changes = raised.changes(&run_checks(snapshot, now), monotonic_now);
        if changes.is_empty() {
            return Ok(());
        }
        let alerts = changes.iter().map(|change| change.alert(now)).collect();
        // Nobody outside relies on it, and it matters most when the disk cannot be written.
        self.intake.accept(alerts, now, Durability::AsPossible).await?;
        for change in &changes {
            change.log();
            raised.record(change, monotonic_now);
        }
        Ok(())
    }

    async fn run_drills(&self, channels: &[ChannelHandle], drills: &mut DrillSchedule) {
        let now = self.intake.monotonic.moment();
        let last = |channel: &ChannelHandle| channel.status.last().drilled_monotonic;
        let all: Vec<_> = channels
            .iter()
            .filter_map(|it| {
                let (channel, drill) = (it.name(), it.meta.drill.as_ref()?);
                Some(ChannelDrill { channel, drill, last: last(it) })
            })
            .collect();
        let due = drills.due(&all, now);
        for channel in channels.iter().filter(|it| due.contains(it.name())) {
            if let Err(err) = self.drill(channel, now).await {
                warn!(channel.name = %channel.name(), error = %err, "A drill failed; trying again");
            }
        }
    }

    async fn drill(&self, channel: &ChannelHandle, now: Moment) -> Result<(), TestError> {
        test(&self.intake, channel.name(), TestReason::Drill, now.wall).await?;
        // Noted before the store has it: if the store fails, one drill is still enough.
        channel.status.last().note_drill(now);
        info!(channel.name = %channel.name(), "Drill started");
        Ok(self.intake.store.drilled(channel.name().clone(), now).await.map_err(NotStored::from)?)
    }
}
