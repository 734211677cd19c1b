//! The examples of monitoring: their names are the ones that a gateway exports, and their rules fire.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::{WRONG_SECRET, gateway, raise, switch_on, until_told};
use crate::harness::{PATIENCE, TestGateway, file, root, until};

const TABLE: &str = "examples/monitoring/README.md";

/// The metrics in the table: name and type.
fn documented() -> BTreeMap<String, String> {
    let text = file(TABLE);
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| `")?.split('|').map(|it| it.trim().trim_matches('`').to_owned());
        let (name, kind) = (cells.next()?, cells.next()?);
        ["counter", "gauge", "histogram", "info"].contains(&kind.as_str()).then_some((name, kind))
    };
    text.lines().filter_map(row).collect()
}

/// The metrics that the gateway exports: name, with the suffix of its samples, and type.
fn exported(gateway: &TestGateway) -> BTreeMap<String, String> {
    let text = gateway.get("/metrics").body;
    let families = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    families
        .map(|(name, kind)| {
            let suffix = match kind {
                "counter" => "_total",
                "info" => "_info",
                _ => "",
            };
            (format!("{name}{suffix}"), kind.to_owned())
        })
        .collect()
}

/// The names of metrics in a text.
fn names_in(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let names = words.filter(|it| it.starts_with("fanfare_") || it.starts_with("process_"));
    names.map(str::to_owned).collect()
}

/// The value of the sample that begins with `series`.
fn sample(gateway: &TestGateway, series: &str) -> Option<f64> {
    let text = gateway.get("/metrics").body;
    text.lines().find_map(|line| line.strip_prefix(series)?.trim().parse().ok())
}

#[track_caller]
fn until_sample(gateway: &TestGateway, series: &str, value: f64) {
    until(&format!("{series} is {value}"), || sample(gateway, series) == Some(value), PATIENCE);
}

#[test]
fn the_table_names_every_metric_that_a_gateway_exports_and_no_other() {
    let gateway = gateway();
    switch_on(&gateway, "robot", WRONG_SECRET);
    let alert = raise(&gateway, "door", "high");
    until_told(&gateway, alert, &json!({ "event": "step", "step": "settle", "fulfilment": "kept" }));
    // The gateway looks at its own state after five seconds.
    until(
        "the gateway's own state is shown",
        || exported(&gateway).contains_key("fanfare_channel_up"),
        PATIENCE,
    );
    let documented = documented();
    assert!(documented.len() > 30, "{documented:?}");
    for (name, kind) in exported(&gateway) {
        assert_eq!(documented.get(&name), Some(&kind), "`{name}` in {TABLE}");
    }
    let sources = sources(&root().join("crates"));
    for name in documented.keys() {
        let suffixes = ["_total", "_info", "_seconds", "_bytes"];
        let base = |name: &str| suffixes.iter().find_map(|it| name.strip_suffix(it).map(str::to_owned));
        let spellings = [Some(name.clone()), base(name), base(name).and_then(|it| base(&it))];
        let is_registered = spellings.into_iter().flatten().any(|it| sources.contains(&format!("\"{it}\"")));
        assert!(is_registered, "`{name}` of {TABLE} is registered nowhere");
    }
}

/// The text of all sources that ship.
fn sources(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()) {
        if entry.is_dir() {
            text.push_str(&sources(&entry));
        } else if entry.extension().is_some_and(|it| it == "rs") {
            text.push_str(&std::fs::read_to_string(entry).unwrap());
        }
    }
    text
}

#[test]
fn the_rules_and_the_dashboard_use_only_metrics_of_the_table() {
    let documented = documented();
    let is_known = |name: &str| {
        let of_histogram = ["_bucket", "_count", "_sum"].iter().find_map(|it| name.strip_suffix(it));
        documented.contains_key(name)
            || of_histogram.is_some_and(|it| documented.get(it).is_some_and(|kind| kind == "histogram"))
    };
    for path in ["rules.yaml", "rules.test.yaml", "dashboard.json"] {
        let names = names_in(&file(&format!("examples/monitoring/{path}")));
        assert!(names.len() > 5, "{path}: {names:?}");
        let unknown: Vec<_> = names.iter().filter(|it| !is_known(it)).collect();
        assert!(unknown.is_empty(), "{path} uses {unknown:?}, which {TABLE} does not name");
    }
    let dashboard: Value = serde_json::from_str(&file("examples/monitoring/dashboard.json")).unwrap();
    assert_eq!(dashboard["uid"], "fanfare");
}

#[test]
fn promtool_finds_the_rules_sound_and_their_tests_pass() {
    for arguments in
        [["check", "config", "prometheus.yaml"].as_slice(), &["test", "rules", "rules.test.yaml"]]
    {
        let folder = root().join("examples/monitoring");
        let run = Command::new("promtool").args(arguments).current_dir(folder).output();
        let run =
            run.expect("promtool is missing: `cargo xtask test` installs Debian's package `prometheus`");
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stdout));
    }
}

#[test]
fn what_becomes_of_a_promise_is_counted_at_once() {
    let gateway = gateway();
    let broken = r#"fanfare_contract_changes_total{receiver="on-call",state="broken"}"#;
    assert_eq!(sample(&gateway, broken), Some(0.0), "a rate needs the series before it counts");
    switch_on(&gateway, "robot", WRONG_SECRET);
    let alert = raise(&gateway, "door", "high");
    until_sample(&gateway, r#"fanfare_contract_changes_total{receiver="on-call",state="open"}"#, 1.0);
    until_sample(&gateway, r#"fanfare_contract_changes_total{receiver="on-call",state="kept"}"#, 1.0);
    until_sample(&gateway, r#"fanfare_circuit_openings_total{channel="robot"}"#, 1.0);
    until_sample(&gateway, r#"fanfare_circuit_open{channel="robot"}"#, 1.0);
    until_sample(&gateway, r#"fanfare_circuit_open{channel="group"}"#, 0.0);
    until_sample(&gateway, r#"fanfare_escalations_total{unless="delivered"}"#, 1.0);
    let acknowledged = gateway.run(&["ack", &alert.to_string(), "--by", "Li Na"], &[]);
    assert_eq!(acknowledged.code, Some(0), "{}", acknowledged.said());
    until_sample(&gateway, "fanfare_acknowledgements_total", 1.0);
    let age = || sample(&gateway, r#"fanfare_queue_age_seconds{channel="robot"}"#).is_some_and(|it| it > 0.0);
    until("the queue of the robot has an age", age, PATIENCE);
    assert!(sample(&gateway, "fanfare_store_commit_seconds_count").is_some_and(|it| it > 0.0));
    assert!(sample(&gateway, r#"fanfare_store_size_bytes{file="database"}"#).is_some_and(|it| it > 0.0));
    assert!(sample(&gateway, "process_resident_memory_bytes").is_some_and(|it| it > 1e6));
}
