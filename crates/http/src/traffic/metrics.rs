//! Metrics of requests and connections.

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

impl HttpMetrics {
    /// Metrics at zero, registered in `registry`.
    pub(super) fn new(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        let requests = "Requests answered, by door and HTTP status; door none: no request that could be read";
        let closed = "Connections that the gateway closed by itself, by reason";
        registry.register("fanfare_http_requests", requests, metrics.requests.clone());
        registry.register("fanfare_http_connections", "Open connections", metrics.connections.clone());
        registry.register("fanfare_http_connections_closed", closed, metrics.closed.clone());
        metrics
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
