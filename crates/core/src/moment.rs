//! A moment by several clocks.

use jiff::{SignedDuration, Timestamp};

/// One moment by the wall clock and on the two time scales that nobody can set.
///
/// A new store starts all three with the wall clock. Within one run of the machine both scales count the time
/// since its start, so that they stay apart from the wall clock once that is set. They differ only in what they
/// count of a time in which the machine was off, see [`resume`](crate::resume).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The wall clock, for people and for what is signed.
    pub wall: Timestamp,
    /// The scale of what is owed (retries, contracts, rungs, repeats): rather ahead than behind.
    pub promise: Timestamp,
    /// The scale of what limits (budgets, silences, retention, the lifetime of links): it counts only time that
    /// has passed for certain.
    pub certain: Timestamp,
}

/// The lead of the two time scales over the wall clock. Zero until somebody sets the wall clock.
///
/// It is kept beside times that people are shown, so that these can be compared on either scale later.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClockLeads {
    /// The lead of [`Moment::promise`].
    pub promise: SignedDuration,
    /// The lead of [`Moment::certain`].
    pub certain: SignedDuration,
}

/// The leads that count as none: two clocks are never read at the very same time.
const NEGLIGIBLE: SignedDuration = SignedDuration::from_millis(50);

impl Moment {
    /// The moment at which all clocks show `wall`.
    #[must_use]
    pub fn at(wall: Timestamp) -> Self {
        Self { wall, promise: wall, certain: wall }
    }

    /// The leads of the time scales at this moment, in whole milliseconds.
    #[must_use]
    pub fn leads(self) -> ClockLeads {
        let lead = |scale: Timestamp| {
            let lead = SignedDuration::from_millis(lossy_millis(scale.duration_since(self.wall)));
            if lead.abs() < NEGLIGIBLE { SignedDuration::ZERO } else { lead }
        };
        ClockLeads { promise: lead(self.promise), certain: lead(self.certain) }
    }
}

impl ClockLeads {
    /// The time that the wall clock will show, unless it is set, at the time `due` of promises.
    #[must_use]
    pub fn shown(self, due: Timestamp) -> Timestamp {
        shifted(due, -self.promise)
    }
}

/// The time `lead` after `at`, before it if negative; limited to the times that there are.
#[must_use]
pub fn shifted(at: Timestamp, lead: SignedDuration) -> Timestamp {
    let limit = if lead.is_negative() { Timestamp::MIN } else { Timestamp::MAX };
    at.checked_add(lead).unwrap_or(limit)
}

/// Whole milliseconds of `duration`; the times that there are lie fewer than 2^63 apart.
fn lossy_millis(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
