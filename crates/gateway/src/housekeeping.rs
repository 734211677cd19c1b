//! What must be done now and then.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fanfare_core::Clock;
use fanfare_store::{Store, StoreError};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::steady::before;

/// How often what is long over is forgotten.
const EVERY: Duration = Duration::from_secs(600);

/// How long what is over is remembered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keeping {
    pub(crate) alerts: Duration,
    /// At least as long as the longest budget looks back.
    pub(crate) sends: Duration,
}

/// Forgets what is long over, until `stop`.
pub(crate) async fn run(
    store: Store,
    clock: Arc<dyn Clock>,
    keeping: Arc<Mutex<Keeping>>,
    stop: CancellationToken,
) {
    while stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_some() {
        let now = clock.now();
        let Keeping { alerts, sends } = *keeping.lock().unwrap_or_else(PoisonError::into_inner);
        match forget(&store, before(now, alerts), before(now, sends)).await {
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
