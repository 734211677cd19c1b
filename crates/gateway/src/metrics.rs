//! Metrics of the gateway, in Prometheus' terms.

mod health;
mod labels;

use fanfare_core::{ChannelName, Delivery};
use fanfare_store::Audit;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use self::health::HealthMetrics;
pub(crate) use self::labels::{AlertLabels, ReceiverLabels};
use self::labels::{AttemptLabels, ChannelLabels, DeliveryLabels, EscalationLabels};
use crate::self_alert::Snapshot;

/// The metrics of a gateway. Clones share the numbers.
#[derive(Debug, Clone)]
pub struct Metrics {
    pub(crate) alerts: Family<AlertLabels, Counter>,
    pub(crate) refused: Counter,
    pub(crate) notifications: Family<ReceiverLabels, Counter>,
    pub(crate) suppressed: Counter,
    attempts: Family<AttemptLabels, Counter>,
    deliveries: Family<DeliveryLabels, Counter>,
    pending: Family<ChannelLabels, Gauge>,
    latency: Family<ChannelLabels, Histogram, fn() -> Histogram>,
    escalations: Family<EscalationLabels, Counter>,
    health: HealthMetrics,
}

/// Buckets in seconds from the alert's acceptance to the provider's answer: from an
/// immediate delivery to one after an outage.
const LATENCY_BUCKETS: [f64; 12] = [0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 600.0, 3600.0];

impl Metrics {
    /// Metrics at zero, registered in `registry`.
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
            health: HealthMetrics::new(registry),
        };
        metrics.register(registry);
        metrics
    }

    fn register(&self, registry: &mut Registry) {
        let refused = "Alerts answered 503: the store could not keep them";
        let suppressed = "Notifications suppressed, because they were no news to their receivers";
        let deliveries = "Deliveries that were delivered or given up";
        let pending = "Deliveries that wait or are under way";
        let latency = "Time from the alert's acceptance to the provider's confirmation";
        let escalations = "Deliveries of escalation rungs, by condition";
        registry.register("fanfare_alerts", "Alerts accepted and stored", self.alerts.clone());
        registry.register("fanfare_alerts_not_kept", refused, self.refused.clone());
        registry.register("fanfare_notifications", "Notifications of receivers", self.notifications.clone());
        registry.register("fanfare_suppressed", suppressed, self.suppressed.clone());
        registry.register("fanfare_attempts", "Attempts, by outcome", self.attempts.clone());
        registry.register("fanfare_deliveries", deliveries, self.deliveries.clone());
        registry.register("fanfare_pending_deliveries", pending, self.pending.clone());
        let latencies = self.latency.clone();
        registry.register_with_unit("fanfare_delivery_latency", latency, Unit::Seconds, latencies);
        registry.register("fanfare_escalations", escalations, self.escalations.clone());
    }

    /// Counts those of the new `deliveries` that stand on a rung.
    pub(crate) fn count_escalations(&self, deliveries: &[Delivery]) {
        // A delivery with attempts was a dead letter, and was counted when it was new.
        for unless in deliveries.iter().filter(|it| it.attempts == 0).filter_map(|it| it.escalated) {
            self.escalations.get_or_create(&EscalationLabels { unless: unless.to_string() }).inc();
        }
    }

    /// Shows the gateway's own state.
    pub(crate) fn show(&self, snapshot: &Snapshot) {
        self.health.show(snapshot);
    }

    /// Shows the result of an audit.
    pub(crate) fn show_audit(&self, audit: &Audit) {
        self.health.show_audit(audit);
    }

    /// The number of pending deliveries on `channel`.
    pub(crate) fn pending_on(&self, channel: &ChannelName) -> u64 {
        let labels = ChannelLabels { channel: channel.to_string() };
        u64::try_from(self.pending.get_or_create(&labels).get()).unwrap_or(0)
    }

    /// The metrics of one channel.
    pub(crate) fn for_channel(&self, channel: &ChannelName) -> ChannelMetrics {
        let labels = ChannelLabels { channel: channel.to_string() };
        ChannelMetrics {
            channel: channel.to_string(),
            pending: self.pending.get_or_create_owned(&labels),
            latency: self.latency.get_or_create_owned(&labels),
            attempts: self.attempts.clone(),
            deliveries: self.deliveries.clone(),
        }
    }
}

/// The metrics of one channel.
#[derive(Debug)]
pub(crate) struct ChannelMetrics {
    channel: String,
    pub(crate) pending: Gauge,
    pub(crate) latency: Histogram,
    attempts: Family<AttemptLabels, Counter>,
    deliveries: Family<DeliveryLabels, Counter>,
}

impl ChannelMetrics {
    pub(crate) fn attempt(&self, outcome: &'static str) {
        self.attempts.get_or_create(&AttemptLabels { channel: self.channel.clone(), outcome }).inc();
    }

    pub(crate) fn settled(&self, state: &'static str) {
        self.deliveries.get_or_create(&DeliveryLabels { channel: self.channel.clone(), state }).inc();
    }
}

#[cfg(test)]
mod tests;
