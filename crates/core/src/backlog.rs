//! The waiting deliveries of a channel, and the order in which they go.

mod ready;

use std::collections::{BTreeSet, HashMap, VecDeque};

use jiff::Timestamp;

pub use self::ready::{QueueKey, Turn};
use self::ready::{ReadyPlace, ReadyQueues};
use crate::{DeliveryId, Severity, SourceName};

/// A channel's waiting deliveries: the worst first; of those the sources by turns, and of each source the oldest.
///
/// Deliveries of one [queue](QueueKey) keep the order in which they came to be, or
/// people would be told that something is over before they are told that it
/// began. So that an urgent one does not wait behind a mild one of its own queue,
/// the first in a queue goes as if it were as bad as the worst behind it, and a
/// worse one that joins ends the pause of the first.
///
/// Each delivery that is taken out ends in exactly one of two ways: it is
/// [settled](Self::settled), or it is [put back](Self::put_back). Nothing more of
/// its queue goes before that.
#[derive(Debug)]
pub struct Backlog<T> {
    queues: HashMap<QueueKey, Queue<T>>, // Invariant: each has something that waits or is out.
    // Each queue that has nothing out is in exactly one of the two.
    ready: ReadyQueues,
    resting: BTreeSet<(Timestamp, DeliveryId, QueueKey)>,
    /// All that waits in ready queues, each counted as bad as its queue.
    could_go: SeverityCounts,
    len: usize,
}

/// A delivery that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting<T> {
    /// The number of the delivery: the order in which deliveries came to be.
    pub id: DeliveryId,
    /// The queue in which it waits.
    pub queue: QueueKey,
    /// The severity of the alert.
    pub severity: Severity,
    /// The source of the alert.
    pub source: SourceName,
    /// The time at which the delivery came to be, on the scale of `next_at`.
    pub owed_at: Timestamp,
    /// The time before which it does not go.
    pub next_at: Timestamp,
    /// The caller's own part.
    pub item: T,
}

/// The deliveries of one queue.
#[derive(Debug)]
struct Queue<T> {
    waiting: VecDeque<Waiting<T>>, // Invariant: ascending by number.
    counts: SeverityCounts,
    out: usize,
    state: QueueState,
    /// One that joined and is worse than all that waited, and when it may go: it
    /// ends the pause of the first when nothing of the queue is out any more.
    raised_priority: Option<(Severity, Timestamp)>,
}

/// The state of a queue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum QueueState {
    Ready(ReadyPlace),
    Resting(Timestamp, DeliveryId),
    /// Some of its deliveries are out.
    #[default]
    Unindexed,
}

/// The number of deliveries of each severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct SeverityCounts([usize; Severity::ALL.len()]);

impl<T> Default for Backlog<T> {
    fn default() -> Self {
        Self {
            queues: HashMap::new(),
            ready: ReadyQueues::default(),
            resting: BTreeSet::new(),
            could_go: SeverityCounts::default(),
            len: 0,
        }
    }
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            counts: SeverityCounts::default(),
            out: 0,
            state: QueueState::default(),
            raised_priority: None,
        }
    }
}

impl<T> Backlog<T> {
    /// The number of deliveries that wait, without those that are out.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Tells whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The severity of the delivery that goes next at `now`, if any may.
    #[must_use]
    pub fn worst_ready(&mut self, now: Timestamp) -> Option<Severity> {
        self.wake_due(now);
        self.ready.worst()
    }

    /// The number of deliveries that could go at `now`, one after the other, in queues that
    /// are at least as bad as `severity`.
    #[must_use]
    pub fn ready_at_least(&mut self, severity: Severity, now: Timestamp) -> usize {
        self.wake_due(now);
        self.could_go.at_least(severity)
    }

    /// The time at which the next delivery may go that may not go yet; `None` if none rests.
    #[must_use]
    pub fn next_at(&self) -> Option<Timestamp> {
        self.resting.first().map(|(next_at, _, _)| *next_at)
    }

    /// Adds a new delivery to its queue.
    pub fn push(&mut self, new: Waiting<T>) {
        let Waiting { queue: key, severity, next_at, .. } = new;
        self.unindex(key);
        let queue = self.queues.entry(key).or_default();
        if queue.counts.worst() < Some(severity) {
            queue.raised_priority = Some((severity, next_at));
        }
        queue.insert(new);
        self.len += 1;
        self.index(key);
    }

