//! Drill schedule: the channels that are due for a test message.

use std::collections::BTreeMap;

use fanfare_core::{ChannelName, Moment};
use jiff::Timestamp;

use crate::channel::Drill;
use crate::time::{after, before, between};

/// The configured drills, each with the monotonic time from which it is configured: a drill
/// configured after its time of day begins the next day.
#[derive(Debug, Default)]
pub(crate) struct DrillSchedule(BTreeMap<ChannelName, (Drill, Timestamp)>);

/// A channel that has a drill.
#[derive(Debug, Clone)]
pub(crate) struct ChannelDrill<'a> {
    pub(crate) channel: &'a ChannelName,
    pub(crate) drill: &'a Drill,
    /// The start of the last drill, in monotonic time.
    pub(crate) last: Option<Timestamp>,
}

impl DrillSchedule {
    /// The channels of `all` that are due for a drill at `now`.
    ///
    /// A drill has a time of day, by the wall clock as it shows now. What was before is so long ago by that clock
    /// as has passed, and a drill is not held again before half of its interval has: a clock that is set repeats
    /// none.
    pub(crate) fn due(&mut self, all: &[ChannelDrill<'_>], now: Moment) -> Vec<ChannelName> {
        let wall = |monotonic| before(now.wall, between(monotonic, now.promise));
        self.0.retain(|channel, (drill, _)| all.iter().any(|it| it.channel == channel && it.drill == drill));
        let mut due = Vec::new();
        for ChannelDrill { channel, drill, last } in all {
            let (_, since) =
                self.0.entry((*channel).clone()).or_insert_with(|| ((*drill).clone(), now.promise));
            let due_at = match last {
                Some(last) => drill.next_due(wall(*last)),
                None => drill.first_due(wall(*since)),
            };
            let is_too_soon = last.is_some_and(|last| now.promise < after(last, drill.every / 2));
            if due_at <= now.wall && !is_too_soon {
                due.push((*channel).clone());
            }
        }
        due
    }
}

#[cfg(test)]
mod tests;
