//! The wall clock.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

/// The wall clock.
///
/// Only the loops in `gateway` and the doors in `server` hold one, and ask it
/// once per turn. Whatever decides takes `now: Timestamp` instead.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The current time.
    fn now(&self) -> Timestamp;
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the wall clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The time `pause` after `time`; at the latest the last that there is.
pub(crate) fn after(time: Timestamp, pause: Duration) -> Timestamp {
    time.saturating_add(pause).unwrap_or(Timestamp::MAX)
}

/// `time` to the millisecond, as the store keeps it: nothing may depend on whether a restart lay between.
pub(crate) fn whole_millis(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}
