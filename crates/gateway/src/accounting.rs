//! Whether everything that was accepted is accounted for, at all times.

use std::time::Duration;

use fanfare_store::{Audit, Store, StoreError};
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use crate::metrics::Metrics;

/// How long after the start everything is counted for the first time: until then
/// there are better things to do.
const FIRST_AFTER: Duration = Duration::from_secs(60);

/// How often everything is counted: among a million alerts it takes seconds of one
/// processor.
const EVERY: Duration = Duration::from_secs(600);

/// Counts everything now and then, until `stop`.
pub(crate) async fn run(store: Store, metrics: Metrics, stop: CancellationToken) {
    let mut pause = FIRST_AFTER;
    while stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_some() {
        pause = EVERY;
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
                    example, "Not everything is accounted for; see `fanfare audit`"
                );
            }
            metrics.account_for(&audit);
        }
        Err(err) => warn!(error = %err, "Could not see whether everything is accounted for"),
    }
}
