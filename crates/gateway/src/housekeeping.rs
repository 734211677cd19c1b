//! What must be done now and then.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fanfare_core::Clock;
use fanfare_store::{Store, StoreError};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::dispatch::Dispatch;
use crate::steady::before;

/// How often what is long over is forgotten.
const EVERY: Duration = Duration::from_secs(600);

/// How long what is over is remembered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keeping {
    pub(crate) alerts: Duration,
    /// At least as long as the longest budget looks back.
    pub(crate) sends: Duration,
    /// How long what is owed to a channel that has left the config waits for its return.
    pub(crate) patience: Duration,
}

/// Forgets what is long over, until `stop`.
pub(crate) async fn run(
    store: Store,
    clock: Arc<dyn Clock>,
    keeping: Arc<Mutex<Keeping>>,
    dispatch: Arc<Dispatch>,
    stop: CancellationToken,
) {
    while stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_some() {
        let now = clock.now();
        let Keeping { alerts, sends, patience } = *keeping.lock().unwrap_or_else(PoisonError::into_inner);
        match forget(&store, before(now, alerts), before(now, sends)).await {
            Ok(0) => {}
            Ok(alerts) => info!(alerts, "Forgot what is older than the retention"),
            Err(err) => warn!(error = %err, "Could not forget what is older than the retention"),
        }
        match give_up_missing(&store, &dispatch, before(now, patience), now).await {
            Ok(0) => {}
            Ok(deliveries) => {
                error!(deliveries, "Gave up what is owed to channels that are no longer in the config");
            }
            Err(err) => warn!(error = %err, "Could not look for what is owed to channels that have left"),
        }
    }
}

/// What is owed to a channel that has left the config waits for its return no
/// longer than for a provider's: then it is a dead letter, and told elsewhere.
async fn give_up_missing(
    store: &Store,
    dispatch: &Arc<Dispatch>,
    before: Timestamp,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let mut given_up = 0;
    loop {
        let decider = dispatch.decider();
        let known = decider.channels.keys().cloned().collect();
        let act = {
            let dispatch = Arc::clone(dispatch);
            move |consequences: &_| dispatch.act_on(consequences)
        };
        match store.give_up_missing(known, before, now, decider, act).await? {
            0 => return Ok(given_up),
            some => given_up += some,
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