    /// Takes out the delivery that goes next at `now`, if any may.
    pub fn take(&mut self, now: Timestamp, turn: Turn) -> Option<Waiting<T>> {
        self.wake_due(now);
        let key = self.ready.next(now, turn, |_| true)?;
        self.take_from(key, 1).next()
    }

    /// Takes out as many as go next at `now`, up to `most`, for one digest.
    ///
    /// Queue after queue in the order in which they would be taken, and of each queue
    /// all that wait in it, whatever the pauses of those behind its first. One that
    /// waits alone never shares a digest: if it is next it is taken out by itself,
    /// and otherwise it is passed over. So there is something here whenever
    /// [`take`](Self::take) would have something.
    #[must_use]
    pub fn gather(&mut self, now: Timestamp, most: usize) -> Vec<Waiting<T>> {
        self.wake_due(now);
        let is_shared = |key: QueueKey| match key {
            QueueKey::Incident(_) => true,
            QueueKey::Delivery(_) => false,
        };
        if most == 0 {
            return Vec::new();
        }
        let mut next = self.ready.next(now, Turn::Worst, |_| true);
        if let Some(alone) = next.filter(|key| !is_shared(*key)) {
            return self.take_from(alone, 1).collect();
        }
        let mut gathered = Vec::new();
        while let Some(key) = next {
            gathered.extend(self.take_from(key, most - gathered.len()));
            let is_full = gathered.len() == most;
            next = if is_full { None } else { self.ready.next(now, Turn::Worst, is_shared) };
        }
        gathered
    }

    /// A delivery of the queue `key` that does not wait here goes before those that do: it
    /// counts as one that was taken out.
    pub fn go_ahead(&mut self, key: QueueKey) {
        self.unindex(key);
        self.queues.entry(key).or_default().out += 1;
    }

    /// Ends the pause of those of `ids` that are first in their queue.
    pub fn hasten(&mut self, ids: &BTreeSet<DeliveryId>, now: Timestamp) {
        let is_asked_for = |it: &&(Timestamp, DeliveryId, QueueKey)| ids.contains(&it.1);
        let keys: Vec<QueueKey> = self.resting.iter().filter(is_asked_for).map(|(_, _, key)| *key).collect();
        for key in keys {
            self.unindex(key);
            if let Some(first) = self.queues.get_mut(&key).and_then(|queue| queue.waiting.front_mut()) {
                first.next_at = first.next_at.min(now);
            }
            self.index(key);
        }
    }

    /// Removes those of `ids` that wait; returns them.
    pub fn remove(&mut self, ids: &BTreeSet<DeliveryId>) -> Vec<Waiting<T>> {
        let holds = |queue: &Queue<T>| queue.waiting.iter().any(|it| ids.contains(&it.id));
        let keys: Vec<_> =
            self.queues.iter().filter(|(_, queue)| holds(queue)).map(|(key, _)| *key).collect();
        let mut removed = Vec::new();
        for key in keys {
            self.unindex(key);
            if let Some(queue) = self.queues.get_mut(&key) {
                removed.extend(queue.remove(ids));
            }
            self.index(key);
        }
        self.len -= removed.len();
        removed
    }

    /// A delivery of the queue `key` that was taken out needs no further attempt. When all
    /// that were taken out have ended, the next of the queue may go.
    pub fn settled(&mut self, key: QueueKey) {
        if let Some(queue) = self.queues.get_mut(&key) {
            queue.out = queue.out.saturating_sub(1);
            self.index(key);
        }
    }

    /// A delivery that was taken out goes back to its place in its queue. The
    /// order in which several are put back does not matter.
    pub fn put_back(&mut self, taken: Waiting<T>) {
        let key = taken.queue;
        self.unindex(key);
        let queue = self.queues.entry(key).or_default();
        queue.out = queue.out.saturating_sub(1);
        queue.insert(taken);
        self.len += 1;
        self.index(key);
    }

    /// The severity and time of one that has joined the queue `key`, while all before it were out, and is worse
    /// than what then waited. Answered once, to the caller that
    /// keeps what is out and can end its pause.
    pub fn take_raised_priority(&mut self, key: QueueKey) -> Option<(Severity, Timestamp)> {
        self.queues.get_mut(&key).filter(|queue| queue.out > 0)?.raised_priority.take()
    }

