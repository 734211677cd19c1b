//! Regular audit of the ledger: every accepted alert must be accounted for.

use std::time::Duration;

use fanfare_store::{Audit, Store, StoreError};
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use crate::metrics::Metrics;

/// The time from the start to the first audit: the start itself needs the machine more.
const FIRST_AFTER: Duration = Duration::from_secs(60);

/// The interval of audits: with a million alerts one takes seconds of one processor.
const INTERVAL: Duration = Duration::from_secs(600);

/// Audits the ledger regularly, until `stop`.
pub(crate) async fn run(store: Store, metrics: Metrics, stop: CancellationToken) {
    let mut pause = FIRST_AFTER;
    while stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_some() {
        pause = INTERVAL;
        match stop.run_until_cancelled(store.audit()).await {
            Some(outcome) => report(outcome, &metrics),
            None => return,
        }
    }
}

fn report(outcome: Result<Audit, StoreError>, metrics: &Metrics) {
    match outcome {
        Ok(audit) => {
            if audit.unaccounted_in_all > 0 {
                let example = audit.unaccounted.first().map(|it| it.what.as_str());
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
