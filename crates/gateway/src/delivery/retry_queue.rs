//! Batches that go out again as they were.

use std::cmp::Reverse;

use fanfare_core::{QueueKey, Severity};
use jiff::Timestamp;

use crate::delivery::batch::Batch;

/// Batches that wait outside the backlog, because nothing else may be digest with
/// them: digests that failed, parts of one that could not go out as a whole, and
/// deliveries in plain form. There are seldom more than a few.
#[derive(Debug, Default)]
pub(crate) struct RetryQueue(Vec<QueuedBatch>);

/// A batch in the queue.
#[derive(Debug)]
struct QueuedBatch {
    /// The earliest time of its attempt.
    at: Timestamp,
    /// The severity of the batch, or of a delivery that waits behind it.
    severity: Severity,
    batch: Batch,
}

impl RetryQueue {
    /// Adds a batch that may go out from `at` on.
    pub(crate) fn push(&mut self, batch: Batch, at: Timestamp) {
        self.0.push(QueuedBatch { at, severity: batch.severity(), batch });
    }

    /// Tells whether a delivery of `queue` is here.
    pub(crate) fn holds(&self, queue: QueueKey) -> bool {
        self.0.iter().any(|it| it.batch.holds(queue))
    }

    /// Notes that a delivery of this severity, which may go out from `at` on, waits in
    /// `queue` behind a batch here: if it is more severe, it ends the batch's pause.
    pub(crate) fn raise_priority(&mut self, queue: QueueKey, severity: Severity, at: Timestamp) {
        if let Some(queued) = self.0.iter_mut().find(|it| it.batch.holds(queue))
            && queued.severity < severity
        {
            queued.severity = severity;
            queued.at = queued.at.min(at);
        }
    }

    /// The earliest time at which a batch may go out.
    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        self.0.iter().map(|it| it.at).min()
    }

    /// The highest severity of the batches that may go out at `now`.
    pub(crate) fn worst_ready(&self, now: Timestamp) -> Option<Severity> {
        self.0.iter().filter(|it| it.at <= now).map(|it| it.severity).max()
    }

    /// Takes out the most severe of the batches that may go out at `now`.
    pub(crate) fn take(&mut self, now: Timestamp) -> Option<Batch> {
        let ready = self.0.iter().enumerate().filter(|(_, it)| it.at <= now);
        let (index, _) = ready.max_by_key(|(_, it)| (it.severity, Reverse(it.at)))?;
        Some(self.0.remove(index).batch)
    }
}

#[cfg(test)]
mod tests;
