//! Regular audit of the ledger: every accepted alert must be accounted for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fanfare_store::{Audit, Store, StoreError};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use crate::metrics::Metrics;

/// The time from the start to the first audit: the start itself needs the machine more.
const FIRST_AFTER: Duration = Duration::from_secs(60);

/// The interval of audits: with a million alerts one takes seconds of one processor.
const INTERVAL: Duration = Duration::from_secs(600);

/// The audits of a ledger: one at a time, since each reads the whole of it.
#[derive(Debug, Default)]
pub(crate) struct Audits {
    /// The number of audits that have ended.
    ended: AtomicU64,
    last: Mutex<Option<Audit>>,
    /// The number of rows that the last audit could not account for.
    unaccounted: AtomicU64,
}

impl Audits {
    /// The number of rows that the last audit could not account for.
    pub(crate) fn unaccounted(&self) -> u64 {
        self.unaccounted.load(Ordering::SeqCst)
    }

    /// Audits the ledger. If an audit is running, this waits for it and gets its result.
    pub(crate) async fn run(&self, store: &Store) -> Result<Audit, StoreError> {
        let ended_before = self.ended.load(Ordering::SeqCst);
        let mut last = self.last.lock().await;
        let has_ended = self.ended.load(Ordering::SeqCst) > ended_before;
        if let Some(audit) = last.as_ref().filter(|_| has_ended) {
            return Ok(audit.clone());
        }
        let audit = store.audit().await?;
        self.ended.fetch_add(1, Ordering::SeqCst);
        self.unaccounted.store(audit.unaccounted_in_all, Ordering::SeqCst);
        *last = Some(audit.clone());
        Ok(audit)
    }
}

/// Audits the ledger regularly, until `stop`.
pub(crate) async fn run(store: Store, audits: Arc<Audits>, metrics: Metrics, stop: CancellationToken) {
    let mut pause = FIRST_AFTER;
    while stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_some() {
        pause = INTERVAL;
        match stop.run_until_cancelled(audits.run(&store)).await {
            Some(outcome) => report(outcome, &metrics),
            None => return,
        }
    }
}

fn report(outcome: Result<Audit, StoreError>, metrics: &Metrics) {
    match outcome {
        Ok(audit) => {
            if audit.unaccounted_in_all > 0 {
                let example = audit.unaccounted.first().map(|it| it.contradiction.to_string());
                error!(
                    unaccounted = audit.unaccounted_in_all,
                    example, "The audit found unaccounted alerts or deliveries; see `fanfare audit`"
                );
            }
            metrics.show_audit(&audit);
        }
        Err(err) => warn!(error = %err, "The ledger could not be audited"),
    }
}

#[cfg(test)]
mod tests;
