//! Timers, in the order in which they are due.

use std::collections::{BTreeSet, HashMap};

use fanfare_core::TimerKey;
use jiff::{SignedDuration, Timestamp};

/// Timers by what they are for.
///
/// The times of a contract are those of the wall clock by which it began. They are
/// converted to monotonic time with the difference of the two clocks at that moment: a
/// change of the wall clock must neither hurry an escalation nor delay it.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    in_order: BTreeSet<(Timestamp, TimerKey)>,
    by_key: HashMap<TimerKey, Timer>,
}

#[derive(Debug, Clone, Copy)]
struct Timer {
    /// The due time, in monotonic time; `None` while it is acted on.
    due: Option<Timestamp>,
    /// The lead of monotonic time over the wall clock when the timer was first set.
    monotonic_lead: SignedDuration,
}

impl Timers {
    /// The earliest due time.
    pub(crate) fn first(&self) -> Option<Timestamp> {
        self.in_order.first().map(|(at, _)| *at)
    }

    /// Sets the timer to `wall`, by the clock of the contract. `monotonic_lead` is the current
    /// lead of monotonic time: it becomes that of a timer that is new.
    pub(crate) fn set(&mut self, key: TimerKey, wall: Timestamp, monotonic_lead: SignedDuration) {
        let monotonic_lead = self.by_key.get(&key).map_or(monotonic_lead, |timer| timer.monotonic_lead);
        self.remove(&key);
        let due = wall.saturating_add(monotonic_lead).unwrap_or(Timestamp::MAX);
        self.in_order.insert((due, key.clone()));
        self.by_key.insert(key, Timer { due: Some(due), monotonic_lead });
    }

    /// Removes the timer of `key`, if there is one.
    pub(crate) fn remove(&mut self, key: &TimerKey) {
        if let Some(Timer { due: Some(due), .. }) = self.by_key.remove(key) {
            self.in_order.remove(&(due, key.clone()));
        }
    }

    /// The current time by the clock of the contract.
    pub(crate) fn time_of(
        &self,
        key: &TimerKey,
        now: Timestamp,
        monotonic_lead: SignedDuration,
    ) -> Timestamp {
        let monotonic_lead = self.by_key.get(key).map_or(monotonic_lead, |timer| timer.monotonic_lead);
        now.saturating_sub(monotonic_lead).unwrap_or(now)
    }

    /// Takes up to `most` timers that are due at `now`, each with the time by the clock of its contract.
    pub(crate) fn take_due(&mut self, now: Timestamp, most: usize) -> Vec<(TimerKey, Timestamp)> {
        let mut due = Vec::new();
        while due.len() < most && self.first().is_some_and(|at| at <= now) {
            let Some((_, key)) = self.in_order.pop_first() else { break };
            if let Some(timer) = self.by_key.get_mut(&key) {
                timer.due = None;
                due.push((key, now.saturating_sub(timer.monotonic_lead).unwrap_or(now)));
            }
        }
        due
    }
}

#[cfg(test)]
mod tests;
