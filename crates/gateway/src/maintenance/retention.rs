//! Retention: finished alerts and old sends are deleted, deliveries to removed channels given up.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fanfare_core::Clock;
use fanfare_store::{Store, StoreError};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::dispatch::Dispatch;
use crate::settings::GatewaySettings;
use crate::time::before;

/// The interval of deletions.
const INTERVAL: Duration = Duration::from_secs(600);

/// The times for which finished records are kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RetentionPolicy {
    pub(crate) alerts: Duration,
    /// At least the longest budget period.
    pub(crate) sends: Duration,
    /// The time for which a delivery to a removed channel waits for the channel's return.
    pub(crate) missing_channels: Duration,
}

impl From<&GatewaySettings> for RetentionPolicy {
    fn from(settings: &GatewaySettings) -> Self {
        Self {
            alerts: settings.retention,
            sends: settings.longest_budget(),
            missing_channels: settings.retry.give_up_after,
        }
    }
}

/// The task that applies the retention policy.
#[derive(Debug)]
pub(crate) struct Retention {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) policy: Arc<Mutex<RetentionPolicy>>,
    pub(crate) dispatch: Arc<Dispatch>,
    pub(crate) stop: CancellationToken,
}

impl Retention {
    /// Runs until the gateway stops.
    pub(crate) async fn run(self) {
        while self.stop.run_until_cancelled(tokio::time::sleep(INTERVAL)).await.is_some() {
            let now = self.clock.now();
            let RetentionPolicy { alerts, sends, missing_channels } =
                *self.policy.lock().unwrap_or_else(PoisonError::into_inner);
            match self.delete(before(now, alerts), before(now, sends)).await {
                Ok(0) => {}
                Ok(alerts) => info!(alerts, "Forgot what is older than the retention"),
                Err(err) => warn!(error = %err, "Could not forget what is older than the retention"),
            }
            match self.give_up_missing(before(now, missing_channels), now).await {
                Ok(0) => {}
                Ok(deliveries) => {
                    error!(deliveries, "Gave up what is owed to channels that are no longer in the config");
                }
                Err(err) => {
                    warn!(error = %err, "Could not look for what is owed to channels that have left");
                }
            }
        }
    }

    /// Gives up deliveries to removed channels that have waited since `before`: they become
    /// dead letters, and their receivers are told on other channels.
    async fn give_up_missing(&self, before: Timestamp, now: Timestamp) -> Result<usize, StoreError> {
        let mut given_up = 0;
        loop {
            let decider = self.dispatch.decider();
            let known = decider.channels.keys().cloned().collect();
            let act = {
                let dispatch = Arc::clone(&self.dispatch);
                move |consequences: &_| dispatch.act_on(consequences)
            };
            match self.store.give_up_missing(known, before, now, decider, act).await? {
                0 => return Ok(given_up),
                some => given_up += some,
            }
        }
    }

    async fn delete(&self, alerts_before: Timestamp, sends_before: Timestamp) -> Result<usize, StoreError> {
        self.store.forget_sends(sends_before).await?;
        let mut deleted = 0;
        loop {
            match self.store.forget_alerts(alerts_before).await? {
                0 => return Ok(deleted),
                some => deleted += some,
            }
        }
    }
}
