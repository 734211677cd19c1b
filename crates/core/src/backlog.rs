//! Which of a channel's waiting deliveries goes next.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, VecDeque};

use jiff::Timestamp;

use crate::{DeliveryId, Fingerprint, Severity};

/// A channel's waiting deliveries: the worst first, then the oldest.
///
/// Deliveries of one [line](Line) keep their order, or people would be told that
/// something is over before they are told that it began. So that an urgent one
/// does not wait behind a mild one of its own line, the first in a line goes
/// as if it were as bad as the worst behind it, and a worse one that joins ends
/// the pause of the first.
#[derive(Debug)]
pub struct Backlog<T> {
    queues: HashMap<Line, Queue<T>>,
    // Each line that is not empty and whose first is not out stands in exactly one of the two.
    ready: BTreeSet<(Reverse<Severity>, DeliveryId, Line)>,
    resting: BTreeSet<(Timestamp, DeliveryId, Line)>,
    len: usize,
}

/// What a delivery waits in: only the first of a line is ever out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Line {
    /// With the others about the same thing.
    About(Fingerprint),
    /// By itself, as what is still owed to some of its recipients: one mailbox
    /// that is full for a day must not keep the end of an alarm from everybody else.
    Alone(DeliveryId),
}

/// A delivery that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting<T> {
    /// Its number: the order in which deliveries came to be.
    pub id: DeliveryId,
    /// Behind which others it waits.
    pub line: Line,
    /// How bad it is.
    pub severity: Severity,
    /// Not before then.
    pub next_at: Timestamp,
    /// Whatever the caller keeps with it.
    pub item: T,
}

/// The deliveries of one line, in their order.
#[derive(Debug)]
struct Queue<T> {
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
        Self { queues: HashMap::new(), ready: BTreeSet::new(), resting: BTreeSet::new(), len: 0 }
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
        let line = new.line;
        let Some(queue) = self.queues.get_mut(&line) else {
            let queue = Queue { waiting: VecDeque::from([new]), place: Place::Nowhere };
            self.queues.insert(line, queue);
            return self.rest(line);
        };
        let is_worst = queue.waiting.iter().all(|it| it.severity < new.severity);
        let next_at = new.next_at;
        queue.waiting.push_back(new);
        let stands = queue.place != Place::Nowhere;
        if stands && is_worst {
            if let Some(first) = queue.waiting.front_mut() {
                first.next_at = first.next_at.min(next_at);
            }
            self.rest(line);
        }
    }

    /// Takes out the delivery that goes next at `now`, if any may. Those behind
    /// it in its line wait until it is [settled](Self::settled) or
    /// [put back](Self::put_back).
    pub fn take(&mut self, now: Timestamp) -> Option<Waiting<T>> {
        self.wake(now);
        let (_, _, line) = *self.ready.first()?;
        self.leave(line);
        let taken = self.queues.get_mut(&line)?.waiting.pop_front();
        self.len -= usize::from(taken.is_some());
        taken
    }

    /// A delivery that was taken out needs no further attempt: the next of its
    /// line may go.
    pub fn settled(&mut self, line: Line) {
        match self.queues.get(&line) {
            Some(queue) if queue.waiting.is_empty() => {
                self.queues.remove(&line);
            }
            Some(_) => self.rest(line),
            None => {}
        }
    }

    /// A delivery that was taken out goes back to the head of its line.
    pub fn put_back(&mut self, taken: Waiting<T>) {
        self.len += 1;
        let line = taken.line;
        let queue = self
            .queues
            .entry(line)
            .or_insert_with(|| Queue { waiting: VecDeque::new(), place: Place::Nowhere });
        queue.waiting.push_front(taken);
        self.rest(line);
    }

    /// When the next delivery may go that may not go yet; `None` if none rests.
    #[must_use]
    pub fn next_at(&self) -> Option<Timestamp> {
        self.resting.first().map(|(next_at, _, _)| *next_at)
    }

    /// Every line whose first may go at `now` becomes ready.
    fn wake(&mut self, now: Timestamp) {
        while let Some(&(next_at, _, line)) = self.resting.first() {
            if next_at > now {
                break;
            }
            self.leave(line);
            let Some(queue) = self.queues.get_mut(&line) else {
                continue;
            };
            let (Some(first), Some(worst)) = (queue.waiting.front(), queue.worst()) else {
                continue;
            };
            let id = first.id;
            queue.place = Place::Ready(Reverse(worst), id);
            self.ready.insert((Reverse(worst), id, line));
        }
    }

    /// Lets `line` stand where its first one's pause puts it.
    fn rest(&mut self, line: Line) {
        self.leave(line);
        let Some(queue) = self.queues.get_mut(&line) else {
            return;
        };
        let Some(first) = queue.waiting.front() else { return };
        let (next_at, id) = (first.next_at, first.id);
        queue.place = Place::Resting(next_at, id);
        self.resting.insert((next_at, id, line));
    }

    fn leave(&mut self, line: Line) {
        let Some(queue) = self.queues.get_mut(&line) else {
            return;
        };
        match std::mem::replace(&mut queue.place, Place::Nowhere) {
            Place::Ready(severity, id) => self.ready.remove(&(severity, id, line)),
            Place::Resting(next_at, id) => self.resting.remove(&(next_at, id, line)),
            Place::Nowhere => false,
        };
    }
}

impl<T> Queue<T> {
    fn worst(&self) -> Option<Severity> {
        self.waiting.iter().map(|it| it.severity).max()
    }
}

#[cfg(test)]
mod tests;
