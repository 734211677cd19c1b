//! `/metrics`, read as strictly as Prometheus reads it.

use std::collections::BTreeMap;

use super::{alarm, gateway};
use crate::harness::{TestGateway, TestRequest};

/// Families that are always there, as the documentation has it.
const FAMILIES: [(&str, &str); 24] = [
    ("fanfare_build", "info"),
    ("fanfare_store_commit_seconds", "histogram"),
    ("fanfare_store_degraded", "gauge"),
    ("fanfare_log_lines_lost", "counter"),
    ("process_cpu_seconds", "counter"),
    ("process_max_fds", "gauge"),
    ("process_open_fds", "gauge"),
    ("process_resident_memory_bytes", "gauge"),
    ("process_start_time_seconds", "gauge"),
    ("fanfare_http_requests", "counter"),
    ("fanfare_http_connections", "gauge"),
    ("fanfare_alerts", "counter"),
    ("fanfare_alerts_not_kept", "counter"),
    ("fanfare_alerts_too_many", "counter"),
    ("fanfare_intake_waiting_bytes", "gauge"),
    ("fanfare_notifications", "counter"),
    ("fanfare_suppressed", "counter"),
    ("fanfare_attempts", "counter"),
    ("fanfare_deliveries", "counter"),
    ("fanfare_pending_deliveries", "gauge"),
    ("fanfare_delivery_latency_seconds", "histogram"),
    ("fanfare_unaccounted_alerts", "gauge"),
    ("fanfare_config_last_reload_successful", "gauge"),
    ("fanfare_config_last_reload_success_timestamp_seconds", "gauge"),
];

/// Families that are there once there is something to count, or once it has been looked at.
const AT_TIMES: [(&str, &str); 28] = [
    ("fanfare_heartbeats", "gauge"),
    ("process_virtual_memory_bytes", "gauge"),
    ("fanfare_acknowledgements", "counter"),
    ("fanfare_circuit_open", "gauge"),
    ("fanfare_circuit_openings", "counter"),
    ("fanfare_contract_changes", "counter"),
    ("fanfare_digests", "counter"),
    ("fanfare_digest_deliveries", "counter"),
    ("fanfare_disk_free_bytes", "gauge"),
    ("fanfare_disk_size_bytes", "gauge"),
    ("fanfare_queue_age_seconds", "gauge"),
    ("fanfare_source_entries_refused", "counter"),
    ("fanfare_source_expected_every_seconds", "gauge"),
    ("fanfare_source_last_alert_timestamp_seconds", "gauge"),
    ("fanfare_source_silence_seconds", "gauge"),
    ("fanfare_source_unknown_levels", "counter"),
    ("fanfare_store_faults", "counter"),
    ("fanfare_store_size_bytes", "gauge"),
    ("fanfare_http_connections_closed", "counter"),
    ("fanfare_channel_up", "gauge"),
    ("fanfare_channel_never_proven", "gauge"),
    ("fanfare_channel_last_proven_timestamp_seconds", "gauge"),
    ("fanfare_clock_offset_seconds", "gauge"),
    ("fanfare_dead_letters", "gauge"),
    ("fanfare_quota_used", "gauge"),
    ("fanfare_quota_limit", "gauge"),
    ("fanfare_contracts", "gauge"),
    ("fanfare_escalations", "counter"),
];

/// OpenMetrics' text: each family's type, and each sample's value by its name and labels.
/// <https://prometheus.io/docs/specs/om/open_metrics_spec/>
struct MetricsText {
    types: BTreeMap<String, String>,
    samples: BTreeMap<String, f64>,
}

impl MetricsText {
    #[track_caller]
    fn of(gateway: &TestGateway) -> Self {
        let answer = gateway.get("/metrics");
        assert_eq!(answer.status, 200);
        let content_type = answer.header("Content-Type").unwrap();
        assert!(content_type.starts_with("application/openmetrics-text; version=1.0.0"), "{content_type}");
        Self::parse(&answer.body).unwrap_or_else(|line| panic!("not OpenMetrics: {line}"))
    }

    /// The error is the line that is wrong.
    fn parse(text: &str) -> Result<Self, String> {
        let Some(lines) = text.strip_suffix("# EOF\n") else { return Err("no `# EOF`".to_owned()) };
        let mut read = Self { types: BTreeMap::new(), samples: BTreeMap::new() };
        for line in lines.lines() {
            read.line(line).ok_or(line)?;
        }
        Ok(read)
    }

    fn line(&mut self, line: &str) -> Option<()> {
        if let Some(metadata) = line.strip_prefix("# ") {
            let mut words = metadata.splitn(3, ' ');
            let (keyword, family, rest) = (words.next()?, words.next()?, words.next()?);
            return match keyword {
                "TYPE" => self.types.insert(family.to_owned(), rest.to_owned()).is_none().then_some(()),
                "UNIT" => family.ends_with(&format!("_{rest}")).then_some(()),
                "HELP" => Some(()),
                _ => None,
            };
        }
        let (name_and_labels, value) = line.rsplit_once(' ')?;
        let name = name_and_labels.split('{').next()?;
        if let Some(labels) = name_and_labels.strip_prefix(name).filter(|it| !it.is_empty()) {
            labels.strip_prefix('{')?.strip_suffix("\"}")?;
        }
        self.is_declared(name).then_some(())?;
        self.samples.insert(name_and_labels.to_owned(), value.parse().ok()?).is_none().then_some(())
    }

