//! The clock and the jitter of a gateway under test.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use fanfare_core::Clock;
use fanfare_testkit::{NOON, PausedClock};
use jiff::{SignedDuration, Timestamp};

use crate::Jitter;

/// A clock that follows paused time and can be set.
#[derive(Debug)]
pub(super) struct SettableClock {
    paused: PausedClock,
    offset_seconds: AtomicI64,
    suspended_seconds: AtomicU64,
    /// The number of starts of the machine so far.
    boots: AtomicU64,
    /// The time since the start of the test at which the machine was last started, in milliseconds.
    booted_at: AtomicU64,
}

impl SettableClock {
    /// A clock that shows noon.
    pub(super) fn new() -> Self {
        Self {
            paused: PausedClock::start(),
            offset_seconds: AtomicI64::new(0),
            suspended_seconds: AtomicU64::new(0),
            boots: AtomicU64::new(1),
            booted_at: AtomicU64::new(0),
        }
    }

    /// Suspends the machine for so many seconds: timers stand still meanwhile.
    pub(super) fn suspend(&self, seconds: u64) {
        self.suspended_seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Starts the machine anew.
    pub(super) fn boot(&self) {
        self.boots.fetch_add(1, Ordering::SeqCst);
        let now = u64::try_from(self.elapsed().as_millis()).unwrap();
        self.booted_at.store(now, Ordering::SeqCst);
    }

    /// The time since the start of the test.
    fn elapsed(&self) -> Duration {
        self.paused.since_boot() + Duration::from_secs(self.suspended_seconds.load(Ordering::SeqCst))
    }

    /// Moves the clock by so many seconds.
    pub(super) fn set_by(&self, seconds: i64) {
        self.offset_seconds.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for SettableClock {
    fn now(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.elapsed()).unwrap();
        NOON + elapsed + SignedDuration::from_secs(self.offset_seconds.load(Ordering::SeqCst))
    }

    fn since_boot(&self) -> Duration {
        self.elapsed() - Duration::from_millis(self.booted_at.load(Ordering::SeqCst))
    }

    fn boot_id(&self) -> String {
        format!("run {} of the machine", self.boots.load(Ordering::SeqCst))
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
