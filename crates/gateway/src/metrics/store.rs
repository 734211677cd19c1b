//! Metrics of the store's condition.

use fanfare_store::StoreCondition;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Metrics of the store's condition. Clones share the numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct StoreMetrics {
    degraded: Gauge,
    faults: Family<FaultLabels, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FaultLabels {
    reason: &'static str,
}

impl StoreMetrics {
    /// Metrics of a store that keeps alerts, registered in `registry`.
    pub(super) fn new(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        let degraded =
            "1 while alerts are refused because they cannot be kept, as in the self-alert StoreUnusable";
        let faults = "Faults for which the store could keep no alerts, by reason";
        registry.register("fanfare_store_degraded", degraded, metrics.degraded.clone());
        registry.register("fanfare_store_faults", faults, metrics.faults.clone());
        metrics
    }

    /// Shows the condition, in which `new` faults were noticed since it was last shown.
    pub(super) fn show(&self, condition: &StoreCondition, new: u64) {
        self.degraded.set(i64::from(condition.fault.is_some()));
        if let Some(fault) = &condition.last_fault {
            self.faults.get_or_create(&FaultLabels { reason: fault.word() }).inc_by(new);
        }
    }
}
