//! Metrics of reloads.

use jiff::Timestamp;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

/// Metrics of reloads, named as Prometheus names its own, so that the usual alert on them
/// fits. Clones share the numbers.
#[derive(Debug, Clone)]
pub(crate) struct ReloadMetrics {
    successful: Gauge,
    succeeded_at: Gauge,
}

impl ReloadMetrics {
    /// Metrics in `registry` for a config that was read at the start, at `now`.
    pub(crate) fn new(registry: &mut Registry, now: Timestamp) -> Self {
        let metrics = Self { successful: Gauge::default(), succeeded_at: Gauge::default() };
        registry.register(
            "fanfare_config_last_reload_successful",
            "Whether the config is in force as it was last read",
            metrics.successful.clone(),
        );
        registry.register_with_unit(
            "fanfare_config_last_reload_success_timestamp",
            "Time at which the config in force was read",
            Unit::Seconds,
            metrics.succeeded_at.clone(),
        );
        metrics.succeeded(now);
        metrics
    }

    pub(crate) fn succeeded(&self, now: Timestamp) {
        self.successful.set(1);
        self.succeeded_at.set(now.as_second());
    }

    pub(crate) fn failed(&self) {
        self.successful.set(0);
    }
}
