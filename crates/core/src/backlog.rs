//! Which of a channel's waiting deliveries goes next.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, VecDeque};

use jiff::Timestamp;

use crate::{DeliveryId, Fingerprint, Severity};

/// A channel's waiting deliveries: the worst first, then the oldest.
///
/// Deliveries about one thing keep their order, or people would be told that
/// something is over before they are told that it began. So that an urgent one
/// does not wait behind a mild one of its own line, the first in a line goes
/// as if it were as bad as the worst behind it, and a worse one that joins ends
/// the pause of the first.
#[derive(Debug)]
pub struct Backlog<T> {
    lines: HashMap<Fingerprint, Line<T>>,
    // Each line that is not empty and whose first is not out stands in exactly one of the two.
    ready: BTreeSet<(Reverse<Severity>, DeliveryId, Fingerprint)>,
    resting: BTreeSet<(Timestamp, DeliveryId, Fingerprint)>,
    len: usize,
}

/// A delivery that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting<T> {
    /// Its number: the order in which deliveries came to be.
    pub id: DeliveryId,
    /// What it is about.
    pub fingerprint: Fingerprint,
    /// How bad it is.
    pub severity: Severity,
    /// Not before then.
    pub next_at: Timestamp,
    /// Whatever the caller keeps with it.
    pub item: T,
}

/// The deliveries about one thing, in their order.
#[derive(Debug)]
struct Line<T> {
    waiting: VecDeque<Waiting<T>>,
    place: Place,
}

/// Where the line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Ready(Reverse<Severity>, DeliveryId),
    Resting(Timestamp, DeliveryId),
    /// Nowhere: its first is out, or it is empty.
    Nowhere,
}

impl<T> Default for Backlog<T> {
    fn default() -> Self {
        Self { lines: HashMap::new(), ready: BTreeSet::new(), resting: BTreeSet::new(), len: 0 }
    }
}

impl<T> Backlog<T> {
    /// How many wait, without those that are out.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a new delivery at the end of its line.
    pub fn push(&mut self, new: Waiting<T>) {
        self.len += 1;
        let fingerprint = new.fingerprint;
        let Some(line) = self.lines.get_mut(&fingerprint) else {
            let line = Line { waiting: VecDeque::from([new]), place: Place::Nowhere };
            self.lines.insert(fingerprint, line);
            return self.rest(fingerprint);
        };
        let is_worst = line.waiting.iter().all(|it| it.severity < new.severity);
        let next_at = new.next_at;
        line.waiting.push_back(new);
        let stands = line.place != Place::Nowhere;
        if stands && is_worst {
            if let Some(first) = line.waiting.front_mut() {
                first.next_at = first.next_at.min(next_at);
            }
            self.rest(fingerprint);
        }
    }

    /// Takes out the delivery that goes next at `now`, if any may. Those behind
    /// it in its line wait until it is [settled](Self::settled) or
    /// [put back](Self::put_back).
    pub fn take(&mut self, now: Timestamp) -> Option<Waiting<T>> {
        self.wake(now);
        let (_, _, fingerprint) = *self.ready.first()?;
        self.leave(fingerprint);
        let taken = self.lines.get_mut(&fingerprint)?.waiting.pop_front();
        self.len -= usize::from(taken.is_some());
        taken
    }

    /// A delivery that was taken out needs no further attempt: the next of its
    /// line may go.
    pub fn settled(&mut self, fingerprint: Fingerprint) {
        match self.lines.get(&fingerprint) {
            Some(line) if line.waiting.is_empty() => {
                self.lines.remove(&fingerprint);
            }
            Some(_) => self.rest(fingerprint),
            None => {}
        }
    }

    /// A delivery that was taken out goes back to the head of its line.
    pub fn put_back(&mut self, taken: Waiting<T>) {
        self.len += 1;
        let fingerprint = taken.fingerprint;
        let line = self
            .lines
            .entry(fingerprint)
            .or_insert_with(|| Line { waiting: VecDeque::new(), place: Place::Nowhere });
        line.waiting.push_front(taken);
        self.rest(fingerprint);
    }

    /// When the next delivery may go that may not go yet; `None` if none rests.
    #[must_use]
    pub fn next_at(&self) -> Option<Timestamp> {
        self.resting.first().map(|(next_at, _, _)| *next_at)
    }

    /// Every line whose first may go at `now` becomes ready.
    fn wake(&mut self, now: Timestamp) {
        while let Some(&(next_at, _, fingerprint)) = self.resting.first() {
            if next_at > now {
                break;
            }
            self.leave(fingerprint);
            let Some(line) = self.lines.get_mut(&fingerprint) else {
                continue;
            };
            let (Some(first), Some(worst)) = (line.waiting.front(), line.worst()) else {
                continue;
            };
            let id = first.id;
            line.place = Place::Ready(Reverse(worst), id);
            self.ready.insert((Reverse(worst), id, fingerprint));
        }
    }

    /// Lets the line of `fingerprint` stand where its first one's pause puts it.
    fn rest(&mut self, fingerprint: Fingerprint) {
        self.leave(fingerprint);
        let Some(line) = self.lines.get_mut(&fingerprint) else {
            return;
        };
        let Some(first) = line.waiting.front() else { return };
        let (next_at, id) = (first.next_at, first.id);
        line.place = Place::Resting(next_at, id);
        self.resting.insert((next_at, id, fingerprint));
    }

    fn leave(&mut self, fingerprint: Fingerprint) {
        let Some(line) = self.lines.get_mut(&fingerprint) else {
            return;
        };
        match std::mem::replace(&mut line.place, Place::Nowhere) {
            Place::Ready(severity, id) => self.ready.remove(&(severity, id, fingerprint)),
            Place::Resting(next_at, id) => self.resting.remove(&(next_at, id, fingerprint)),
            Place::Nowhere => false,
        };
    }
}

impl<T> Line<T> {
    fn worst(&self) -> Option<Severity> {
        self.waiting.iter().map(|it| it.severity).max()
    }
}

#[cfg(test)]
mod tests;
