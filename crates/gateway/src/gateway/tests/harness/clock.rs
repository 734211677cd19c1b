//! The clock and the jitter of a gateway under test.

use std::sync::atomic::{AtomicI64, Ordering};

use fanfare_core::Clock;
use fanfare_testkit::PausedClock;
use jiff::{SignedDuration, Timestamp};

use crate::Jitter;

/// A clock that follows paused time and can be set.
#[derive(Debug)]
pub(super) struct SettableClock {
    paused: PausedClock,
    offset_seconds: AtomicI64,
}

impl SettableClock {
    /// A clock that shows noon.
    pub(super) fn new() -> Self {
        Self { paused: PausedClock::start(), offset_seconds: AtomicI64::new(0) }
    }

    /// Moves the clock by so many seconds.
    pub(super) fn set_by(&self, seconds: i64) {
        self.offset_seconds.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for SettableClock {
    fn now(&self) -> Timestamp {
        self.paused.now() + SignedDuration::from_secs(self.offset_seconds.load(Ordering::SeqCst))
    }
}

/// Jitter that makes every retry wait as long as its back-off allows.
#[derive(Debug)]
pub(super) struct MaximalJitter;

impl Jitter for MaximalJitter {
    fn spread(&self) -> f64 {
        1.0
    }
}