    /// Takes out the first of the queue `key`, which is ready: as many as there are, up to `most`.
    fn take_from(&mut self, key: QueueKey, most: usize) -> impl Iterator<Item = Waiting<T>> {
        self.unindex(key);
        let taken = self.queues.get_mut(&key).map(|queue| queue.take_out(most));
        self.len -= taken.as_ref().map_or(0, Vec::len);
        taken.into_iter().flatten()
    }

    /// Every queue whose first may go at `now` becomes ready.
    fn wake_due(&mut self, now: Timestamp) {
        while let Some(&(next_at, id, key)) = self.resting.first() {
            if next_at > now {
                break;
            }
            self.unindex(key);
            let Some(queue) = self.queues.get_mut(&key) else { continue };
            let (Some(severity), Some(first)) = (queue.counts.worst(), queue.waiting.front()) else {
                continue;
            };
            let place = ReadyPlace { severity, source: first.source.clone(), owed_at: first.owed_at, id };
            self.could_go.add(severity, queue.waiting.len());
            self.ready.insert(&place, key);
            queue.state = QueueState::Ready(place);
        }
    }

    /// Enters the queue `key` among those that rest, by the pause of its first delivery, unless something of it is out.
    fn index(&mut self, key: QueueKey) {
        self.unindex(key);
        let Some(queue) = self.queues.get_mut(&key).filter(|queue| queue.out == 0) else {
            return;
        };
        let raised_priority = queue.raised_priority.take();
        let Some(first) = queue.waiting.front_mut() else {
            self.queues.remove(&key);
            return;
        };
        if let Some((severity, at)) = raised_priority
            && first.severity < severity
        {
            first.next_at = first.next_at.min(at);
        }
        let (next_at, id) = (first.next_at, first.id);
        queue.state = QueueState::Resting(next_at, id);
        self.resting.insert((next_at, id, key));
    }

    /// Removes the queue `key` from those that are ready or rest. Must come before any change to the queue.
    fn unindex(&mut self, key: QueueKey) {
        let Some(queue) = self.queues.get_mut(&key) else { return };
        match std::mem::take(&mut queue.state) {
            QueueState::Ready(place) => {
                self.ready.remove(&place, key);
                self.could_go.remove(place.severity, queue.waiting.len());
            }
            QueueState::Resting(next_at, id) => {
                self.resting.remove(&(next_at, id, key));
            }
            QueueState::Unindexed => {}
        }
    }
}

impl<T> Queue<T> {
    fn insert(&mut self, new: Waiting<T>) {
        self.counts.add(new.severity, 1);
        if self.waiting.is_empty() {
            self.waiting.reserve_exact(1); // nearly every queue has one only, and a deque makes room for four
        }
        let position = self.waiting.partition_point(|it| it.id < new.id);
        self.waiting.insert(position, new);
    }

    fn remove(&mut self, ids: &BTreeSet<DeliveryId>) -> Vec<Waiting<T>> {
        let (removed, left) =
            std::mem::take(&mut self.waiting).into_iter().partition(|it| ids.contains(&it.id));
        self.waiting = left;
        let removed: Vec<_> = VecDeque::into(removed);
        removed.iter().for_each(|it: &Waiting<T>| self.counts.remove(it.severity, 1));
        removed
    }

    fn take_out(&mut self, most: usize) -> Vec<Waiting<T>> {
        let taken: Vec<_> = self.waiting.drain(..most.min(self.waiting.len())).collect();
        taken.iter().for_each(|it| self.counts.remove(it.severity, 1));
        self.out += taken.len();
        taken
    }
}

impl SeverityCounts {
    fn add(&mut self, severity: Severity, many: usize) {
        self.0[severity as usize] += many;
    }

    fn remove(&mut self, severity: Severity, many: usize) {
        self.0[severity as usize] -= many;
    }

    fn worst(&self) -> Option<Severity> {
        Severity::ALL.into_iter().rfind(|severity| self.0[*severity as usize] > 0)
    }

    fn at_least(&self, severity: Severity) -> usize {
        self.0[severity as usize..].iter().sum()
    }
}

#[cfg(test)]
mod tests;
