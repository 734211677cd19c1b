//! Time recorder: the newest times on the disk, and the notice of clocks that were set and of suspends.

use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{ClockLeads, TimeRecord};
use fanfare_store::Store;
use jiff::Timestamp;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::dispatch::Dispatch;
use crate::time::MonotonicClock;

/// The interval of looks at the clocks: a suspend is noticed within it.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);

/// The interval of writing while the clocks go as they should: as much as that is not known to have passed before
/// a power cut, so that limits are kept for longer by it. Each costs an fsync.
const WRITE_INTERVAL: Duration = Duration::from_secs(60);

/// The least difference that is no inaccuracy of reading two clocks.
const NOTABLE: Duration = Duration::from_secs(1);

/// The task that writes the time record.
#[derive(Debug)]
pub(crate) struct TimeRecorder {
    pub(crate) store: Store,
    pub(crate) monotonic: MonotonicClock,
    pub(crate) dispatch: Arc<Dispatch>,
    pub(crate) stop: CancellationToken,
}

/// The clocks at the last look.
#[derive(Debug)]
pub(crate) struct LastLook {
    awake: Instant,
    since_boot: Duration,
    leads: ClockLeads,
    written: Instant,
    /// The time at which this life began, until it is written.
    began_at: Option<Timestamp>,
}

impl TimeRecorder {
    /// Runs until the gateway stops, from its [beginning](Self::begin) on.
    pub(crate) async fn run(self, mut last: LastLook) {
        while self.stop.run_until_cancelled(tokio::time::sleep(LOOK_INTERVAL)).await.is_some() {
            self.look(&mut last).await;
        }
    }

    /// Enters that this life begins, and its times. Until it is entered a store of an earlier version has none: the next
    /// life would go by the newest time in it, on whichever scale that is, and take what was just sent for long past.
    pub(crate) async fn begin(&self) -> LastLook {
        let now = self.monotonic.time_record();
        let (awake, since_boot, leads) = (Instant::now(), now.since_boot, now.moment.leads());
        let began_at = Some(now.moment.wall);
        let mut look = LastLook { awake, since_boot, leads, written: awake, began_at };
        self.write(&mut look.began_at, now).await;
        look
    }

    async fn look(&self, last: &mut LastLook) {
        let (awake, now) = (Instant::now(), self.monotonic.time_record());
        let by_boot = now.since_boot.saturating_sub(last.since_boot);
        let suspended = by_boot.saturating_sub(awake.duration_since(last.awake));
        (last.awake, last.since_boot) = (awake, now.since_boot);
        if suspended >= NOTABLE {
            info!(
                seconds = suspended.as_secs(),
                "The machine was suspended; what fell due meanwhile is done now"
            );
            self.dispatch.time_has_passed();
        }
        let leads = now.moment.leads();
        let step = last.leads.promise.saturating_sub(leads.promise);
        let was_set = step.unsigned_abs() >= NOTABLE;
        if was_set {
            warn!(
                step.seconds = step.as_secs(),
                "The wall clock was set; what is owed is done by the time that passes"
            );
            last.leads = leads;
        }
        if was_set || awake.duration_since(last.written) >= WRITE_INTERVAL {
            last.written = awake;
            self.write(&mut last.began_at, now).await;
        }
    }

    async fn write(&self, began_at: &mut Option<Timestamp>, newest: TimeRecord) {
        let written = match *began_at {
            Some(began_at) => self.store.begin_life(began_at, newest).await,
            None => self.store.record_times(newest).await,
        };
        match written {
            Ok(()) => *began_at = None,
            Err(err) => warn!(error = %err, "The newest times cannot be stored; trying again"),
        }
    }
}
