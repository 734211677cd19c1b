//! Virtual time: the clocks of the simulated machine, and the units of options.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fanfare_core::Clock;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// 2026-12-01 12:00 UTC, when every run begins: later than any store that an earlier version wrote.
pub(crate) const BEGINNING: Timestamp = Timestamp::constant(1_796_126_400, 0);

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const HOUR: Duration = Duration::from_secs(60 * 60);
pub(crate) const DAY: Duration = HOUR.saturating_mul(24);

/// The clocks of the simulated machine. They follow tokio's paused time; the wall clock can be set, and the
/// machine suspended and started anew.
#[derive(Debug)]
pub(crate) struct VirtualClock {
    started: Instant,
    state: Mutex<ClockState>,
}

#[derive(Debug, Default)]
struct ClockState {
    /// By how much the wall clock is ahead of the truth.
    offset: SignedDuration,
    /// The time in which timers stood still.
    suspended: Duration,
    /// Starts of the machine after the first.
    boots: u32,
    /// The true time of the last start.
    booted_at: Duration,
}

impl VirtualClock {
    /// The clocks at the beginning of a run. The runtime's time must be paused.
    pub(crate) fn start() -> Self {
        Self { started: Instant::now(), state: Mutex::default() }
    }

    /// The time that has truly passed since the beginning of the run.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed() + self.state().suspended
    }

    /// Moves the wall clock.
    pub(crate) fn set_by(&self, step: SignedDuration) {
        let mut state = self.state();
        state.offset = state.offset.saturating_add(step);
    }

    /// Sets the wall clock right.
    pub(crate) fn set_right(&self) {
        self.state().offset = SignedDuration::ZERO;
    }

    /// True while the wall clock tells the truth.
    pub(crate) fn is_right(&self) -> bool {
        self.state().offset.is_zero()
    }

    /// Suspends the machine for `time`: it passes, and no timer runs.
    pub(crate) fn suspend(&self, time: Duration) {
        self.state().suspended += time;
    }

    /// Starts the machine anew.
    pub(crate) fn boot(&self) {
        let now = self.elapsed();
        let mut state = self.state();
        state.boots += 1;
        state.booted_at = now;
    }

    fn state(&self) -> MutexGuard<'_, ClockState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.elapsed()).unwrap_or(SignedDuration::MAX);
        let shown = passed.saturating_add(self.state().offset);
        BEGINNING.saturating_add(shown).unwrap_or(BEGINNING)
    }

    fn since_boot(&self) -> Duration {
        let elapsed = self.elapsed();
        elapsed.saturating_sub(self.state().booted_at)
    }

    fn boot_id(&self) -> String {
        format!("boot {}", self.state().boots)
    }
}
