//! Metrics of bodies.

use fanfare_core::SourceName;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// Metrics of bodies, by source.
#[derive(Debug, Default)]
pub(super) struct BodyMetrics {
    pub(super) refused_entries: Family<ReadingLabels, Counter>,
    pub(super) unknown_levels: Family<ReadingLabels, Counter>,
}

/// The source of a body.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ReadingLabels {
    source: String,
}

impl From<&SourceName> for ReadingLabels {
    fn from(name: &SourceName) -> Self {
        Self { source: name.to_string() }
    }
}

impl BodyMetrics {
    /// Metrics at zero, registered in `registry`.
    pub(super) fn new(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        let refused =
            "Entries of lists that could not be alerts, while the rest of their body was taken, by source";
        registry.register("fanfare_source_entries_refused", refused, metrics.refused_entries.clone());
        let unknown = "Alerts whose word for the level is unknown, by source";
        registry.register("fanfare_source_unknown_levels", unknown, metrics.unknown_levels.clone());
        metrics
    }
}
