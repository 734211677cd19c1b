//! Metrics of the gateway, in Prometheus' terms.

mod health;
mod store;
mod labels;

use std::sync::atomic::AtomicU64;

use fanfare_core::{
    ChannelName, Committed, ContractStatus, Delivery, HeartbeatState, Notification, ReceiverName, Step,
};
use fanfare_store::{Audit, StoreCondition};
use jiff::Timestamp;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use self::health::HealthMetrics;
pub(crate) use self::labels::{AlertLabels, ReceiverLabels, SourceLabels};
use self::labels::{AttemptLabels, ChannelLabels, ContractLabels, DeliveryLabels, EscalationLabels};
use self::store::StoreMetrics;
use crate::self_alert::Snapshot;

/// The metrics of a gateway. Clones share the numbers.
#[derive(Debug, Clone)]
pub struct Metrics {
    pub(crate) alerts: Family<AlertLabels, Counter>,
    pub(crate) refused: Counter,
    pub(crate) too_many: Counter,
    pub(crate) waiting: Gauge,
    pub(crate) notifications: Family<ReceiverLabels, Counter>,
    pub(crate) suppressed: Counter,
    attempts: Family<AttemptLabels, Counter>,
    deliveries: Family<DeliveryLabels, Counter>,
    pending: Family<ChannelLabels, Gauge>,
    latency: Family<ChannelLabels, Histogram, fn() -> Histogram>,
    escalations: Family<EscalationLabels, Counter>,
    contract_changes: Family<ContractLabels, Counter>,
    acknowledgements: Counter,
    digests: Family<ChannelLabels, Counter>,
    digest_deliveries: Family<ChannelLabels, Counter>,
    circuit_openings: Family<ChannelLabels, Counter>,
    circuit_open: Family<ChannelLabels, Gauge>,
    pub(crate) last_alert: Family<SourceLabels, Gauge<f64, AtomicU64>>,
    pub(crate) commit_time: Histogram,
    health: HealthMetrics,
    store: StoreMetrics,
}

/// Buckets in seconds from the alert's acceptance to the provider's answer: from an
/// immediate delivery to one after an outage.
const LATENCY_BUCKETS: [f64; 12] = [0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 600.0, 3600.0];

/// Buckets in seconds of a commit: from a fast disk to one that is about to fail.
const COMMIT_BUCKETS: [f64; 9] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.25, 1.0, 5.0];

/// The states of a contract, in the order of its life.
const CONTRACT_STATES: [ContractStatus; 5] = [
    ContractStatus::Open,
    ContractStatus::Kept,
    ContractStatus::Broken,
    ContractStatus::Abandoned,
    ContractStatus::Late,
];

impl Metrics {
    /// Metrics at zero, registered in `registry`.
    #[must_use]
    pub fn new(registry: &mut Registry) -> Self {
        let metrics = Self {
            alerts: Family::default(),
            refused: Counter::default(),
            too_many: Counter::default(),
            waiting: Gauge::default(),
            notifications: Family::default(),
            suppressed: Counter::default(),
            attempts: Family::default(),
            deliveries: Family::default(),
            pending: Family::default(),
            latency: Family::new_with_constructor(|| Histogram::new(LATENCY_BUCKETS)),
            escalations: Family::default(),
            contract_changes: Family::default(),
            acknowledgements: Counter::default(),
            digests: Family::default(),
            digest_deliveries: Family::default(),
            circuit_openings: Family::default(),
            circuit_open: Family::default(),
            last_alert: Family::default(),
            commit_time: Histogram::new(COMMIT_BUCKETS),
            health: HealthMetrics::new(registry),
            store: StoreMetrics::new(registry),
        };
        metrics.register(registry);
        metrics
    }

    fn register(&self, registry: &mut Registry) {
        let refused = "Alerts answered 503: the store could not keep them";
        let too_many = "Alerts answered 503: too many waited to be written";
        let waiting = "Alerts that were read and wait to be written";
        let suppressed = "Notifications suppressed, because they were no news to their receivers";
        let deliveries = "Deliveries that were delivered or given up";
        let pending = "Deliveries that wait or are under way";
        let latency = "Time from the alert's acceptance to the provider's confirmation";
        let escalations = "Deliveries of escalation rungs, by condition";
        registry.register("fanfare_alerts", "Alerts accepted and stored", self.alerts.clone());
        registry.register("fanfare_alerts_not_kept", refused, self.refused.clone());
        registry.register("fanfare_alerts_too_many", too_many, self.too_many.clone());
        registry.register_with_unit("fanfare_intake_waiting", waiting, Unit::Bytes, self.waiting.clone());
        registry.register("fanfare_notifications", "Notifications of receivers", self.notifications.clone());
        registry.register("fanfare_suppressed", suppressed, self.suppressed.clone());
        registry.register("fanfare_attempts", "Attempts, by outcome", self.attempts.clone());
        registry.register("fanfare_deliveries", deliveries, self.deliveries.clone());
        registry.register("fanfare_pending_deliveries", pending, self.pending.clone());
        let latencies = self.latency.clone();
        registry.register_with_unit("fanfare_delivery_latency", latency, Unit::Seconds, latencies);
        registry.register("fanfare_escalations", escalations, self.escalations.clone());
        self.register_promises(registry);
    }

