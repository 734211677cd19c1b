//! Batches: the deliveries that one attempt carries, and what becomes of each.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use fanfare_core::{Delivery, DeliveryId, DigestRef, Notification, QueueKey, Severity};
use jiff::Timestamp;

/// A delivery in a lane, until its end.
#[derive(Debug, Clone)]
pub(crate) struct QueuedDelivery {
    pub(crate) delivery: Delivery,
    /// The notification to send; `None` if it must be read from the store.
    pub(crate) notification: Option<Arc<Notification>>,
    /// The time of its arrival in the lane, in monotonic time.
    pub(crate) since: Timestamp,
}

impl QueuedDelivery {
    /// The queue it waits in. A delivery still owed to some of its recipients has one of its own.
    pub(crate) fn queue(&self) -> QueueKey {
        match &self.delivery.only {
            None => QueueKey::Incident(self.delivery.about),
            Some(_) => QueueKey::Delivery(self.delivery.id),
        }
    }
}

/// The deliveries of one attempt: a single one, or several in a digest.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    /// At least one delivery, in the order of the message.
    pub(crate) deliveries: Vec<QueuedDelivery>,
    /// The digest in which these were sent before: it is repeated unchanged.
    pub(crate) digest: Option<DigestRef>,
}

impl Batch {
    pub(crate) fn single(queued: QueuedDelivery) -> Self {
        Self { deliveries: vec![queued], digest: None }
    }

    /// `deliveries` in the order of a backlog, queue after queue and the most severe
    /// first, so that a digest lists them in the same order each time.
    pub(crate) fn sorted(mut deliveries: Vec<QueuedDelivery>, digest: Option<DigestRef>) -> Self {
        let mut queues: HashMap<QueueKey, (Reverse<Severity>, DeliveryId)> = HashMap::new();
        for queued in &deliveries {
            let Delivery { id, severity, .. } = queued.delivery;
            let (worst, first) = queues.entry(queued.queue()).or_insert((Reverse(severity), id));
            (*worst, *first) = ((*worst).min(Reverse(severity)), (*first).min(id));
        }
        deliveries.sort_by_key(|it| (queues.get(&it.queue()).copied(), it.delivery.id));
        Self { deliveries, digest }
    }

    pub(crate) fn severity(&self) -> Severity {
        self.deliveries.iter().map(|it| it.delivery.severity).max().unwrap_or(Severity::Low)
    }

    /// Tells whether a delivery of `queue` is in it.
    pub(crate) fn holds(&self, queue: QueueKey) -> bool {
        self.deliveries.iter().any(|it| it.queue() == queue)
    }

    /// Tells whether all deliveries are of one queue.
    pub(crate) fn is_one_queue(&self) -> bool {
        self.deliveries.windows(2).all(|pair| pair[0].queue() == pair[1].queue())
    }

    /// The two halves, each to be sent by itself. They share a queue only if there is
    /// but one; then the second must wait for the first.
    pub(crate) fn halves(mut self) -> (Self, Self) {
        let middle = self.deliveries.len().div_ceil(2);
        let starts_a_queue =
            |index: &usize| self.deliveries[index - 1].queue() != self.deliveries[*index].queue();
        let cut =
            (1..self.deliveries.len()).filter(starts_a_queue).min_by_key(|index| index.abs_diff(middle));
        let second = self.deliveries.split_off(cut.unwrap_or(middle));
        (Self { deliveries: self.deliveries, digest: None }, Self { deliveries: second, digest: None })
    }
}

/// The next step of a delivery after an attempt.
#[derive(Debug)]
pub(crate) enum AfterAttempt {
    /// No further step: the delivery has reached its end.
    Done,
    /// Another attempt, alone or in the digest that it names.
    Retry(Delivery),
    /// Another attempt in a smaller digest: the provider refused the whole one.
    SplitDigest(Delivery),
    /// The same wait as before: the message had no room for it.
    NotSent,
}

/// A delivery with its next step.
#[derive(Debug)]
pub(crate) struct AttemptResult {
    pub(crate) queued: QueuedDelivery,
    pub(crate) after: AfterAttempt,
}

#[cfg(test)]
pub(crate) mod tests;
