//! Bodies derived from the documented shapes.

use super::*;

#[track_caller]
fn check_names(body: &str, alarm: &str, device: Option<&str>) {
    let alert = alert(body);
    assert_eq!((alert.labels.get("alertname"), alert.labels.get("device")), (Some(alarm), device), "{body}");
}

#[test]
fn a_name_is_the_alarms_in_the_alarm_rpcs_shape_and_the_devices_elsewhere() {
    check_names(r#"{"eui": "e", "name": "Pump", "content": "hot"}"#, "Device Alert", Some("Pump"));
    check_names(r#"{"_eui": "e", "name": "hot", "level": "high"}"#, "hot", None);
    check_names(r#"{"eui": "e", "name": "hot", "action": "new"}"#, "hot", None);
    check_names(
        r#"{"device": {"eui": "e", "name": "Pump"}, "name": "hot", "title": "t"}"#,
        "hot",
        Some("Pump"),
    );
    check_names(r#"{"eui": "e", "name": "Pump", "alarm_name": "hot"}"#, "hot", Some("Pump"));
    check_names(r#"{"eui": "e", "name": "Pump", "params": {"id": "hot"}}"#, "hot", Some("Pump"));
    check_names(r#"{"eui": "e", "type": "alarm", "id": "hot", "name": "Pump"}"#, "hot", Some("Pump"));
}

#[test]
fn a_device_or_alarm_may_be_just_a_name() {
    check_names(r#"{"eui": "e", "device": "Pump", "alarm": "hot"}"#, "hot", Some("Pump"));
}

#[test]
fn an_envelopes_number_is_not_the_alarms_name() {
    check_names(
        r#"{"jsonrpc": "2.0", "id": "7", "params": {"_eui": "e", "desc": "x"}}"#,
        "Device Alert",
        None,
    );
}

#[track_caller]
fn check_eui(body: &str, expected: Option<&str>) {
    assert_eq!(alert(body).labels.get("eui"), expected, "{body}");
}

#[test]
fn the_device_is_found_under_every_spelling_and_in_lower_case() {
    for body in [
        r#"{"desc": "x", "eui": " AB12 "}"#,
        r#"{"desc": "x", "_eui": "AB12"}"#,
        r#"{"desc": "x", "target": "AB12"}"#,
        r#"{"desc": "x", "device": {"eui": "AB12"}}"#,
        r#"{"desc": "x", "params": {"_eui": "AB12"}}"#,
        r#"{"desc": "x", "target": "behind", "device": {"eui": "AB12"}}"#,
    ] {
        check_eui(body, Some("ab12"));
    }
    check_eui(r#"{"desc": "x", "eui": 45616600866361349}"#, Some("45616600866361349"));
    check_eui(r#"{"desc": "x", "eui": null}"#, None);
}

#[test]
fn a_device_named_twice_is_kept_once_and_a_second_device_is_kept() {
    let same = alert(r#"{"desc": "x", "_eui": "AB", "target": "ab", "device": {"eui": "Ab"}}"#);
    assert!(same.extra.is_empty());
    let other = alert(r#"{"desc": "x", "_eui": "AB", "target": "CD"}"#);
    assert_eq!(other.extra, labels(&[("target", "CD")]));
}

#[track_caller]
fn check_severity(level: &str, severity: Severity, sent: Option<&str>) {
    let alert = alert(&format!(r#"{{"eui": "e", "desc": "x", "level": {level}}}"#));
    assert_eq!((alert.severity, alert.severity_sent.as_deref()), (severity, sent));
    assert_eq!(alert.text_of("severity"), severity.word());
}

#[test]
fn a_level_is_understood_in_any_case_and_misspelt() {
    check_severity(r#""URGENT""#, Severity::Urgent, Some("URGENT"));
    check_severity(r#"" Low ""#, Severity::Low, Some("Low"));
    check_severity(r#""hight""#, Severity::High, Some("hight"));
}

#[test]
fn a_missing_level_counts_as_mid_and_an_unknown_one_as_its_source_says() {
    check_severity(r#""spicy""#, Severity::High, Some("spicy"));
    check_severity("3", Severity::High, Some("3"));
    check_severity("null", Severity::Mid, None);
    check_severity(r#""""#, Severity::Mid, None);
}

#[track_caller]
fn check_status(body: &str, kind: Kind, status: Status) {
    let alert = alert(body);
    assert_eq!((alert.kind, alert.status), (kind, status), "{body}");
}

#[test]
fn an_action_is_understood_in_any_case() {
    check_status(r#"{"_eui": "e", "name": "n", "action": "NEW"}"#, Kind::Alarm, Status::Firing);
    check_status(r#"{"_eui": "e", "name": "n", "action": "Clear"}"#, Kind::Alarm, Status::Resolved);
    check_status(r#"{"eui": "e", "id": "n", "type": "clear"}"#, Kind::Alarm, Status::Resolved);
    check_status(
        r#"{"eui": "e", "dnMsg": {"action": "clear", "data": {"alarm_name": "n"}}}"#,
        Kind::Alarm,
        Status::Resolved,
    );
}

#[test]
fn an_unknown_action_raises_an_alarm() {
    let alert = alert(r#"{"_eui": "e", "name": "n", "action": "update"}"#);
    assert_eq!((alert.status, alert.extra.get("action")), (Status::Firing, Some("update")));
}

#[test]
fn a_notice_never_resolves() {
    check_status(
        r#"{"type": "notify", "params": {"title": "t"}, "action": "clear"}"#,
        Kind::Notice,
        Status::Firing,
    );
}

#[test]
fn an_action_of_no_asks_for_nothing_and_is_no_fault() {
    let nothing = |path: &str| NothingToDo {
        path: path.to_owned(),
        reason: "`action` is `no`, which asks for nothing",
    };
    let reading = try_read(r#"{"_eui": "e", "action": "No", "name": "n"}"#, &Hints::default()).unwrap();
    assert_eq!(reading, Reading { nothing_to_do: vec![nothing("$")], ..Reading::default() });

    let reading = try_read(r#"[{"desc": "x"}, {"action": "no"}]"#, &Hints::default()).unwrap();
    assert_eq!((reading.alerts.len(), reading.nothing_to_do), (1, vec![nothing("[1]")]));
}

#[test]
fn an_empty_list_is_no_alert() {
    for body in ["[]", " [ ] ", "[\n]"] {
        let err = try_read(body, &Hints::default()).unwrap_err();
        assert_eq!((err.fault, err.path.as_str()), (BodyFault::NotAnAlert, "$"), "{body}: {err}");
    }
}

#[track_caller]
fn check_groups(field: &str, expected: Option<&str>) {
    let alert = alert(&format!(r#"{{"eui": "e", "desc": "x", {field}}}"#));
    assert_eq!(alert.extra.get("notice_groups"), expected, "{field}");
}

#[test]
fn groups_are_read_in_every_form() {
    check_groups(r#""notice_groups": ["a", "b", "a"]"#, Some("a, b"));
    check_groups(r#""group": {"notify": ["a", "b"]}"#, Some("a, b"));
    check_groups(r#""params": {"group": {"notify": "a"}}"#, Some("a"));
    check_groups(r#""notify": ["a"]"#, Some("a"));
    check_groups(r#""group": "a""#, Some("a"));
    check_groups(r#""group": true"#, None);
    check_groups(r#""group": []"#, None);
    check_groups(r#""notice_groups": ["a"], "group": ["b"]"#, Some("a, b"));
}

#[test]
fn mentions_are_read_in_every_form() {
    let check = |field: &str, mobiles: &[&str], all: bool| {
        let alert = alert(&format!(r#"{{"eui": "e", "desc": "x", {field}}}"#));
        assert_eq!(
            (alert.mention.mobiles, alert.mention.all),
            (mobiles.iter().map(|it| (*it).to_owned()).collect(), all)
        );
    };
    check(r#""at_mobiles": ["138", 139], "at_all": true"#, &["138", "139"], true);
    check(r#""at_mobiles": "138, 139", "at_all": "TRUE""#, &["138", "139"], true);
    check(r#""at_mobiles": 13800000000, "at_all": 0"#, &["13800000000"], false);
    check(r#""mention": {"mobiles": ["138"], "all": 1}"#, &["138"], true);
    check(r#""params": {"at_mobiles": ["138"]}"#, &["138"], false);
    let users = alert(r#"{"desc": "x", "mention": {"user_ids": ["wu", "li"]}}"#).mention.user_ids;
    assert_eq!(users, ["wu", "li"]);
}

#[test]
fn an_unreadable_mention_does_not_refuse_the_alert() {
    let alert = alert(r#"{"eui": "e", "desc": "x", "at_mobiles": {"a": {"b": 138}}, "at_all": "perhaps"}"#);
    assert!(alert.mention.is_empty());
    assert_eq!(alert.extra, labels(&[("at_mobiles.a.b", "138"), ("at_all", "perhaps")]));
}

#[test]
fn an_implausible_time_is_kept_in_the_rest_of_the_body() {
    let alert = alert(r#"{"eui": "e", "desc": "x", "time": "1970-01-01T00:00:09Z"}"#);
    assert_eq!(alert.starts_at, NOW.parse().unwrap());
    assert_eq!(alert.extra.get("time"), Some("1970-01-01T00:00:09Z"));
}

#[test]
fn a_number_or_list_as_text_is_read_as_text() {
    let alert = alert(r#"{"eui": "e", "title": 7, "desc": -9.40, "content": ["a", 1, null]}"#);
    assert_eq!(alert.annotations, labels(&[("title", "7"), ("description", "-9.40"), ("content", "a, 1")]));
}

#[test]
fn an_alarm_without_a_readable_text_shows_what_else_was_sent() {
    let alert = alert(r#"{"_eui": "e", "name": "hot", "desc": {"t": 41.20}}"#);
    assert_eq!(alert.annotations, labels(&[("content", "desc.t: 41.20")]));
    assert_eq!(alert.extra, labels(&[("desc.t", "41.20")]));
}

#[test]
fn an_alert_without_device_is_accepted() {
    let alert = alert(r#"{"content": "smoke"}"#);
    assert_eq!(
        alert.all_labels(),
        labels(&[("alertname", "Device Alert"), ("severity", "mid"), ("source", "thinklink")])
    );
}

#[test]
fn hints_fill_gaps_and_override_nothing() {
    let given = hints(&[("eui", "EE"), ("name", "Hinted"), ("alarm", "hinted"), ("level", "LOW")]);
    let filled = alert_with(r#"{"content": "x"}"#, &given);
    let expected = [("alertname", "hinted"), ("eui", "ee"), ("device", "Hinted"), ("severity", "low")];
    assert_eq!(filled.all_labels(), labels(&[&expected[..], &[("source", "thinklink")]].concat()));

    let kept = alert_with(
        r#"{"eui": "b", "device": "Body", "alarm": "body", "level": "urgent", "desc": "x"}"#,
        &given,
    );
    let expected = [("alertname", "body"), ("eui", "b"), ("device", "Body"), ("severity", "urgent")];
    assert_eq!(kept.all_labels(), labels(&[&expected[..], &[("source", "thinklink")]].concat()));
}

#[test]
fn no_body_overrides_the_labels_of_its_source() {
    let fixed = labels(&[("site", "north"), ("eui", "FIXED")]);
    let source = SourceSettings { labels: fixed, ..source() };
    let body = br#"{"eui": "b", "site": "south", "source": "me", "desc": "x"}"#;
    let reading = read(body, &hints(&[("eui", "h")]), &source, NOW.parse().unwrap()).unwrap();
    let alert = &reading.alerts[0].alert;
    assert_eq!(alert.text_of("site"), "north");
    assert_eq!(alert.text_of("source"), "thinklink");
    assert_eq!(alert.text_of("eui"), "fixed");
}

#[test]
fn a_number_is_kept_to_the_digit() {
    let alert =
        alert(r#"{"desc": "x", "a": 45616600866361349, "b": {"c": [123456789012345678901234567890, 1.10]}}"#);
    assert_eq!(
        alert.extra,
        labels(&[("a", "45616600866361349"), ("b.c", "123456789012345678901234567890, 1.10")])
    );
}

#[test]
fn a_name_is_one_line() {
    check_names("{\"_eui\": \"e\", \"name\": \"hot\\r\\nBcc: all\"}", "hot Bcc: all", None);
}