    fn register_promises(&self, registry: &mut Registry) {
        let changes = "Contracts that came into a state: open, kept, broken, abandoned or late";
        let acknowledgements = "Acknowledgements by people";
        let digests = "Digests made: messages that carry several deliveries";
        let in_digests = "Deliveries put into a digest";
        let openings = "Openings of the channel's circuit";
        let open = "1 while the channel's circuit is open: only probes are sent";
        let commit = "Time that the store's commits take, the fsync included; requests that wait at the same time share one";
        let last = "Time at which the source's last alert was accepted, since the start";
        registry.register("fanfare_contract_changes", changes, self.contract_changes.clone());
        registry.register("fanfare_acknowledgements", acknowledgements, self.acknowledgements.clone());
        registry.register("fanfare_digests", digests, self.digests.clone());
        registry.register("fanfare_digest_deliveries", in_digests, self.digest_deliveries.clone());
        registry.register("fanfare_circuit_openings", openings, self.circuit_openings.clone());
        registry.register("fanfare_circuit_open", open, self.circuit_open.clone());
        let last_alert = self.last_alert.clone();
        registry.register_with_unit("fanfare_source_last_alert_timestamp", last, Unit::Seconds, last_alert);
        let commits = self.commit_time.clone();
        registry.register_with_unit("fanfare_store_commit", commit, Unit::Seconds, commits);
    }

    /// Shows a counter at zero for each state of a contract of each of `receivers`: a rate sees only
    /// what changes after its series is there.
    pub(crate) fn prepare_receivers<'a>(&self, receivers: impl Iterator<Item = &'a ReceiverName>) {
        for receiver in receivers {
            for state in CONTRACT_STATES {
                drop(self.contract_changes.get_or_create(&ContractLabels::new(receiver, state)));
            }
        }
    }

    /// Counts the contracts that `committed` opened or settled.
    pub(crate) fn count_contracts(&self, committed: &Committed) {
        // Of a new notification, only one with a contract or a ladder is evaluated again.
        let is_promise = |it: &Notification| committed.rechecks.iter().any(|at| at.notification == it.id);
        let opened = committed.notifications.iter().filter(|it| is_promise(it));
        let opened = opened.map(|it| (&it.receiver, ContractStatus::Open));
        let settled = committed.steps.iter().filter_map(|it| match it.step {
            Step::Settle { status } => Some((&it.notification.receiver, status)),
            Step::TakeTurn { .. }
            | Step::Climb { .. }
            | Step::Skip { .. }
            | Step::Retried { .. }
            | Step::Discarded { .. } => None,
        });
        for (receiver, status) in opened.chain(settled) {
            self.contract_changes.get_or_create(&ContractLabels::new(receiver, status)).inc();
        }
    }

    /// Counts the acknowledgements in `committed`.
    pub(crate) fn count_acknowledgements(&self, committed: &Committed) {
        self.acknowledgements.inc_by(u64::try_from(committed.acknowledgements.len()).unwrap_or(u64::MAX));
    }

    /// Shows that an alert of `source` was accepted at `now`.
    pub(crate) fn show_last_alert(&self, source: &str, now: Timestamp) {
        let labels = SourceLabels { source: source.to_owned() };
        self.last_alert.get_or_create(&labels).set(now.as_duration().as_secs_f64());
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

    /// Shows the heartbeats of senders at `now`, in monotonic time.
    pub(crate) fn show_heartbeats(&self, states: &[HeartbeatState], now: Timestamp) {
        self.health.show_heartbeats(states, now);
    }

    /// Shows the result of an audit.
    pub(crate) fn show_audit(&self, audit: &Audit) {
        self.health.show_audit(audit);
    }

    /// Shows the condition of the store, in which `new` faults were noticed since it was last shown.
    pub(crate) fn show_store(&self, condition: &StoreCondition, new: u64) {
        self.store.show(condition, new);
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
            digests: self.digests.get_or_create_owned(&labels),
            digest_deliveries: self.digest_deliveries.get_or_create_owned(&labels),
            circuit_openings: self.circuit_openings.get_or_create_owned(&labels),
            circuit_open: self.circuit_open.get_or_create_owned(&labels),
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
    pub(crate) circuit_openings: Counter,
    pub(crate) circuit_open: Gauge,
    digests: Counter,
    digest_deliveries: Counter,
    attempts: Family<AttemptLabels, Counter>,
    deliveries: Family<DeliveryLabels, Counter>,
}

impl ChannelMetrics {
    pub(crate) fn attempt(&self, outcome: &'static str) {
        self.attempts.get_or_create(&AttemptLabels { channel: self.channel.clone(), outcome }).inc();
    }

    /// Counts a digest of so many deliveries.
    pub(crate) fn digest(&self, deliveries: usize) {
        self.digests.inc();
        self.digest_deliveries.inc_by(u64::try_from(deliveries).unwrap_or(u64::MAX));
    }

    pub(crate) fn settled(&self, state: &'static str) {
        self.deliveries.get_or_create(&DeliveryLabels { channel: self.channel.clone(), state }).inc();
    }
}

#[cfg(test)]
mod tests;
