//! Announcements: messages about the store, which go straight to the channels and not through the store.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{
    Alert, AlertId, Attempt, ChannelName, Clock, GroupKey, IdempotencyKey, MessageForm, Notification,
    NotificationId, Share, Verdict, Why, plan,
};
use futures_util::FutureExt;
use tokio::task::JoinSet;
use tracing::{info, warn};

use crate::channel::{AccountEffect, Admission};
use crate::delivery::ChannelHandle;
use crate::policy::PolicyInForce;
use crate::self_alert::SELF_SOURCE;
use crate::time::MonotonicClock;

/// The number of attempts on each channel. What is announced can be seen in log and metrics too.
const ATTEMPTS: u32 = 5;

/// The pause between two attempts: a provider that is busy for a moment is well again.
const PAUSE: Duration = Duration::from_secs(5);

/// A message that goes out past the store.
#[derive(Debug, Clone)]
pub(super) struct Announcement {
    notification: Arc<Notification>,
    /// Told to providers that know repeats by it.
    key: IdempotencyKey,
    clock: Arc<dyn Clock>,
    monotonic: MonotonicClock,
}

impl Announcement {
    /// The announcement of `alert`. `instance` is the name of the store.
    pub(super) fn new(
        alert: Alert,
        instance: &str,
        clock: Arc<dyn Clock>,
        monotonic: MonotonicClock,
    ) -> Self {
        let now = clock.now();
        let key = IdempotencyKey::new(&[instance, SELF_SOURCE, alert.status.word(), &now.to_string()]);
        let notification = Notification {
            id: NotificationId(0),
            alert_id: AlertId(0),
            incident: AlertId(0),
            group: GroupKey::from_bits(alert.fingerprint.to_bits()),
            receiver: SELF_SOURCE.into(),
            why: Why::Notice,
            alert: Arc::new(alert),
            others: Vec::new(),
            since: now,
            owed_at: now,
            acknowledged_by: None,
            ack_url: None,
            escalated: None,
        };
        Self { notification: Arc::new(notification), key, clock, monotonic }
    }

    /// Sends it on the channels that the policy has for it, and on all others if none of those takes it.
    pub(super) async fn send(&self, policy: &PolicyInForce, channels: Vec<ChannelHandle>) {
        let routed = self.routed_channels(policy);
        let (first, others): (Vec<_>, Vec<_>) =
            channels.into_iter().partition(|it| routed.contains(it.name()));
        if self.send_on(first).await == 0 && self.send_on(others).await == 0 {
            warn!("No channel could be told of the state of the store");
        }
    }

    fn routed_channels(&self, policy: &PolicyInForce) -> BTreeSet<ChannelName> {
        let plan = plan(&policy.policy, &self.notification.alert, None, self.notification.owed_at);
        let terms = plan.decisions.into_iter().filter_map(|decision| match decision.verdict {
            Verdict::Notify { terms, .. } => Some(terms),
            Verdict::Suppress { .. } => None,
        });
        terms.flat_map(|terms| terms.channels.clone()).collect()
    }

    /// The number of `channels` that took it.
    async fn send_on(&self, channels: Vec<ChannelHandle>) -> usize {
        let mut under_way = JoinSet::new();
        for channel in channels {
            let announcement = self.clone();
            under_way.spawn(async move { announcement.send_until_taken(&channel).await });
        }
        under_way.join_all().await.into_iter().filter(|taken| *taken).count()
    }

    /// Attempts it on `channel`, within the budget of its account; true once the provider has taken it.
    async fn send_until_taken(&self, channel: &ChannelHandle) -> bool {
        for ordinal in 1..=ATTEMPTS {
            if ordinal > 1 {
                tokio::time::sleep(PAUSE).await;
            }
            let account = &channel.sender.account;
            let Admission::Now { spare: _ } = account.try_start(self.monotonic.now(), Share::Urgent) else {
                continue;
            };
            let is_taken = self.attempt(channel, ordinal).await;
            let effect = if is_taken { AccountEffect::Good } else { AccountEffect::Unclear };
            account.finish(self.monotonic.now(), effect);
            if is_taken {
                info!(channel.name = %channel.name(), "Told a channel of the state of the store");
                return true;
            }
        }
        false
    }

    async fn attempt(&self, channel: &ChannelHandle, ordinal: u32) -> bool {
        let setup = &channel.sender.channel;
        let attempt = Attempt {
            ordinal,
            at: self.clock.now(),
            key: self.key.clone(),
            form: MessageForm::Full,
            only: None,
        };
        let called = AssertUnwindSafe(setup.notifier.notify(&self.notification, &attempt)).catch_unwind();
        match tokio::time::timeout(setup.timeout, called).await {
            Ok(Ok(Ok(_receipt))) => true,
            Ok(Ok(Err(err))) => {
                warn!(channel.name = %setup.name, error = %err, "A channel could not be told of the state of the store");
                false
            }
            Ok(Err(_panic)) => false,
            Err(_elapsed) => false,
        }
    }
}
