//! Monotonic time, and arithmetic with it.

use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{
    Clock, ClockReading, Moment, Quota, TimePassed, TimeRecord, resume, shifted, time_passed,
};
use fanfare_store::{Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use tracing::warn;

/// The time that passes whatever the wall clock is set to, from one life of the gateway to the next.
///
/// [`MonotonicClock::now`] is the scale of [promises](Moment::promise): retries, contracts, budgets, silences and
/// pauses are measured by it in memory. A step of the wall clock must neither make them last for hours nor end them
/// all at once. Shown and signed times are those of the wall clock. A time in which the machine is suspended counts.
#[derive(Debug, Clone)]
pub(crate) struct MonotonicClock {
    clock: Arc<dyn Clock>,
    started: Moment,
    boot_id: String,
    since_boot: Duration,
}

impl MonotonicClock {
    /// The clock of a life that starts now and goes on where `store` was left.
    pub(crate) async fn resuming(store: &Store, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let last = store.last_times().await?;
        let latest_due = store.latest_due().await?;
        let reading =
            ClockReading { wall: clock.now(), boot_id: clock.boot_id(), since_boot: clock.since_boot() };
        report_unknown(last.as_ref(), &reading);
        let started = resume(last.as_ref(), &reading, latest_due);
        Ok(Self { clock, started, boot_id: reading.boot_id, since_boot: reading.since_boot })
    }

    /// The current monotonic time.
    pub(crate) fn now(&self) -> Timestamp {
        after(self.started.promise, self.passed())
    }

    /// The current time by all clocks.
    pub(crate) fn moment(&self) -> Moment {
        let passed = self.passed();
        Moment {
            wall: self.clock.now(),
            promise: after(self.started.promise, passed),
            certain: after(self.started.certain, passed),
        }
    }

    /// The current times, for the next life.
    pub(crate) fn time_record(&self) -> TimeRecord {
        let (moment, since_boot) = (self.moment(), self.clock.since_boot());
        TimeRecord { moment, boot_id: self.boot_id.clone(), since_boot }
    }

    /// The time that has passed since `since`.
    pub(crate) fn elapsed(&self, since: Timestamp) -> Duration {
        between(since, self.now())
    }

    fn passed(&self) -> Duration {
        self.clock.since_boot().saturating_sub(self.since_boot)
    }
}

/// Logs that the wall clock shows an earlier time than an earlier life has seen, if so.
fn report_unknown(last: Option<&TimeRecord>, now: &ClockReading) {
    let Some(last) = last else { return };
    match time_passed(last, now) {
        TimePassed::Known(_) | TimePassed::ByWallClock { .. } => {}
        TimePassed::Unknown => {
            warn!(
                clock = %now.wall, last_seen = %last.moment.wall,
                "The clock is behind the time of the last run: what was due next is done now"
            );
        }
    }
}

/// The pause before the store is used again after it failed.
pub(crate) const STORE_PAUSE: Duration = Duration::from_secs(1);

/// The time by which a timer may be late: from then on the machine has slept or stood still, and nothing could be heard.
pub(crate) const STANDSTILL: Duration = Duration::from_secs(4);

/// The time for which an attempt that failed by a fault of this machine keeps its place in the
/// lane: no more than one a second and place is tried until the fault is over. Our choice.
pub(crate) const LOCAL_FAULT_PAUSE: Duration = Duration::from_secs(1);

/// Waits for `pause`; without one, for ever.
pub(crate) async fn sleep_or_forever(pause: Option<Duration>) {
    match pause {
        Some(pause) => tokio::time::sleep(pause).await,
        None => std::future::pending().await,
    }
}

/// The time `pause` after `time`, limited to the last timestamp there is.
pub(crate) fn after(time: Timestamp, pause: Duration) -> Timestamp {
    time.saturating_add(pause).unwrap_or(Timestamp::MAX)
}

/// The time `ago` before `time`, limited to the first timestamp there is.
pub(crate) fn before(time: Timestamp, ago: Duration) -> Timestamp {
    let ago = SignedDuration::try_from(ago).unwrap_or(SignedDuration::MAX);
    time.saturating_sub(ago).unwrap_or(Timestamp::MIN)
}

/// The duration from `now` until `at`; zero if `at` is over.
pub(crate) fn between(now: Timestamp, at: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(now)).unwrap_or_default()
}

/// The time from which messages count in the current period of `quota`, on the scale of what has passed for certain.
///
/// The provider's day begins by its own clock. The best that is known of it is the wall clock as it shows now: so
/// much has passed since its midnight as that says. A message counts in the period if it went out after that,
/// whatever the wall clock showed then; rather too many count than too few.
pub(crate) fn period_start(quota: &Quota, now: Moment) -> Timestamp {
    // The last message of one day must not count in the next because clocks are read one after the other.
    const MARGIN: Duration = Duration::from_secs(1);
    after(shifted(quota.began_at(now.wall), now.leads().certain), MARGIN)
}

#[cfg(test)]
mod tests;
