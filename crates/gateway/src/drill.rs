//! When a channel is due for a drill.

use std::collections::BTreeMap;
use std::time::Duration;

use fanfare_core::ChannelName;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// How often a marked test goes through a channel, so that one which is seldom
/// needed is found to be broken before it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    /// How often; a part of a day counts as a whole one.
    pub every: Duration,
    /// At that time of day.
    pub at: Time,
    /// In this zone.
    pub zone: TimeZone,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Drill {
    /// When the first drill is due that is wanted since `wanted_since`.
    fn first_due(&self, wanted_since: Timestamp) -> Timestamp {
        let today = self.date_of(wanted_since);
        let at = self.on(today);
        if at >= wanted_since { at } else { self.on(days_after(today, 1)) }
    }

    /// When the next drill is due after one that began at `last`: the day counts,
    /// or each drill would be a little later in the day than the one before.
    fn next_due(&self, last: Timestamp) -> Timestamp {
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

/// So many days after `day`; at the latest when time itself ends.
fn days_after(day: Date, days: i64) -> Date {
    Span::new().try_days(days).and_then(|days| day.checked_add(days)).unwrap_or(Date::MAX)
}

/// Which drills are wanted, and since when: one that is wanted from now on does
/// not begin at once because its time of day is over.
#[derive(Debug, Default)]
pub(crate) struct Drills(BTreeMap<ChannelName, (Drill, Timestamp)>);

/// A channel that has drills.
#[derive(Debug, Clone)]
pub(crate) struct Drilled<'a> {
    pub(crate) channel: &'a ChannelName,
    pub(crate) drill: &'a Drill,
    /// When the last one began.
    pub(crate) last: Option<Timestamp>,
}

impl Drills {
    /// Of all the channels that have drills, those that are due for one at `now`.
    pub(crate) fn due(&mut self, all: &[Drilled<'_>], now: Timestamp) -> Vec<ChannelName> {
        self.0.retain(|channel, (drill, _)| all.iter().any(|it| it.channel == channel && it.drill == drill));
        let mut due = Vec::new();
        for Drilled { channel, drill, last } in all {
            let (_, since) = self.0.entry((*channel).clone()).or_insert_with(|| ((*drill).clone(), now));
            // A drill in the future was held before the clock was set back.
            let due_at = match last.filter(|last| *last <= now) {
                Some(last) => drill.next_due(last),
                None => drill.first_due(*since),
            };
            if due_at <= now {
                due.push((*channel).clone());
            }
        }
        due
    }
}

#[cfg(test)]
mod tests;
