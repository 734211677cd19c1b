//! Turns to read: however many ask, few threads are kept by them.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::StoreError;
use crate::engine::readers::{Purpose, REPORTS};

/// The turns of those who read for one purpose, in the order in which they asked.
///
/// A read occupies one of the runtime's threads for blocking work. Somebody who waits for a connection there would
/// keep a thread from those who read for deliveries.
#[derive(Debug, Clone)]
pub(super) struct ReadingTurns {
    reports: Arc<Semaphore>,
    ledger: Arc<Semaphore>,
}

impl Default for ReadingTurns {
    fn default() -> Self {
        Self { reports: Arc::new(Semaphore::new(REPORTS)), ledger: Arc::new(Semaphore::new(1)) }
    }
}

impl ReadingTurns {
    /// Waits for a turn, which lasts until the permit is dropped. `None`: deliveries need none.
    pub(super) async fn wait(&self, purpose: Purpose) -> Result<Option<OwnedSemaphorePermit>, StoreError> {
        let turns = match purpose {
            Purpose::Delivery => return Ok(None),
            Purpose::Report => &self.reports,
            Purpose::Ledger => &self.ledger,
        };
        Arc::clone(turns).acquire_owned().await.map(Some).map_err(|_| StoreError::Closed)
    }
}
