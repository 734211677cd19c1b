use expect_test::expect;
use fanfare_core::{Kind, Severity, Status};

use super::*;
use crate::ReadAlert;
use crate::testing::{lines, now, read_one, shipped, shown, try_read};

/// A body of Alertmanager 0.25's webhook for two alerts of one group, of which one has resolved.
const GROUP: &str = include_str!("group.json");

fn read_body(body: &str) -> Reading {
    try_read(&shipped("alertmanager").unwrap(), body).unwrap()
}

fn only(body: &str) -> ReadAlert {
    read_one(&shipped("alertmanager").unwrap(), body)
}

fn refusal(body: &str) -> String {
    try_read(&shipped("alertmanager").unwrap(), body).unwrap_err().to_string()
}

#[test]
fn a_group_is_its_alerts() {
    let reading = read_body(GROUP);
    assert_eq!((reading.alerts.len(), reading.refused.len()), (2, 0));
    expect![[r#"
        alarm firing urgent, from 2026-11-27T11:52:11.531Z to -, http://prometheus.example:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1
        labels
        alertname: InstanceDown
        instance: 10.0.0.7:9100
        job: node
        severity: critical
        annotations
        content: instance: 10.0.0.7:9100
        job: node
        runbook_url: https://runbooks.example/InstanceDown
        description: 10.0.0.7:9100 of job node has been down for more than 5 minutes.
        runbook_url: https://runbooks.example/InstanceDown
        title: Instance 10.0.0.7:9100 down
        extra
        externalURL: http://am.example:9093
        fingerprint: 0b1c2d3e4f5a6b7c
        groupKey: {}:{alertname="InstanceDown"}
        receiver: fanfare
    "#]]
    .assert_eq(&shown(&reading.alerts[0].alert));
    let ended = &reading.alerts[1];
    assert_eq!((ended.path.as_str(), ended.alert.status), ("alerts[1]", Status::Resolved));
    assert_eq!(ended.alert.ends_at, Some("2026-11-27T11:58:20.000Z".parse().unwrap()));
}

/// Vectors that Alertmanager itself computed.
#[test]
fn the_fingerprint_is_prometheus_own() {
    let of = |labels: &str| only(&format!(r#"[{{"labels": {labels}}}]"#)).alert.fingerprint.to_string();
    assert_eq!(of(r#"{"a": "b", "alertname": "x"}"#), "c5688262826c92f9");
    assert_eq!(of(r#"{"alertname": "good"}"#), "fff7f30401697f7b");
    assert_eq!(of(r#"{"alertname": "good", "empty": ""}"#), "fff7f30401697f7b");
}

#[test]
fn labels_match_as_they_were_sent() {
    let body = r#"[{"labels": {"alertname": "x", "severity": "Critical", "secret": "tls-cert", "webhook": "validate"}}]"#;
    let ReadAlert { alert, .. } = only(body);
    assert_eq!((alert.text_of("severity"), alert.severity), ("Critical", Severity::Urgent));
    assert_eq!((alert.text_of("secret"), alert.text_of("webhook")), ("tls-cert", "validate"));
}

#[test]
fn a_label_that_is_called_like_a_credential_keeps_the_name_of_a_thing() {
    let things = [
        ("secret_name", "tls-cert-2027"),
        ("token_bucket", "api-10rps"),
        ("cookie_domain", "shop.example"),
        ("password_policy", "strict"),
    ];
    let labels: Vec<String> = things.iter().map(|(name, text)| format!(r#""{name}": "{text}""#)).collect();
    let alert = only(&format!(r#"[{{"labels": {{"alertname": "x", {}}}}}]"#, labels.join(", "))).alert;
    for (name, text) in things {
        assert_eq!(alert.text_of(name), text);
    }
    let body = r#"[{"labels": {"alertname": "x", "api_token": "swordfish", "secret_name": "Zm9vYmFyQmF6MTIzNDU2",
                    "webhook": "https://oapi.example/robot/send?access_token=k7"}}]"#;
    let shown = format!("{:?}", only(body).alert);
    assert!(["swordfish", "Zm9v", "k7"].iter().all(|it| !shown.contains(it)), "{shown}");
}

#[test]
fn a_severity_that_no_table_has_is_named() {
    let read = only(r#"[{"labels": {"alertname": "x", "severity": "sev-17"}}]"#);
    assert_eq!((read.alert.severity, read.unknown_level.as_deref()), (Severity::High, Some("sev-17")));
    let none = only(r#"[{"labels": {"alertname": "x"}}]"#);
    assert_eq!((none.alert.severity, none.unknown_level), (Severity::Mid, None));
}

#[test]
fn a_credential_in_a_label_is_removed_and_still_tells_alerts_apart() {
    let of = |secret: &str| {
        only(&format!(r#"[{{"labels": {{"alertname": "x", "password": "{secret}"}}}}]"#)).alert
    };
    let (a, b) = (of("hunter2-a"), of("hunter2-b"));
    assert!(!format!("{a:?}").contains("hunter2"), "{a:?}");
    assert_ne!(a.fingerprint, b.fingerprint);
    assert_eq!(a.fingerprint.to_bits(), b.fingerprint.to_bits());
}

#[track_caller]
fn check_times(times: &str, status: Status, starts_at: &str, ends_at: Option<&str>) {
    let ReadAlert { alert, unread, .. } = only(&format!(r#"[{{"labels": {{"alertname": "x"}}, {times}}}]"#));
    let end = ends_at.map(|it| it.parse().unwrap());
    assert_eq!((alert.status, alert.starts_at, alert.ends_at), (status, starts_at.parse().unwrap(), end));
    assert_eq!(unread, Vec::<String>::new());
}

#[test]
fn the_end_says_whether_an_alert_is_over_and_a_status_says_so_first() {
    const NOW: &str = "2026-11-27T12:00:00Z";
    const START: &str = r#""startsAt": "2024-02-01T00:00:00Z""#;
    let with = |rest: &str| format!("{START}, {rest}");
    // Without an end an alert is over five minutes later, Alertmanager's `resolve_timeout`.
    const TIMEOUT: &str = "2026-11-27T12:05:00Z";
    check_times(START, Status::Firing, "2024-02-01T00:00:00Z", Some(TIMEOUT));
    check_times(r#""startsAt": "", "endsAt": "0001-01-01T00:00:00Z""#, Status::Firing, NOW, Some(TIMEOUT));
    check_times(
        &with(r#""endsAt": "2026-11-27T12:04:00.5+00:00""#),
        Status::Firing,
        "2024-02-01T00:00:00Z",
        Some("2026-11-27T12:04:00.5Z"),
    );
    check_times(
        &with(r#""endsAt": "2026-11-27T12:00:00Z""#),
        Status::Resolved,
        "2024-02-01T00:00:00Z",
        Some(NOW),
    );
    check_times(
        r#""endsAt": "2026-11-27T11:00:00Z""#,
        Status::Resolved,
        "2026-11-27T11:00:00Z",
        Some("2026-11-27T11:00:00Z"),
    );
    check_times(&with(r#""status": "resolved""#), Status::Resolved, "2024-02-01T00:00:00Z", Some(NOW));
    check_times(
        &with(r#""status": "firing", "endsAt": "2026-11-27T11:00:00Z""#),
        Status::Firing,
        "2024-02-01T00:00:00Z",
        Some(TIMEOUT),
    );
    // As the API answers what it holds.
    check_times(
        &with(r#""status": {"state": "suppressed"}"#),
        Status::Firing,
        "2024-02-01T00:00:00Z",
        Some(TIMEOUT),
    );
}

#[test]
fn what_is_not_understood_is_kept_and_named() {
    let body = r#"[{"labels": {"alertname": "x"}, "status": "broken", "startsAt": "yesterday", "generatorURL": "none",
                    "annotations": {"summary": "s", "n": 5, "deep": {"a": 1}}, "more": {"b": [1, 2]}}]"#;
    let ReadAlert { alert, unread, .. } = only(body);
    assert_eq!(unread, ["status", "startsAt", "annotations.deep"]);
    assert_eq!(
        lines(&alert.extra),
        "annotations.deep.a: 1\ngeneratorURL: none\nmore.b: 1, 2\nstartsAt: yesterday\nstatus: broken\n"
    );
    assert_eq!(lines(&alert.annotations), "content: n: 5\nn: 5\ntitle: s\n");
}

#[test]
fn an_alert_without_a_name_is_titled_by_its_labels() {
    assert_eq!(
        only(r#"{"labels": {"job": "a", "instance": "b"}}"#).alert.title(),
        r#"{instance="b", job="a"}"#
    );
}

#[test]
fn one_bad_alert_costs_only_itself() {
    let reading = read_body(
        r#"[{"labels": {"alertname": "good"}}, {"labels": {}}, {"labels": {"": "x"}}, {"labels": {"n": 1}}, 5, {},
            {"labels": {"alertname": "x"}, "startsAt": "2026-11-27T11:00:00Z", "endsAt": "2026-11-27T10:00:00Z"}]"#,
    );
    let refused: Vec<String> = reading.refused.iter().map(ToString::to_string).collect();
    assert_eq!(reading.alerts.len(), 1);
    assert_eq!(
        refused,
        [
            "[1].labels: at least one label pair is required, and empty ones do not count",
            "[2].labels: a label has no name",
            "[3].labels.n: found a number, expected a text: put quotes around it",
            "[4]: found a number, expected an alert: an object",
            "[5].labels: at least one label pair is required",
            "[6]: `startsAt` must not be after `endsAt`",
        ]
    );
}

#[test]
fn a_body_that_holds_no_alert_is_refused_or_asks_for_nothing() {
    assert_eq!(
        refusal(r#"[{"labels": {}}]"#),
        "[0].labels: at least one label pair is required, and empty ones do not count"
    );
    assert_eq!(refusal(r#"{"alerts": 5}"#), "alerts: found a number, expected a list of alerts");
    assert!(refusal("{}").contains("an object without `alerts`"));
    assert_eq!(refusal("null"), "$: found null, expected a list of alerts");
    for body in ["[]", r#"{"version": "4", "alerts": []}"#] {
        let reading = read_body(body);
        assert_eq!((reading.alerts.len(), reading.nothing_to_do.len()), (0, 1));
    }
}

#[test]
fn people_hear_of_the_alerts_that_were_left_out() {
    let reading = read_body(&GROUP.replace(r#""truncatedAlerts": 0"#, r#""truncatedAlerts": 7"#));
    assert_eq!(reading.alerts.len(), 3);
    let notice = &reading.alerts[2].alert;
    assert_eq!((notice.kind, notice.severity), (Kind::Notice, Severity::Urgent));
    assert_eq!(notice.title(), "7 more alerts of this group were left out by the sender");
    assert_eq!(notice.text_of("alertname"), "InstanceDown", "it takes the route of the others");
    assert_eq!(notice.generator_url.as_deref(), Some("http://am.example:9093"));
    assert!(reading.alerts.iter().take(2).all(|it| it.alert.fingerprint != notice.fingerprint));
}

#[test]
fn labels_that_the_source_fixes_replace_what_was_sent() {
    let mut source = crate::testing::source();
    source.labels.set("cluster", "north");
    let body =
        br#"[{"labels": {"alertname": "good", "cluster": "theirs"}}, {"labels": {"alertname": "good"}}]"#;
    let reading = read(body, &Hints::default(), &source, now()).unwrap();
    assert!(reading.alerts.iter().all(|it| it.alert.text_of("cluster") == "north"));
    assert_eq!(reading.alerts[1].alert.fingerprint.to_string(), "fff7f30401697f7b", "as it was sent");
    assert_ne!(reading.alerts[0].alert.fingerprint, reading.alerts[1].alert.fingerprint);
}

#[test]
fn only_what_is_posted_again_and_again_is_over_by_itself() {
    let ends = |body: &str, resolve_after: Option<Duration>| {
        let source = SourceSettings { resolve_after, ..SourceSettings::new("prometheus") };
        let format = "alertmanager".parse::<crate::FormatKind>().unwrap().without_mapping().unwrap();
        let now = "2026-11-27T12:00:00Z".parse::<Timestamp>().unwrap();
        let reading = format.read(body.as_bytes(), &Hints::default(), &source, now).unwrap();
        reading.alerts[0].alert.ends_at.map(|end| end.duration_since(now).as_secs())
    };
    let webhook =
        r#"{"alerts": [{"status": "firing", "labels": {"a": "1"}, "endsAt": "0001-01-01T00:00:00Z"}]}"#;
    let list = r#"[{"labels": {"a": "1"}}]"#;
    let with_end = r#"[{"labels": {"a": "1"}, "endsAt": "2026-11-27T12:04:00Z"}]"#;
    let over = r#"[{"labels": {"a": "1"}, "endsAt": "2026-11-27T11:59:00Z"}]"#;
    for (body, by_itself, set) in [
        (webhook, None, Some(3600)),
        (list, Some(300), Some(3600)),
        (with_end, Some(240), Some(240)),
        (over, Some(-60), Some(-60)),
    ] {
        assert_eq!(ends(body, None), by_itself, "{body}");
        assert_eq!(ends(body, Some(Duration::from_secs(3600))), set, "{body}");
    }
}