    /// True if a family above has samples of this name.
    fn is_declared(&self, name: &str) -> bool {
        let suffixes = |kind: &str| match kind {
            "counter" => &["_total"][..],
            "gauge" => &[""],
            "info" => &["_info"],
            "histogram" => &["_bucket", "_sum", "_count"],
            _ => &[],
        };
        self.types.iter().any(|(family, kind)| {
            name.strip_prefix(family).is_some_and(|suffix| suffixes(kind).contains(&suffix))
        })
    }

    /// The sum of the samples of `name` with all these labels.
    fn sum(&self, name: &str, labels: &[&str]) -> f64 {
        let wanted =
            |it: &&str| it.split('{').next() == Some(name) && labels.iter().all(|label| it.contains(label));
        self.samples.iter().filter(|(it, _)| wanted(&it.as_str())).map(|(_, value)| value).sum()
    }
}

#[test]
fn every_metric_is_there_and_openmetrics() {
    let gateway = gateway();
    assert_eq!(gateway.post("open", &alarm(1)).status, 202);
    gateway.until_nothing_is_owed();
    let read = MetricsText::of(&gateway);
    for (family, kind) in FAMILIES {
        assert_eq!(read.types.get(family).map(String::as_str), Some(kind), "{family}");
        let has_samples = read.samples.keys().any(|it| it.starts_with(family));
        assert!(has_samples, "{family} has no samples");
    }
    let listed: Vec<_> = FAMILIES.iter().chain(&AT_TIMES).collect();
    let types = read.types.iter().map(|(family, kind)| (family.as_str(), kind.as_str()));
    let unlisted: Vec<_> = types.filter(|it| !listed.contains(&it)).collect();
    assert!(unlisted.is_empty(), "not listed in this test: {unlisted:#?}");
}

#[test]
fn who_accepts_no_openmetrics_gets_the_older_text() {
    let gateway = gateway();
    assert_eq!(gateway.post("open", &alarm(1)).status, 202);
    gateway.until_nothing_is_owed(); // it is counted after its answer
    let answer =
        TestRequest::get("/metrics").header("Accept", "text/plain, */*;q=0.1").send(gateway.address());
    assert_eq!(answer.header("Content-Type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    for line in ["# TYPE fanfare_alerts_total counter", "# TYPE fanfare_build_info gauge"] {
        assert!(answer.body.lines().any(|it| it == line), "{line}: {}", answer.body);
    }
    assert!(!answer.body.contains("# EOF") && !answer.body.contains("# UNIT"), "{}", answer.body);
    let open_metrics = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";
    let answer = TestRequest::get("/metrics").header("Accept", open_metrics).send(gateway.address());
    assert!(answer.body.ends_with("# EOF\n"), "{}", answer.body);
}

#[test]
fn the_numbers_are_those_of_what_happened() {
    let gateway = gateway();
    for number in 0..3 {
        assert_eq!(gateway.post("open", &alarm(number)).status, 202);
    }
    assert_eq!(gateway.post("open", &alarm(0)).status, 202, "a repeat");
    assert_eq!(gateway.post("open", "{}").status, 422);
    gateway.until_nothing_is_owed();
    let read = MetricsText::of(&gateway);
    assert_eq!(read.sum("fanfare_alerts_total", &[r#"source="open""#, r#"status="firing""#]), 4.0);
    assert_eq!(read.sum("fanfare_alerts_not_kept_total", &[]), 0.0);
    assert_eq!(read.sum("fanfare_notifications_total", &[r#"receiver="team""#]), 3.0);
    assert_eq!(read.sum("fanfare_suppressed_total", &[]), 1.0);
    assert_eq!(read.sum("fanfare_attempts_total", &[r#"channel="bot""#, r#"outcome="delivered""#]), 3.0);
    assert_eq!(read.sum("fanfare_deliveries_total", &[r#"channel="bot""#, r#"state="delivered""#]), 3.0);
    assert_eq!(read.sum("fanfare_pending_deliveries", &[r#"channel="bot""#]), 0.0);
    assert_eq!(read.sum("fanfare_delivery_latency_seconds_count", &[r#"channel="bot""#]), 3.0);
}

#[test]
fn what_is_not_openmetrics_is_found() {
    let wrong = |text: &str| MetricsText::parse(text).err();
    assert_eq!(wrong("# TYPE a counter\na_total{b=\"c\"} 1\n# EOF\n"), None);
    for line in ["a 1", "a_total one", "a_total{b=\"c\" 1", "a_total", "b_total 1", "# a comment"] {
        assert_eq!(wrong(&format!("# TYPE a counter\n{line}\n# EOF\n")).as_deref(), Some(line));
    }
    assert!(wrong("# TYPE a counter\na_total 1\n").is_some(), "it was cut off");
}
