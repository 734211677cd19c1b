//! Timers, in the order in which they are due.

use std::collections::{BTreeSet, HashMap};

use fanfare_core::TimerKey;
use jiff::Timestamp;

/// Timers by what they are for, in monotonic time.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    in_order: BTreeSet<(Timestamp, TimerKey)>,
    by_key: HashMap<TimerKey, Timestamp>,
}

impl Timers {
    /// The earliest due time.
    pub(crate) fn first(&self) -> Option<Timestamp> {
        self.in_order.first().map(|(at, _)| *at)
    }

    /// Sets the timer of `key` to `due`.
    pub(crate) fn set(&mut self, key: TimerKey, due: Timestamp) {
        self.remove(&key);
        self.in_order.insert((due, key.clone()));
        self.by_key.insert(key, due);
    }

    /// Removes the timer of `key`, if there is one.
    pub(crate) fn remove(&mut self, key: &TimerKey) {
        if let Some(due) = self.by_key.remove(key) {
            self.in_order.remove(&(due, key.clone()));
        }
    }

    /// Takes up to `most` timers that are due at `now`.
    pub(crate) fn take_due(&mut self, now: Timestamp, most: usize) -> Vec<TimerKey> {
        let mut due = Vec::new();
        while due.len() < most && self.first().is_some_and(|at| at <= now) {
            let Some((_, key)) = self.in_order.pop_first() else { break };
            self.by_key.remove(&key);
            due.push(key);
        }
        due
    }
}

#[cfg(test)]
mod tests;
