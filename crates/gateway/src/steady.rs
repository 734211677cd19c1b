//! Time that does not go back.

use jiff::{SignedDuration, Timestamp};

/// The wall clock without its steps back: a pause that is measured by it does
/// not last for hours because somebody set the clock.
#[derive(Debug)]
pub(crate) struct SteadyTime {
    ahead: SignedDuration, // of the wall clock
    latest: Timestamp,
}

impl SteadyTime {
    /// Begins with the wall clock.
    pub(crate) fn starting_at(now: Timestamp) -> Self {
        Self { ahead: SignedDuration::ZERO, latest: now }
    }

    /// The steady time when the wall clock shows `now`.
    pub(crate) fn at(&mut self, now: Timestamp) -> Timestamp {
        let steady = now.saturating_add(self.ahead).unwrap_or(Timestamp::MAX);
        if steady < self.latest {
            self.ahead = self.latest.duration_since(now);
        } else {
            self.latest = steady;
        }
        self.latest
    }
}

#[cfg(test)]
mod tests;
