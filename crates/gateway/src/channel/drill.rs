//! Schedule of a channel's test messages.

use std::time::Duration;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// Schedule of marked test messages through a channel, so that a fault of a seldom
/// used channel is found before the channel is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    /// The interval, in whole days; a part of a day counts as one.
    pub every: Duration,
    /// The time of day.
    pub at: Time,
    /// The zone of that time.
    pub zone: TimeZone,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Drill {
    /// The time of the first drill after the drill was configured at `configured_at`.
    pub(crate) fn first_due(&self, configured_at: Timestamp) -> Timestamp {
        let today = self.date_of(configured_at);
        let at = self.on(today);
        if at >= configured_at { at } else { self.on(days_after(today, 1)) }
    }

    /// The time of the drill that follows one begun at `last`. Days are counted from
    /// its date: otherwise each drill would begin a little later than the one before.
    pub(crate) fn next_due(&self, last: Timestamp) -> Timestamp {
        let days = self.every.as_secs().div_ceil(DAY.as_secs()).max(1);
        self.on(days_after(self.date_of(last), i64::try_from(days).unwrap_or(i64::MAX)))
    }

    fn date_of(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }

    fn on(&self, day: Date) -> Timestamp {
        day.to_datetime(self.at).to_zoned(self.zone.clone()).map_or(Timestamp::MAX, |it| it.timestamp())
    }
}

/// The date `days` after `day`, limited to the last date there is.
fn days_after(day: Date, days: i64) -> Date {
    Span::new().try_days(days).and_then(|days| day.checked_add(days)).unwrap_or(Date::MAX)
}
