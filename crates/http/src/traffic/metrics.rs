//! Metrics of requests and connections.

use fanfare_core::SourceName;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::closure::Closure;
use super::door::Door;

/// Metrics of requests and connections.
#[derive(Debug, Default)]
pub(super) struct HttpMetrics {
    requests: Family<RequestLabels, Counter>,
    connections: Gauge,
    closed: Family<ClosureLabels, Counter>,
    refused_entries: Family<ReadingLabels, Counter>,
    unknown_levels: Family<ReadingLabels, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    door: &'static str,
    code: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ClosureLabels {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReadingLabels {
    source: String,
}

impl From<&SourceName> for ReadingLabels {
    fn from(name: &SourceName) -> Self {
        Self { source: name.to_string() }
    }
}

impl HttpMetrics {
    /// Metrics at zero, registered in `registry`.
    pub(super) fn new(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        let requests = "Requests answered, by door and HTTP status; door none: no request that could be read";
        let closed = "Connections that the gateway closed by itself, by reason";
        registry.register("fanfare_http_requests", requests, metrics.requests.clone());
        registry.register("fanfare_http_connections", "Open connections", metrics.connections.clone());
        registry.register("fanfare_http_connections_closed", closed, metrics.closed.clone());
        let refused =
            "Entries of lists that could not be alerts, while the rest of their body was taken, by source";
        registry.register("fanfare_source_entries_refused", refused, metrics.refused_entries.clone());
        let unknown = "Alerts whose word for the level is unknown, by source";
        registry.register("fanfare_source_unknown_levels", unknown, metrics.unknown_levels.clone());
        metrics
    }

    pub(super) fn refused_entry(&self, source: &SourceName) {
        self.refused_entries.get_or_create(&source.into()).inc();
    }

    pub(super) fn unknown_level(&self, source: &SourceName) {
        self.unknown_levels.get_or_create(&source.into()).inc();
    }

    pub(super) fn answered(&self, door: Door, code: u16) {
        self.requests.get_or_create(&RequestLabels { door: door.word(), code }).inc();
    }

    pub(super) fn closed(&self, closure: Closure) {
        self.closed.get_or_create(&ClosureLabels { reason: closure.word() }).inc();
    }

    pub(super) fn show_connections(&self, number: usize) {
        self.connections.set(i64::try_from(number).unwrap_or(i64::MAX));
    }
}
