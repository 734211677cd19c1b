//! The time that has passed since an earlier life of the gateway.

use std::time::Duration;

use jiff::Timestamp;

use crate::Moment;
use crate::clock::after;

/// The newest times that a life of the gateway has left in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeRecord {
    /// The moment by all clocks.
    pub moment: Moment,
    /// The run of the machine, see [`Clock::boot_id`](crate::Clock::boot_id); empty if it is not known.
    pub boot_id: String,
    /// The time since the machine's start.
    pub since_boot: Duration,
}

/// The machine's clocks at the start of a life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockReading {
    /// The wall clock.
    pub wall: Timestamp,
    /// The run of the machine; empty if it is not known.
    pub boot_id: String,
    /// The time since the machine's start.
    pub since_boot: Duration,
}

/// The knowledge of the time that has passed between two lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimePassed {
    /// The machine has run all the while: its own clock says how long.
    Known(Duration),
    /// The machine was off for some time. The wall clock has gone on, and is all that there is to go by.
    ByWallClock {
        /// The time that has passed by the wall clock, which may be ahead.
        likely: Duration,
        /// The time that has passed for certain.
        certain: Duration,
    },
    /// The machine was off for some time, and the wall clock shows an earlier time than before.
    Unknown,
}

/// The time that has passed between the time record `last` and the start of a life.
///
/// Another run of the machine has begun since, so that as much as its age has passed for certain; no more than by
/// the wall clock, since the store may have been moved to a machine that has run for months.
#[must_use]
pub fn time_passed(last: &TimeRecord, now: &ClockReading) -> TimePassed {
    let is_same_run = !now.boot_id.is_empty() && last.boot_id == now.boot_id;
    if is_same_run && let Some(passed) = now.since_boot.checked_sub(last.since_boot) {
        return TimePassed::Known(passed);
    }
    match Duration::try_from(now.wall.duration_since(last.moment.wall)) {
        Ok(likely) => TimePassed::ByWallClock { likely, certain: likely.min(now.since_boot) },
        Err(_) => TimePassed::Unknown,
    }
}

/// The moment at which a life of the gateway starts, after the time record `last` of an earlier one.
///
/// What is owed is done rather early than late: where nobody knows how much time has passed, all that is due next
/// is due now; `latest_due` is the latest time, on the scale of promises, at which something is due next. What
/// limits is kept rather too long: where nobody knows, no time has passed.
#[must_use]
pub fn resume(last: Option<&TimeRecord>, now: &ClockReading, latest_due: Option<Timestamp>) -> Moment {
    let Some(last) = last else { return Moment::at(now.wall) };
    let Moment { wall: _, promise, certain } = last.moment;
    match time_passed(last, now) {
        TimePassed::Known(passed) => {
            Moment { wall: now.wall, promise: after(promise, passed), certain: after(certain, passed) }
        }
        TimePassed::ByWallClock { likely, certain: passed } => {
            Moment { wall: now.wall, promise: after(promise, likely), certain: after(certain, passed) }
        }
        TimePassed::Unknown => {
            let promise = latest_due.map_or(promise, |due| promise.max(due));
            Moment { wall: now.wall, promise, certain }
        }
    }
}

#[cfg(test)]
mod tests;
