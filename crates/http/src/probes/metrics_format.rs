//! The two text formats of metrics: OpenMetrics, and the older one of Prometheus, which everything reads.

use std::collections::BTreeMap;

use actix_web::http::header::{ACCEPT, HeaderMap};

/// The format of an answer with metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MetricsFormat {
    /// The standard's format: <https://prometheus.io/docs/specs/om/open_metrics_spec/>
    OpenMetrics,
    /// The older format that everything reads: <https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>
    Prometheus,
}

impl MetricsFormat {
    /// The format for a request with these headers: OpenMetrics for who asks for it by name, or says nothing at all.
    pub(super) fn accepted_by(headers: &HeaderMap) -> Self {
        let mut stated = headers.get_all(ACCEPT).filter_map(|it| it.to_str().ok()).peekable();
        let says_nothing = stated.peek().is_none();
        let asks_by_name = stated.flat_map(|it| it.split(',')).any(is_open_metrics);
        if says_nothing || asks_by_name { Self::OpenMetrics } else { Self::Prometheus }
    }

    /// The value of `Content-Type`.
    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
        }
    }
}

/// True if `range`, one part of an `Accept`, is OpenMetrics and wanted: a weight of nothing refuses it.
fn is_open_metrics(range: &str) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let is_it = parts.next().is_some_and(|it| it.eq_ignore_ascii_case("application/openmetrics-text"));
    let is_refusal = |parameter: &str| {
        let weight = parameter.strip_prefix("q=").and_then(|it| it.parse::<f32>().ok());
        weight.is_some_and(|it| it <= 0.0)
    };
    is_it && !parts.any(is_refusal)
}

/// The metrics of `open_metrics` as Prometheus' older format has them: families are called by the names of their
/// samples, there are neither units nor an end, and `info` is a gauge.
pub(super) fn in_prometheus_text(open_metrics: &str) -> String {
    let metadata = |line| keyword(line, "TYPE");
    let types: BTreeMap<&str, &str> = open_metrics.lines().filter_map(metadata).collect();
    let mut text = String::with_capacity(open_metrics.len());
    for line in open_metrics.lines() {
        if let Some((family, kind)) = keyword(line, "TYPE") {
            text.push_str(&format!("# TYPE {} {}\n", samples_of(family, kind), kind_of(kind)));
        } else if let Some((family, help)) = keyword(line, "HELP") {
            let kind = types.get(family).copied().unwrap_or_default();
            text.push_str(&format!("# HELP {} {help}\n", samples_of(family, kind)));
        } else if !line.starts_with('#') {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// The family that a line of metadata is about, and the rest of the line.
fn keyword<'a>(line: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    line.strip_prefix("# ")?.strip_prefix(keyword)?.strip_prefix(' ')?.split_once(' ')
}

/// The name of the samples of a family of this kind, as far as they share one.
fn samples_of(family: &str, kind: &str) -> String {
    match kind {
        "counter" => format!("{family}_total"),
        "info" => format!("{family}_info"),
        _ => family.to_owned(),
    }
}

/// The word of the older format for a kind.
fn kind_of(kind: &str) -> &str {
    if kind == "info" { "gauge" } else { kind }
}

#[cfg(test)]
mod tests;
