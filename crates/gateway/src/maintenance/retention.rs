//! Retention: finished alerts and old sends are deleted, deliveries to removed channels given up.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fanfare_core::{Clock, DeliveryId, NotificationId, StateKey, give_up};
use fanfare_store::{Store, StoreError, Unit};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::dispatch::Dispatch;
use crate::settings::GatewaySettings;
use crate::time::before;

/// The interval of deletions.
const INTERVAL: Duration = Duration::from_secs(600);

/// The number of deliveries given up in one transaction, so that an alert that arrives
/// meanwhile does not wait long.
const BATCH_SIZE: u32 = 200;

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
                Ok(alerts) => info!(alerts, "Deleted alerts older than the retention"),
                Err(err) => {
                    warn!(error = %err, "Alerts older than the retention cannot be deleted; trying again")
                }
            }
            match self.give_up_missing(before(now, missing_channels), now).await {
                Ok(0) => {}
                Ok(deliveries) => {
                    error!(deliveries, "Deliveries to channels that are no longer in the config given up");
                }
                Err(err) => {
                    warn!(error = %err, "Deliveries to channels that are no longer in the config cannot be given up; trying again");
                }
            }
        }
    }

    /// Gives up deliveries to removed channels that have waited since `before`: they become
    /// dead letters, and their receivers are notified on other channels.
    async fn give_up_missing(&self, before: Timestamp, now: Timestamp) -> Result<usize, StoreError> {
        let (mut given_up, mut last_page) = (0, Vec::new());
        loop {
            let policy = self.dispatch.policy();
            let known = policy.channels.keys().cloned().collect();
            let page = self.store.on_unknown_channels(known, before, BATCH_SIZE).await?;
            // A delivery that cannot be read is found again and again.
            if page.is_empty() || page == last_page {
                return Ok(given_up);
            }
            let unit = |(notification, deliveries): &(NotificationId, Vec<DeliveryId>)| {
                let (policy, deliveries) = (Arc::clone(&policy), deliveries.clone());
                let decide =
                    move |state: &_| policy.decide(|context| give_up(state, &deliveries, context, now));
                Unit::new(vec![StateKey::Notification(*notification)], decide)
            };
            self.store.transact(page.iter().map(unit).collect()).await?;
            given_up += page.iter().map(|(_, deliveries)| deliveries.len()).sum::<usize>();
            last_page = page;
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
