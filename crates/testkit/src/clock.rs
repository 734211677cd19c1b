use std::time::Duration;

use fanfare_core::Clock;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::NOON;

/// Noon, plus the time that has passed on tokio's clock: one `sleep` of a day
/// moves the wall clock and the timers together, in no time.
#[derive(Debug, Clone, Copy)]
pub struct PausedClock {
    started: Instant,
}

impl PausedClock {
    /// A clock that shows noon now. Call it in a runtime whose time is paused.
    #[must_use]
    pub fn start() -> Self {
        Self { started: Instant::now() }
    }
}

impl Clock for PausedClock {
    fn now(&self) -> Timestamp {
        NOON + SignedDuration::try_from(self.started.elapsed()).unwrap()
    }

    fn since_boot(&self) -> Duration {
        self.started.elapsed()
    }

    fn boot_id(&self) -> String {
        "a run of the test's machine".to_owned()
    }
}
