//! Time that nobody can set.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// The wall clock as it would be had nobody set it since the start.
///
/// Budgets, silences and pauses are measured by it: one step of the wall clock
/// must neither make them last for hours nor end them all at once. Where time
/// meets the world, in what is written down, shown or signed, the wall clock counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SteadyTime {
    started: Timestamp,
    since: Instant,
}

impl SteadyTime {
    /// Begins with the wall clock, so that what the store remembers can be read by it.
    pub(crate) fn starting_at(now: Timestamp) -> Self {
        Self { started: now, since: Instant::now() }
    }

    /// What time it is.
    pub(crate) fn now(self) -> Timestamp {
        after(self.started, self.since.elapsed())
    }

    /// How long ago it was `since`.
    pub(crate) fn elapsed(self, since: Timestamp) -> Duration {
        between(since, self.now())
    }
}

/// So long after `time`; at the latest when time itself ends.
pub(crate) fn after(time: Timestamp, pause: Duration) -> Timestamp {
    time.saturating_add(pause).unwrap_or(Timestamp::MAX)
}

/// So long before `time`; at the earliest when time itself begins.
pub(crate) fn before(time: Timestamp, ago: Duration) -> Timestamp {
    let ago = SignedDuration::try_from(ago).unwrap_or(SignedDuration::MAX);
    time.saturating_sub(ago).unwrap_or(Timestamp::MIN)
}

/// How long after `now` it is `at`; no time if it was before.
pub(crate) fn between(now: Timestamp, at: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(now)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
