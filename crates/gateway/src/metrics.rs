//! What the gateway counts, in Prometheus' terms.

mod of_ourselves;

use fanfare_core::ChannelName;
use fanfare_store::{Audit, Delivery};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use self::of_ourselves::OfOurselves;
use crate::ourselves::World;

/// What the gateway counts. Clones share the numbers.
#[derive(Debug, Clone)]
pub struct Metrics {
    pub(crate) alerts: Family<OfSource, Counter>,
    pub(crate) refused: Counter,
    pub(crate) notifications: Family<OfReceiver, Counter>,
    pub(crate) suppressed: Counter,
    attempts: Family<OfAttempt, Counter>,
    deliveries: Family<OfDelivery, Counter>,
    pending: Family<OfChannel, Gauge>,
    latency: Family<OfChannel, Histogram, fn() -> Histogram>,
    escalations: Family<OfRung, Counter>,
    of_ourselves: OfOurselves,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct OfSource {
    pub(crate) source: String,
    pub(crate) status: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct OfReceiver {
    pub(crate) receiver: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfChannel {
    channel: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfAttempt {
    channel: String,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfDelivery {
    channel: String,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRung {
    unless: String,
}

/// Seconds from the alert's acceptance to the provider's word, from "at once"
/// to "after an outage".
const LATENCY_BUCKETS: [f64; 12] = [0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 600.0, 3600.0];

impl Metrics {
    /// Numbers at zero, shown in `registry`.
    #[must_use]
    pub fn new(registry: &mut Registry) -> Self {
        let metrics = Self {
            alerts: Family::default(),
            refused: Counter::default(),
            notifications: Family::default(),
            suppressed: Counter::default(),
            attempts: Family::default(),
            deliveries: Family::default(),
            pending: Family::default(),
            latency: Family::new_with_constructor(|| Histogram::new(LATENCY_BUCKETS)),
            escalations: Family::default(),
            of_ourselves: OfOurselves::new(registry),
        };
        registry.register("fanfare_alerts", "Alerts accepted and on the disk", metrics.alerts.clone());
        registry.register(
            "fanfare_alerts_not_kept",
            "Alerts answered 503: the store would not take them",
            metrics.refused.clone(),
        );
        registry.register("fanfare_notifications", "Receivers told", metrics.notifications.clone());
        registry.register(
            "fanfare_suppressed",
            "Receivers not told, because it was not news to them",
            metrics.suppressed.clone(),
        );
        registry.register("fanfare_attempts", "Attempts, by what came of them", metrics.attempts.clone());
        registry.register(
            "fanfare_deliveries",
            "Deliveries that reached their end",
            metrics.deliveries.clone(),
        );
        registry.register("fanfare_pending_deliveries", "Deliveries still owed", metrics.pending.clone());
        registry.register_with_unit(
            "fanfare_delivery_latency",
            "From the alert's acceptance to the provider's word",
            Unit::Seconds,
            metrics.latency.clone(),
        );
        registry.register(
            "fanfare_escalations",
            "Channels told because something had not come about in time",
            metrics.escalations.clone(),
        );
        metrics
    }

    /// Counts those of `deliveries`, which have just come to be, that stand on a rung.
    pub(crate) fn count_escalations(&self, deliveries: &[Delivery]) {
        // One that has been attempted has come back from the dead, and was counted when it came to be.
        for unless in deliveries.iter().filter(|it| it.attempts == 0).filter_map(|it| it.escalated) {
            self.escalations.get_or_create(&OfRung { unless: unless.to_string() }).inc();
        }
    }

    /// Shows how we are.
    pub(crate) fn show(&self, world: &World) {
        self.of_ourselves.show(world);
    }

    /// Shows whether everything is accounted for.
    pub(crate) fn account_for(&self, audit: &Audit) {
        self.of_ourselves.account_for(audit);
    }

    /// How many deliveries are still owed on `channel`.
    pub(crate) fn pending_on(&self, channel: &ChannelName) -> u64 {
        let of_channel = OfChannel { channel: channel.to_string() };
        u64::try_from(self.pending.get_or_create(&of_channel).get()).unwrap_or(0)
    }

    /// The numbers of one channel.
    pub(crate) fn of_channel(&self, channel: &ChannelName) -> ChannelMetrics {
        let of_channel = OfChannel { channel: channel.to_string() };
        ChannelMetrics {
            channel: channel.to_string(),
            pending: self.pending.get_or_create_owned(&of_channel),
            latency: self.latency.get_or_create_owned(&of_channel),
            attempts: self.attempts.clone(),
            deliveries: self.deliveries.clone(),
        }
    }
}

/// The numbers of one channel.
#[derive(Debug)]
pub(crate) struct ChannelMetrics {
    channel: String,
    pub(crate) pending: Gauge,
    pub(crate) latency: Histogram,
    attempts: Family<OfAttempt, Counter>,
    deliveries: Family<OfDelivery, Counter>,
}

impl ChannelMetrics {
    pub(crate) fn attempt(&self, outcome: &'static str) {
        self.attempts.get_or_create(&OfAttempt { channel: self.channel.clone(), outcome }).inc();
    }

    pub(crate) fn settled(&self, state: &'static str) {
        self.deliveries.get_or_create(&OfDelivery { channel: self.channel.clone(), state }).inc();
    }
}

#[cfg(test)]
mod tests;
