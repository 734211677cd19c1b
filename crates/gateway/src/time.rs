//! Monotonic time, and arithmetic with it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// The wall clock at the start plus the time that has passed since. It cannot be set.
///
/// Budgets, silences and pauses are measured by it: one step of the wall clock
/// must neither make them last for hours nor end them all at once. Stored, shown
/// and signed times are those of the wall clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MonotonicClock {
    started: Timestamp,
    since: Instant,
}

impl MonotonicClock {
    /// Starts with the wall clock, so that stored times can be converted.
    pub(crate) fn starting_at(now: Timestamp) -> Self {
        Self { started: now, since: Instant::now() }
    }

    /// The current monotonic time.
    pub(crate) fn now(self) -> Timestamp {
        after(self.started, self.since.elapsed())
    }

    /// The time that has passed since `since`.
    pub(crate) fn elapsed(self, since: Timestamp) -> Duration {
        between(since, self.now())
    }
}

/// The pause before the store is used again after it failed.
pub(crate) const STORE_PAUSE: Duration = Duration::from_secs(1);

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

#[cfg(test)]
mod tests;
