use super::*;

fn watchdog() -> HeartbeatAlerts {
    let matchers = Matcher::parse_all(r#"alertname = Watchdog, severity = none"#).unwrap();
    HeartbeatAlerts { name: "watchdog".parse().unwrap(), matchers }
}

fn read(body: &str) -> Reading {
    let source = SourceSettings::new("prometheus");
    let rules = ReadingRules {
        format: &"alertmanager".parse::<fanfare_sources::FormatKind>().unwrap().without_mapping().unwrap(),
        unreadable: UnreadableRule::Alert,
        source: &source,
        heartbeats: &[watchdog()],
    };
    let reader = InletReader::new(&mut Registry::default());
    reader.read(body.as_bytes(), rules, &Hints::default(), "2026-03-08T12:00:00Z".parse().unwrap()).unwrap()
}

/// Prometheus' body with two alerts of these labels.
fn body(first: &str, status: &str) -> String {
    format!(
        r#"{{"status": "firing", "alerts": [
            {{"status": "{status}", "labels": {first}}},
            {{"status": "firing", "labels": {{"alertname": "Watchdog", "severity": "critical"}}}}]}}"#
    )
}

#[test]
fn an_alert_that_is_a_heartbeat_is_no_news_and_others_stay() {
    let reading = read(&body(r#"{"alertname": "Watchdog", "severity": "none"}"#, "firing"));
    assert_eq!(reading.heartbeats, ["watchdog".parse().unwrap()]);
    let severities: Vec<_> = reading.alerts.iter().map(|it| it.alert.severity).collect();
    assert_eq!(severities, [Severity::Urgent]);
}

#[test]
fn the_end_of_such_an_alert_is_no_heartbeat_and_no_news() {
    let reading = read(&body(r#"{"alertname": "Watchdog", "severity": "none"}"#, "resolved"));
    assert_eq!((reading.heartbeats.len(), reading.alerts.len()), (0, 1));
    let [NothingToDo { path, reason }] = &reading.nothing_to_do[..] else { panic!() };
    assert_eq!((path.as_str(), *reason), ("alerts[0]", "the end of a heartbeat is no alert"));
}

#[test]
fn an_alert_that_only_some_matchers_fit_is_an_alert() {
    let reading = read(&body(r#"{"alertname": "Other", "severity": "none"}"#, "firing"));
    assert_eq!((reading.heartbeats.len(), reading.alerts.len()), (0, 2));
}
