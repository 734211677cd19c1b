//! The board of alarms that are over by themselves: until when each is open unless it is reported again.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use jiff::Timestamp;

use crate::clock::after;
use crate::{IncidentKey, SourceName};

/// The open alarms that are over by themselves. All times are on the scale of promises.
#[derive(Debug, Default)]
pub struct ExpiryBoard {
    alarms: HashMap<IncidentKey, ExpiringAlarm>,
    in_order: BTreeSet<(Timestamp, IncidentKey)>,
}

/// An open alarm that is over by itself.
#[derive(Debug, Clone, Copy)]
struct ExpiringAlarm {
    due_at: Timestamp,
    lasting: Duration,
}

/// An alarm that was not reported again in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiredAlarm {
    /// The key of its incident.
    pub key: IncidentKey,
    /// The time for which it is open after each report.
    pub lasting: Duration,
}

impl ExpiryBoard {
    /// Tells whether no alarm is over by itself.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.alarms.is_empty()
    }

    /// Notes an alarm that was reported at `now`, and is over after `lasting` unless it is reported again.
    pub fn insert(&mut self, key: IncidentKey, lasting: Duration, now: Timestamp) {
        self.remove(&key);
        let due_at = after(now, lasting);
        self.in_order.insert((due_at, key.clone()));
        self.alarms.insert(key, ExpiringAlarm { due_at, lasting });
    }

    /// Puts back an alarm that was taken and could not be ended, to be taken again at `due_at`. One that was reported
    /// meanwhile has its whole time.
    pub fn put_back(&mut self, ExpiredAlarm { key, lasting }: ExpiredAlarm, due_at: Timestamp) {
        if let Entry::Vacant(vacant) = self.alarms.entry(key) {
            self.in_order.insert((due_at, vacant.key().clone()));
            vacant.insert(ExpiringAlarm { due_at, lasting });
        }
    }

    /// Forgets an alarm, which is over or lasts until it is ended.
    pub fn remove(&mut self, key: &IncidentKey) {
        if let Some(ExpiringAlarm { due_at, .. }) = self.alarms.remove(key) {
            self.in_order.remove(&(due_at, key.clone()));
        }
    }

    /// The time at which the first of them is over.
    #[must_use]
    pub fn next(&self) -> Option<Timestamp> {
        self.in_order.first().map(|(at, _)| *at)
    }

    /// Takes up to `most` alarms that are over at `now`. Those of a source from which nothing can come, as
    /// `is_away` says, get their whole time again: nobody could report them.
    pub fn take_due(
        &mut self,
        now: Timestamp,
        most: usize,
        is_away: impl Fn(&SourceName) -> bool,
    ) -> Vec<ExpiredAlarm> {
        let mut due = Vec::new();
        while due.len() < most && self.next().is_some_and(|at| at <= now) {
            let Some((_, key)) = self.in_order.pop_first() else { break };
            let Some(ExpiringAlarm { lasting, .. }) = self.alarms.remove(&key) else { continue };
            if is_away(&key.source) {
                self.insert(key, lasting, now);
            } else {
                due.push(ExpiredAlarm { key, lasting });
            }
        }
        due
    }

    /// Gives all alarms that `is_meant` their whole time from `now` on: they could not be reported before.
    pub fn renew(&mut self, now: Timestamp, is_meant: impl Fn(&SourceName) -> bool) {
        let meant = self.alarms.iter().filter(|(key, _)| is_meant(&key.source));
        let meant: Vec<_> = meant.map(|(key, alarm)| (key.clone(), alarm.lasting)).collect();
        meant.into_iter().for_each(|(key, lasting)| self.insert(key, lasting, now));
    }
}

#[cfg(test)]
mod tests;
