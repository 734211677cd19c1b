//! What must be done now and then.

use std::sync::Arc;
use std::time::Duration;

use fanfare_core::Clock;
use fanfare_store::{Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// How often what is long over is forgotten.
const EVERY: Duration = Duration::from_secs(600);

/// Forgets what is long over, until `stop`.
pub(crate) async fn run(
    store: Store,
    clock: Arc<dyn Clock>,
    retention: Duration,
    longest_budget: Duration,
    stop: CancellationToken,
) {
    while stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_some() {
        let now = clock.now();
        match forget(&store, before(now, retention), before(now, longest_budget)).await {
            Ok(0) => {}
            Ok(alerts) => info!(alerts, "Forgot what is older than the retention"),
            Err(err) => warn!(error = %err, "Could not forget what is older than the retention"),
        }
    }
}

async fn forget(
    store: &Store,
    alerts_before: Timestamp,
    sends_before: Timestamp,
) -> Result<usize, StoreError> {
    store.forget_sends(sends_before).await?;
    let mut forgotten = 0;
    loop {
        match store.forget_alerts(alerts_before).await? {
            0 => return Ok(forgotten),
            some => forgotten += some,
        }
    }
}

fn before(now: Timestamp, ago: Duration) -> Timestamp {
    let ago = SignedDuration::try_from(ago).unwrap_or(SignedDuration::MAX);
    now.saturating_sub(ago).unwrap_or(Timestamp::MIN)
}
