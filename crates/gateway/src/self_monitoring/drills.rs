//! Drill schedule: the channels that are due for a test message.

use std::collections::BTreeMap;

use fanfare_core::ChannelName;
use jiff::Timestamp;

use crate::channel::Drill;

/// The configured drills, each with the time from which it is configured: a drill
/// configured after its time of day begins the next day.
#[derive(Debug, Default)]
pub(crate) struct DrillSchedule(BTreeMap<ChannelName, (Drill, Timestamp)>);

/// A channel that has a drill.
#[derive(Debug, Clone)]
pub(crate) struct ChannelDrill<'a> {
    pub(crate) channel: &'a ChannelName,
    pub(crate) drill: &'a Drill,
    /// The start of the last drill.
    pub(crate) last: Option<Timestamp>,
}

impl DrillSchedule {
    /// The channels of `all` that are due for a drill at `now`.
    pub(crate) fn due(&mut self, all: &[ChannelDrill<'_>], now: Timestamp) -> Vec<ChannelName> {
        self.0.retain(|channel, (drill, _)| all.iter().any(|it| it.channel == channel && it.drill == drill));
        let mut due = Vec::new();
        for ChannelDrill { channel, drill, last } in all {
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
