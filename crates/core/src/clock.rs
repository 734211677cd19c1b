//! The machine's clocks.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

/// The machine's clocks: the wall clock, which anybody may set, and the time since its start.
///
/// Only the loops in `gateway` and the doors in `server` hold one, and ask it
/// once per turn. Whatever decides takes `now: Timestamp` instead.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The current time by the wall clock.
    fn now(&self) -> Timestamp;

    /// The time since the machine was started, with the time for which it was suspended. It cannot be set.
    fn since_boot(&self) -> Duration;

    /// The name of this run of the machine: another one after each start; empty if it is not known.
    fn boot_id(&self) -> String;
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the wall clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn since_boot(&self) -> Duration {
        let now = rustix::time::clock_gettime(SINCE_BOOT);
        let seconds = Duration::from_secs(now.tv_sec.try_into().unwrap_or_default());
        seconds + Duration::from_nanos(now.tv_nsec.try_into().unwrap_or_default())
    }

    fn boot_id(&self) -> String {
        std::fs::read_to_string(BOOT_ID).map(|id| id.trim().to_owned()).unwrap_or_default()
    }
}

/// The clock that counts from the machine's start, suspended or not: `clock_gettime(2)`.
#[cfg(target_os = "linux")]
const SINCE_BOOT: rustix::time::ClockId = rustix::time::ClockId::Boottime;
#[cfg(not(target_os = "linux"))]
const SINCE_BOOT: rustix::time::ClockId = rustix::time::ClockId::Monotonic;

/// The file in which Linux names each start of the machine: `proc_sys_kernel(5)`.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// The time `pause` after `time`; at the latest the last that there is.
pub(crate) fn after(time: Timestamp, pause: Duration) -> Timestamp {
    time.saturating_add(pause).unwrap_or(Timestamp::MAX)
}

/// `time` to the millisecond, as the store keeps it: nothing may depend on whether a restart lay between.
pub(crate) fn whole_millis(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}
