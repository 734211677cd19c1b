//! The queue of alerts that were read from a sender and are not yet written: its bound, and the turns of long bodies.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fanfare_core::IncomingAlert;
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The bytes of alerts that may wait to be written. At 1.6 KiB and 135 µs of the writer an alert they are some 20,000
/// alerts, the last of which waits for less than 3 s.
const LIMIT: usize = 32 * 1024 * 1024;

/// The bytes that an alert needs beside its JSON: what was read out of it, and the decision about it.
const OVERHEAD: usize = 1024;

/// The alerts of one request from which on it takes turns with other such requests: another sender's message waits
/// for one of them at most. A hundred take the writer some 15 ms.
const LONG: usize = 100;

/// The alerts that wait to be written.
#[derive(Debug)]
pub(crate) struct WriteQueue {
    bytes: AtomicUsize,
    shown: Gauge,
    long: Arc<Semaphore>,
}

/// The place of one request in the queue; the place is free again when this is dropped, with the last unit of the request.
#[derive(Debug)]
pub(crate) struct QueuePlace {
    queue: Arc<WriteQueue>,
    bytes: usize,
    turn: Option<OwnedSemaphorePermit>,
}

/// The reason for which alerts get no place: too much waits to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct QueueFull;

/// The bytes that `alerts` need until they are written.
pub(crate) fn size_of(alerts: &[IncomingAlert]) -> usize {
    alerts.iter().map(|it| OVERHEAD + it.json.as_ref().map_or(0, |json| json.len())).sum()
}

impl WriteQueue {
    /// An empty queue, whose length is shown by `shown`.
    pub(crate) fn new(shown: Gauge) -> Self {
        Self { bytes: AtomicUsize::new(0), shown, long: Arc::new(Semaphore::new(1)) }
    }

    /// Tells whether there is room for anything.
    pub(crate) fn check(&self) -> Result<(), QueueFull> {
        if self.bytes.load(Ordering::Relaxed) < LIMIT { Ok(()) } else { Err(QueueFull) }
    }

    /// A place for a request of so many bytes. One has room in an empty queue however long it is.
    pub(crate) fn enter(self: &Arc<Self>, bytes: usize) -> Result<QueuePlace, QueueFull> {
        let has_room = |waiting: usize| {
            let then = waiting.saturating_add(bytes);
            (waiting == 0 || then <= LIMIT).then_some(then)
        };
        self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, has_room).map_err(|_| QueueFull)?;
        self.show();
        Ok(QueuePlace { queue: Arc::clone(self), bytes, turn: None })
    }

    fn show(&self) {
        self.shown.set(i64::try_from(self.bytes.load(Ordering::Relaxed)).unwrap_or(i64::MAX));
    }
}

impl QueuePlace {
    /// Waits for the turn of a request with so many alerts.
    pub(crate) async fn wait_for_turn(&mut self, alerts: usize) {
        if alerts >= LONG {
            self.turn = Arc::clone(&self.queue.long).acquire_owned().await.ok(); // it is never closed
        }
    }
}

impl Drop for QueuePlace {
    fn drop(&mut self) {
        self.queue.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
        self.queue.show();
    }
}

#[cfg(test)]
mod tests;
