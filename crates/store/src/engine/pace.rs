//! The pace of the writing thread: how long it has been at its work of this moment.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tracing::error;

use crate::engine::condition::ConditionSender;
use crate::fault::StoreFault;

/// The time for which one commit may take. A busy disk needs milliseconds for it, one that spins up some seconds; half
/// of the 10 s for which Prometheus and Alertmanager wait for an answer.
pub(super) const LATEST: Duration = Duration::from_secs(5);

/// The time in which a commit must be done before a slow disk counts as well again.
pub(super) const PROMPT: Duration = Duration::from_secs(1);

/// The time between two looks of somebody who waits for a commit.
pub(super) const GLANCE: Duration = Duration::from_secs(1);

/// The pace of the writing thread. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct WriterPace(Arc<Mutex<Option<Instant>>>);

impl WriterPace {
    /// Notes that the thread begins to write.
    pub(super) fn begin(&self) {
        *self.busy_since() = Some(Instant::now());
    }

    /// Notes that it has written.
    pub(super) fn end(&self) {
        *self.busy_since() = None;
    }

    /// Has the disk count as slow if the thread has been at its work for too long.
    pub(super) fn check(&self, condition: &ConditionSender) {
        let is_late = self.busy_since().is_some_and(|since| since.elapsed() > LATEST);
        if is_late && condition.fault().is_none() && condition.fail(&StoreFault::Slow) {
            error!(reason = %StoreFault::Slow, "The store cannot keep alerts; they are refused until it can. What is owed goes out");
        }
    }

    fn busy_since(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
