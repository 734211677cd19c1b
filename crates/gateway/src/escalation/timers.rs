//! Timers of notifications, in the order in which they are due.

use std::collections::{BTreeSet, HashMap};

use fanfare_core::NotificationId;
use jiff::{SignedDuration, Timestamp};

/// The times at which notifications are due.
///
/// The times of a contract are those of the wall clock by which it began. They are
/// converted to monotonic time with the difference of the two clocks at that moment: a
/// change of the wall clock must neither hurry an escalation nor delay it.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    in_order: BTreeSet<(Timestamp, NotificationId)>,
    by_notification: HashMap<NotificationId, Timer>,
}

#[derive(Debug, Clone, Copy)]
struct Timer {
    /// The due time, in monotonic time; `None` while the notification is checked.
    due: Option<Timestamp>,
    /// The difference of monotonic time and wall clock at the beginning of the contract.
    lead: SignedDuration,
}

impl Timers {
    /// The earliest due time.
    pub(crate) fn first(&self) -> Option<Timestamp> {
        self.in_order.first().map(|(at, _)| *at)
    }

    /// Sets the timer to `wall`, by the clock of the contract. `lead` is the current
    /// difference of the clocks: it becomes that of a contract that is new here.
    pub(crate) fn set(&mut self, id: NotificationId, wall: Timestamp, lead: SignedDuration) {
        let lead = self.by_notification.get(&id).map_or(lead, |timer| timer.lead);
        self.remove(id);
        let due = wall.saturating_add(lead).unwrap_or(Timestamp::MAX);
        self.in_order.insert((due, id));
        self.by_notification.insert(id, Timer { due: Some(due), lead });
    }

    /// Removes the timer of `id`, if there is one.
    pub(crate) fn remove(&mut self, id: NotificationId) {
        if let Some(Timer { due: Some(due), .. }) = self.by_notification.remove(&id) {
            self.in_order.remove(&(due, id));
        }
    }

    /// The current time by the clock of the contract.
    pub(crate) fn time_of(&self, id: NotificationId, now: Timestamp, lead: SignedDuration) -> Timestamp {
        let lead = self.by_notification.get(&id).map_or(lead, |timer| timer.lead);
        now.saturating_sub(lead).unwrap_or(now)
    }

    /// Takes up to `most` timers that are due at `now`, each with the time by the clock of its contract.
    pub(crate) fn take_due(&mut self, now: Timestamp, most: usize) -> Vec<(NotificationId, Timestamp)> {
        let mut due = Vec::new();
        while let Some(&(at, id)) = self.in_order.first().filter(|(at, _)| *at <= now && due.len() < most) {
            self.in_order.remove(&(at, id));
            if let Some(timer) = self.by_notification.get_mut(&id) {
                timer.due = None;
                due.push((id, now.saturating_sub(timer.lead).unwrap_or(now)));
            }
        }
        due
    }
}

#[cfg(test)]
mod tests;
