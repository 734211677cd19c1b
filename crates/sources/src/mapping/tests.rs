use expect_test::expect;
use fanfare_core::{Kind, Severity, Status};

use super::*;
use crate::testing::{mapped, read_one, shown, try_read};
use crate::{Hints, ReadAlert};

/// A mapping with everything in it.
const FULL: &str = r"
each: $.problems[*]
alertname: $.trigger.name
status: { path: $.status, map: { PROBLEM: firing, OK: resolved } }
severity: { path: $.severity, map: { '5': urgent, '4': high }, default: low }
title: { template: '{{ trigger.name }} on {{ host }}' }
description: { path: $.site, in: body }
content: $.lines
starts_at: $.since
ends_at: $.until
url: $.link
labels: { host: $.host, id: $.id, site: { path: $.site, in: body }, kind: { value: pump } }
identity: [alertname, host]
";

#[test]
fn a_mapping_reads_what_it_names_and_keeps_the_rest() {
    let body = r#"{"site": "Harbour", "version": 2, "problems": [{"trigger": {"name": "Too hot", "id": 17},
        "status": "PROBLEM", "severity": 5, "host": "pump-1", "id": 12345678901234567, "lines": ["a", 1.50],
        "since": 1795776000000, "until": "2026-11-28T12:00:00Z", "link": "https://zabbix.example/1", "value": 41.20}]}"#;
    let ReadAlert { alert, path, unread, unknown_level } = read_one(&mapped(FULL), body);
    expect![[r#"
        alarm firing urgent, from 2026-11-27T10:40:00Z to 2026-11-28T12:00:00Z, https://zabbix.example/1
        labels
        alertname: Too hot
        host: pump-1
        id: 12345678901234567
        kind: pump
        site: Harbour
        annotations
        content: a, 1.50

        host: pump-1
        id: 12345678901234567
        kind: pump
        site: Harbour
        description: Harbour
        title: Too hot on pump-1
        extra
        site: Harbour
        trigger.id: 17
        value: 41.20
        version: 2
    "#]]
    .assert_eq(&shown(&alert));
    assert_eq!((path.as_str(), unread, unknown_level), ("problems[0]", vec![], None));
}

#[test]
fn identity_is_by_the_labels_that_the_mapping_names() {
    let of = |mapping: &str, id: u64, host: &str| {
        let body =
            format!(r#"{{"problems": [{{"trigger": {{"name": "x"}}, "host": "{host}", "id": {id}}}]}}"#);
        read_one(&mapped(mapping), &body).alert.fingerprint
    };
    assert_eq!(of(FULL, 1, "a"), of(FULL, 2, "a"));
    assert_ne!(of(FULL, 1, "a"), of(FULL, 1, "b"));
    let by_all = FULL.replace("identity: [alertname, host]", "");
    assert_ne!(of(&by_all, 1, "a"), of(&by_all, 2, "a"));
}

#[test]
fn the_severity_is_no_part_of_the_identity() {
    let of = |severity: &str| {
        let body = format!(r#"{{"name": "x", "severity": "{severity}"}}"#);
        read_one(&mapped("{ alertname: $.name, severity: $.severity }"), &body)
    };
    assert_eq!(of("low").alert.fingerprint, of("urgent").alert.fingerprint);
    let odd = of("sev-17");
    assert_eq!((odd.alert.severity, odd.unknown_level.as_deref()), (Severity::High, Some("sev-17")));
}

#[test]
fn a_credential_is_removed_and_still_tells_alerts_apart() {
    let of = |token: &str| {
        let body = format!(r#"{{"name": "x", "login": "https://u:{token}@host/", "token": "{token}"}}"#);
        read_one(&mapped("{ alertname: $.name, labels: { login: $.login } }"), &body).alert
    };
    let (a, b) = (of("hunter2-a"), of("hunter2-b"));
    assert!(!format!("{a:?}").contains("hunter2"), "{a:?}");
    assert_ne!(a.fingerprint, b.fingerprint);
    assert_eq!(a.fingerprint.to_bits(), b.fingerprint.to_bits());
}

#[test]
fn a_word_is_mapped_whatever_its_case_and_one_that_is_not_stays() {
    let format = mapped(
        "{ alertname: $.name, status: { path: $.s, map: { ALARM: firing, Gone: resolved, info: notice } } }",
    );
    let of = |word: &str| read_one(&format, &format!(r#"{{"name": "x", "s": "{word}"}}"#));
    assert_eq!(of("gone").alert.status, Status::Resolved);
    assert_eq!(of("recovered").alert.status, Status::Resolved);
    assert_eq!((of("INFO").alert.kind, of("INFO").alert.severity), (Kind::Notice, Severity::Low));
    let odd = of("strange");
    assert_eq!((odd.alert.status, odd.unread), (Status::Firing, vec!["s".to_owned()]));
}

#[test]
fn a_part_that_is_to_be_ignored_asks_for_nothing() {
    let format = mapped("{ alertname: $.name, status: { path: $.s, map: { up: ignore } } }");
    let reading = try_read(&format, r#"[{"s": "up"}, {"name": "x"}]"#).unwrap();
    assert_eq!((reading.alerts.len(), reading.nothing_to_do[0].path.as_str()), (1, "[0]"));
}

#[test]
fn a_time_of_an_alert_that_is_over_is_its_end() {
    let format = mapped("{ alertname: $.name, status: $.s, starts_at: $.t }");
    let read = read_one(&format, r#"{"name": "x", "s": "ok", "t": "2026-11-27T11:00:00Z"}"#);
    assert_eq!(read.alert.ends_at, Some("2026-11-27T11:00:00Z".parse().unwrap()));
    let odd = read_one(&format, r#"{"name": "x", "t": "soon"}"#);
    assert_eq!(odd.unread, ["t"]);
}

#[test]
fn a_template_that_lacks_a_field_costs_only_its_text() {
    let format =
        mapped("{ alertname: $.name, title: { template: '{{ name }} at {{ place }}', default: plainly } }");
    assert_eq!(read_one(&format, r#"{"name": "x", "place": "home"}"#).alert.title(), "x at home");
    assert_eq!(read_one(&format, r#"{"name": "x"}"#).alert.title(), "plainly");
    let bare = mapped("{ alertname: $.name, title: { template: '{{ name }} at {{ place }}' } }");
    let read = read_one(&bare, r#"{"name": "x"}"#);
    assert_eq!((read.alert.title(), read.unread), ("x", vec!["title".to_owned()]));
}

#[test]
fn one_part_without_a_name_costs_only_itself() {
    let reading =
        try_read(&mapped(FULL), r#"{"problems": [{"host": "a"}, {"trigger": {"name": "x"}}]}"#).unwrap();
    assert_eq!(reading.alerts.len(), 1);
    assert_eq!(
        reading.refused[0].to_string(),
        "problems[0]: found nothing at `$.trigger.name`, expected the name of the alert"
    );
}

#[test]
fn an_empty_list_asks_for_nothing_and_a_missing_one_is_refused() {
    let empty = try_read(&mapped(FULL), r#"{"problems": []}"#).unwrap();
    assert_eq!((empty.alerts.len(), empty.nothing_to_do.len()), (0, 1));
    let err = try_read(&mapped(FULL), r#"{"alerts": []}"#).unwrap_err();
    assert_eq!(
        err.to_string(),
        "$: found nothing at `$.problems[*]`, expected the parts that report an alert"
    );
}

#[test]
fn what_stands_beside_many_parts_is_kept_with_each_and_stays_small() {
    let body = format!(
        r#"{{"note": "{}", "site": "x", "problems": [{{"trigger": {{"name": "a"}}}}, {{"trigger": {{"name": "b"}}}}]}}"#,
        "n".repeat(3000)
    );
    let format = mapped("{ each: '$.problems[*]', alertname: $.trigger.name }");
    let reading = format
        .read(body.as_bytes(), &Hints::default(), &crate::testing::source(), crate::testing::now())
        .unwrap();
    for read in &reading.alerts {
        assert_eq!((read.alert.extra.get("site"), read.alert.extra.get("note")), (Some("x"), None));
    }
}

fn mistakes(mapping: &str) -> Vec<String> {
    let mapping: Mapping = serde_yaml::from_str(mapping).unwrap();
    mapping.mistakes().into_iter().map(|it| format!("{}: {}", it.path.join("."), it.message)).collect()
}

#[test]
fn mistakes_between_settings_are_named() {
    assert_eq!(mistakes(FULL), [""; 0]);
    assert_eq!(
        mistakes(
            "{ alertname: $.a, labels: { source: $.s, host: $.h }, identity: [hosts, alertname],
               status: { path: $.s, map: { a: on-fire }, default: firing }, severity: { value: shouting } }"
        ),
        [
            "labels.source: the name of the source is that label",
            "identity: `hosts` is no label of this mapping: expected some of alertname, host, source",
            "status.map.a: `on-fire` is not a status: expected firing, resolved, notice or ignore",
            "severity.value: `shouting` is not a severity: expected low, mid, high or urgent, or one of the usual words for them, e.g. warning or critical",
        ]
    );
    assert_eq!(mistakes("{ alertname: $.a, identity: [] }").len(), 1);
}

#[test]
fn a_mapping_that_cannot_be_read_is_refused() {
    for mapping in [
        "{ title: $.a }",
        "{ alertname: name }",
        "{ alertname: { path: $.a, value: b } }",
        "{ alertname: { template: '{{ a' } }",
        "{ alertname: { template: '{{ a }}', in: body } }",
        "{ alertname: $.a, colour: $.b }",
        "{ alertname: { path: $.a, paht: $.b } }",
    ] {
        assert!(serde_yaml::from_str::<Mapping>(mapping).is_err(), "{mapping}");
    }
}

fn problems(number: usize, field: &str) -> String {
    let item = |index| {
        format!(r#"{{"trigger": {{"name": "t{index}"}}, "host": "h{index}", "{field}": "w{index}", "n": 7}}"#)
    };
    format!(r#"{{"site": "x", "problems": [{}]}}"#, (0..number).map(item).collect::<Vec<_>>().join(","))
}

fn steps(mapping: &str, body: &str) -> u64 {
    let (mapping, work): (Mapping, _) = (serde_yaml::from_str(mapping).unwrap(), WorkBudget::default());
    let reading = mapping.read_within(
        &work,
        &Json::parse(body.as_bytes()).unwrap(),
        &crate::testing::source(),
        crate::testing::now(),
    );
    assert!(reading.is_ok_and(|it| it.refused.is_empty()));
    work.steps()
}

#[test]
fn four_times_the_alerts_take_four_times_the_steps_with_and_without_credentials() {
    for field in ["more", "password"] {
        let (few, many) = (steps(FULL, &problems(200, field)), steps(FULL, &problems(800, field)));
        assert!(few > 200 && many <= 4 * few, "{field}: {few} and {many} steps");
    }
}

#[test]
fn a_body_of_as_many_alerts_as_may_be_is_read_and_a_larger_one_is_refused() {
    let format = mapped("{ each: '$.problems[*]', alertname: $.trigger.name, labels: { device: $.host } }");
    assert_eq!(try_read(&format, &problems(10_000, "password")).unwrap().alerts.len(), 10_000);
    let err = try_read(&format, &problems(10_001, "more")).unwrap_err();
    assert!(err.to_string().contains("expected at most 10000"), "{err}");
}

#[test]
fn a_body_that_causes_too_much_work_is_refused_with_the_bound() {
    let body = Json::parse(problems(1500, "more").as_bytes()).unwrap();
    for mapping in [
        "{ each: '$.problems[*]', alertname: { path: '$..name', in: body } }",
        "{ each: '$.problems[*]', alertname: { path: '$.problems[*].host', in: body } }",
        "{ each: '$.problems[*]', alertname: { template: '{{ body.problems | length }}{% for it in body.problems %}{{ it.host }}{% endfor %}', default: x } }",
        "{ each: '$.problems[?$..trigger]', alertname: $.host }",
        "{ each: '$..*', alertname: { path: '$..host', default: x } }",
    ] {
        let (parsed, work): (Mapping, _) = (serde_yaml::from_str(mapping).unwrap(), WorkBudget::default());
        // The rest would take a debug build half a minute.
        work.spend(MAX_STEPS - 50_000).unwrap();
        let reading = parsed.read_within(&work, &body, &crate::testing::source(), crate::testing::now());
        let err = reading.unwrap_err().to_string();
        assert!(err.contains("3000000 steps"), "{mapping}: {err}");
    }
    let long_name = format!(r#"{{"{}": [{}1]}}"#, "n".repeat(300_000), "1,".repeat(9000));
    assert!(try_read(&mapped("{ each: '$..*', alertname: { value: x } }"), &long_name).is_err());
}

#[test]
fn alerts_without_the_labels_of_their_identity_stay_apart() {
    let of = |mapping: &str, body: &str| read_one(&mapped(mapping), body).alert.fingerprint;
    let by_labels = "{ alertname: $.name, labels: { host: $.host, area: $.area }, identity: [host] }";
    assert_ne!(of(by_labels, r#"{"name": "x"}"#), of(by_labels, r#"{"name": "y"}"#));
    assert_ne!(
        of(by_labels, r#"{"name": "x", "area": "1"}"#),
        of(by_labels, r#"{"name": "x", "area": "2"}"#)
    );
    assert_eq!(
        of(by_labels, r#"{"name": "x", "host": "a"}"#),
        of(by_labels, r#"{"name": "y", "host": "a"}"#)
    );
    let by_texts = "{ alertname: { path: $.name, default: x }, title: $.t, labels: { host: $.host } }";
    assert_ne!(of(by_texts, r#"{"t": "a"}"#), of(by_texts, r#"{"t": "b"}"#));
    assert_eq!(of(by_texts, r#"{"t": "a", "host": "h"}"#), of(by_texts, r#"{"t": "b", "host": "h"}"#));
    let partly = "{ alertname: $.name, labels: { host: $.host, area: { path: $.area, default: none } }, identity: [alertname, area] }";
    assert_eq!(of(partly, r#"{"name": "x", "host": "a"}"#), of(partly, r#"{"name": "x", "host": "b"}"#));
    let needed = partly.replace("{ path: $.area, default: none }", "$.area");
    assert_ne!(of(&needed, r#"{"name": "x", "host": "a"}"#), of(&needed, r#"{"name": "x", "host": "b"}"#));
    // Nothing of the body was to tell them apart.
    let fixed = "{ alertname: { value: backup }, labels: { host: $.host }, identity: [alertname] }";
    assert_eq!(of(fixed, r#"{"host": "a"}"#), of(fixed, r#"{"host": "b"}"#));
    let constant = "{ alertname: { value: backup }, title: $.t }";
    assert_eq!(of(constant, r#"{"t": "a"}"#), of(constant, r#"{"t": "b"}"#));
}

#[test]
fn a_macro_that_was_not_expanded_is_missing() {
    let mapping = "{ alertname: $.name, title: { template: '{{ name }}{% if host is defined %} - {{ host }}{% endif %}' },
                     labels: { host: { path: $.host, default: none }, id: $.id }, identity: [id] }";
    let of = |name: &str| {
        let body = format!(r#"{{"name": "{name}", "host": "{{HOST.NAME}}", "id": "{{TRIGGER.ID}}"}}"#);
        read_one(&mapped(mapping), &body).alert
    };
    let (a, b) = (of("a"), of("b"));
    assert_eq!((a.text_of("host"), a.labels.get("id"), a.title()), ("none", None, "a"));
    assert_eq!(a.extra.get("id"), Some("{TRIGGER.ID}"));
    assert_ne!(a.fingerprint, b.fingerprint);
    assert_eq!(of("{EVENT.NAME}").text_of("alertname"), "{EVENT.NAME}");
}

#[test]
fn a_stated_address_and_a_stated_time_must_be_one() {
    let mapping =
        "{ alertname: $.a, url: { value: 'www.example.com' }, starts_at: { path: $.t, default: soon },
                     ends_at: { path: $.e, map: { '0': '' }, default: '2026-11-27 08:30:00' } }";
    let mapping: Mapping = serde_yaml::from_str(mapping).unwrap();
    let paths: Vec<String> = mapping.mistakes().iter().map(|it| it.path.join(".")).collect();
    assert_eq!(paths, ["url.value", "starts_at.default"]);
}
