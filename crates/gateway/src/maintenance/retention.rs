//! Retention: finished alerts and old sends are deleted, deliveries to removed channels given up.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fanfare_core::{Account, AlertId, DeliveryId, NotificationId, SendId, StateKey, give_up};
use fanfare_store::{OldSends, Store, StoreError, Unit};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::channel::old_sends;
use crate::dispatch::Dispatch;
use crate::settings::GatewaySettings;
use crate::time::{MonotonicClock, before};

/// The interval of deletions.
const INTERVAL: Duration = Duration::from_secs(600);

/// The number of deliveries given up in one transaction, so that an alert that arrives
/// meanwhile does not wait long.
const BATCH_SIZE: u32 = 50;

/// The pause after each transaction: as long as one takes at most.
const PAUSE: Duration = Duration::from_millis(5);

/// The time for which an answer to a request with an `Idempotency-Key` is kept. Ours: a day is above any sender's patience.
pub const ANSWERS_KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// The times for which finished records are kept.
#[derive(Debug, Clone)]
pub(crate) struct RetentionPolicy {
    pub(crate) alerts: Duration,
    /// The longest period of each account's budgets.
    pub(crate) sends: BTreeMap<Account, Duration>,
    /// The time for which a delivery to a removed channel waits for the channel's return.
    pub(crate) missing_channels: Duration,
}

impl From<&GatewaySettings> for RetentionPolicy {
    fn from(settings: &GatewaySettings) -> Self {
        Self {
            alerts: settings.retention,
            sends: settings.longest_budgets(),
            missing_channels: settings.retry.give_up_after,
        }
    }
}

/// The task that applies the retention policy.
#[derive(Debug)]
pub(crate) struct Retention {
    pub(crate) store: Store,
    pub(crate) monotonic: MonotonicClock,
    pub(crate) policy: Arc<Mutex<RetentionPolicy>>,
    pub(crate) dispatch: Arc<Dispatch>,
    pub(crate) stop: CancellationToken,
}

impl Retention {
    /// Runs until the gateway stops.
    pub(crate) async fn run(self) {
        while self.stop.run_until_cancelled(tokio::time::sleep(INTERVAL)).await.is_some() {
            if self.stop.run_until_cancelled(self.apply()).await.is_none() {
                return;
            }
        }
    }

    async fn apply(&self) {
        let now = self.monotonic.moment();
        let RetentionPolicy { alerts, sends, missing_channels } =
            self.policy.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let too_old = TooOld {
            alerts: before(now.certain, alerts),
            digests: before(now.wall, alerts),
            answers: before(now.certain, ANSWERS_KEPT_FOR),
            sends: old_sends(&sends, now.certain),
        };
        match self.delete(too_old).await {
            Ok(0) => {}
            Ok(alerts) => info!(alerts, "Deleted alerts older than the retention"),
            Err(err) => {
                warn!(error = %err, "Alerts older than the retention cannot be deleted; trying again");
            }
        }
        match self.give_up_missing(before(now.promise, missing_channels)).await {
            Ok(0) => {}
            Ok(deliveries) => {
                error!(deliveries, "Deliveries to channels that are no longer in the config given up");
            }
            Err(err) => {
                warn!(error = %err, "Deliveries to channels that are no longer in the config cannot be given up; trying again");
            }
        }
    }

    /// Gives up deliveries to removed channels that have waited since `before`: they become
    /// dead letters, and their receivers are notified on other channels.
    async fn give_up_missing(&self, before: Timestamp) -> Result<usize, StoreError> {
        let (mut given_up, mut last) = (0, DeliveryId(0));
        loop {
            let (policy, now) = (self.dispatch.policy(), self.monotonic.moment());
            let known = policy.channels.keys().cloned().collect();
            let page = self.store.on_unknown_channels(known, before, last, BATCH_SIZE).await?;
            // A delivery that cannot be read is passed over.
            let Some(newest) = page.iter().flat_map(|(_, deliveries)| deliveries).max() else {
                return Ok(given_up);
            };
            last = *newest;
            let unit = |(notification, deliveries): &(NotificationId, Vec<DeliveryId>)| {
                let (policy, deliveries) = (Arc::clone(&policy), deliveries.clone());
                let decide = move |state: &_| {
                    policy.decide(now, |context| give_up(state, &deliveries, context, now.wall))
                };
                Unit::new(vec![StateKey::Notification(*notification)], decide)
            };
            self.store.transact(page.iter().map(unit).collect()).await?;
            given_up += page.iter().map(|(_, deliveries)| deliveries.len()).sum::<usize>();
            self.let_others_write().await;
        }
    }

    /// Deletes a piece at a time, so that a request never waits long behind it.
    async fn delete(&self, too_old: TooOld) -> Result<usize, StoreError> {
        let mut after = Some(SendId(0));
        while let Some(from) = after {
            after = self.store.forget_sends(from, too_old.sends.clone()).await?;
            self.let_others_write().await;
        }
        let (mut deleted, mut after) = (0, Some(AlertId(0)));
        while let Some(from) = after {
            let expired = self.store.expired_alerts(from, too_old.alerts).await?;
            for part in expired.parts {
                deleted += self.store.forget_alerts(part, too_old.alerts).await?;
                self.let_others_write().await;
            }
            after = expired.next;
        }
        let mut after = Some(0);
        while let Some(from) = after {
            after = self.store.forget_digests(from, too_old.digests).await?;
            self.let_others_write().await;
        }
        while self.store.forget_answers(too_old.answers, BATCH_SIZE).await? > 0 {
            self.let_others_write().await;
        }
        self.store.forget_usage_and_policies(too_old.alerts).await?;
        Ok(deleted)
    }

    /// Leaves the store to others for as long as it was kept from them.
    async fn let_others_write(&self) {
        tokio::time::sleep(PAUSE).await;
    }
}

/// The times before which records are deleted.
#[derive(Debug, Clone)]
struct TooOld {
    /// By what has passed for certain.
    alerts: Timestamp,
    /// By the wall clock; only those that no delivery refers to.
    digests: Timestamp,
    /// By what has passed for certain.
    answers: Timestamp,
    /// By what has passed for certain.
    sends: OldSends,
}
