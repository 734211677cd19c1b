//! Bodies that report several alarms.

use super::*;

/// The paths of the alerts in `body`, each with what a person sees of it on one line.
fn read_all(body: &str) -> Vec<String> {
    let reading = try_read(body, &Hints::default()).unwrap();
    assert_eq!(reading.refused, [], "{body}");
    reading
        .alerts
        .iter()
        .map(|it| format!("{} {}: {}", it.path, it.alert.status, visible(&it.alert).replace('\n', " ")))
        .collect()
}

#[test]
fn a_list_under_any_usual_name_is_read_with_what_stands_beside_it() {
    for name in ["alarms", "alerts", "events", "list", "items", "data"] {
        let body = format!(
            r#"{{"deviceName": "Pump", "level": "high", "{name}": [
                {{"message": "hot"}}, {{"message": "dry", "deviceName": "Fan", "status": "cleared"}}]}}"#
        );
        let expected = [
            format!("{name}[0] firing: Device Alert Pump  hot"),
            format!("{name}[1] resolved: Device Alert Fan  dry"),
        ];
        assert_eq!(read_all(&body), expected);
    }
}

#[test]
fn a_list_in_an_envelope_is_read() {
    assert_eq!(
        read_all(r#"{"site": "North", "data": {"list": [{"msg": "hot"}, {"msg": "wet"}]}}"#),
        [
            "data.list[0] firing: Device Alert   hot site: North",
            "data.list[1] firing: Device Alert   wet site: North"
        ]
        .map(|it| it.replace("hot site", "hot  site").replace("wet site", "wet  site"))
    );
}

#[test]
fn the_webhook_of_a_monitoring_system_is_read() {
    let body = r#"{"status": "firing", "receiver": "fanfare", "alerts": [
        {"status": "firing", "labels": {"alertname": "HighLoad", "severity": "critical", "instance": "db-1"},
         "annotations": {"summary": "Load is 9.5"}, "startsAt": "2026-03-08T09:00:00Z", "endsAt": "0001-01-01T00:00:00Z"},
        {"status": "resolved", "labels": {"alertname": "HighLoad", "severity": "warning", "instance": "db-2"},
         "annotations": {"summary": "Load is 0.5"}}]}"#;
    let reading = try_read(body, &Hints::default()).unwrap();
    let told: Vec<_> = reading
        .alerts
        .iter()
        .map(|it| (it.alert.status, it.alert.severity, it.alert.title(), it.alert.text_of("alertname")))
        .collect();
    assert_eq!(
        told,
        [
            (Status::Firing, Severity::Urgent, "Load is 9.5", "HighLoad"),
            (Status::Resolved, Severity::Mid, "Load is 0.5", "HighLoad")
        ]
    );
    assert_ne!(reading.alerts[0].alert.incident_key(), reading.alerts[1].alert.incident_key());
}

#[test]
fn more_than_can_be_common_to_all_entries_is_refused() {
    let entries = vec![r#"{"msg": "hot"}"#; 20_000].join(",");
    let body = format!(r#"{{"note": "{}", "alarms": [{entries}]}}"#, "x".repeat(1000));
    let err = try_read(&body, &Hints::default()).unwrap_err();
    assert!(err.message.starts_with("too much stands beside a list"), "{err}");
}

#[test]
fn texts_in_a_list_of_alarms_are_alarms() {
    assert_eq!(
        read_all(r#"{"device": "Panel", "alarms": ["Room 3: fire", "Room 5: fire"]}"#),
        [
            "alarms[0] firing: Device Alert Panel  Room 3: fire",
            "alarms[1] firing: Device Alert Panel  Room 5: fire"
        ]
    );
}

#[test]
fn a_list_of_other_things_beside_an_alarm_is_no_list_of_alarms() {
    for body in [
        r#"{"message": "hot", "items": [{"t": 1}, {"t": 2}]}"#,
        r#"{"message": "hot", "data": [{"name": "t", "status": "normal"}]}"#,
        r#"{"message": "hot", "events": []}"#,
        r#"{"message": "hot", "list": [1, 2]}"#,
    ] {
        let alert = alert(body);
        assert_eq!((alert.status, alert.annotations.get("content")), (Status::Firing, Some("hot")), "{body}");
    }
}

#[test]
fn an_entry_that_cannot_be_read_costs_only_itself() {
    let reading = try_read(
        r#"{"alarms": [{"message": "a"}, 7, {"action": "clear"}, {"action": "no"}, {"message": "b"}]}"#,
        &Hints::default(),
    )
    .unwrap();
    let paths: Vec<&str> = reading.alerts.iter().map(|it| it.path.as_str()).collect();
    let refused: Vec<&str> = reading.refused.iter().map(|it| it.path.as_str()).collect();
    let nothing: Vec<&str> = reading.nothing_to_do.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(
        (paths, refused, nothing),
        (vec!["alarms[0]", "alarms[4]"], vec!["alarms[1]", "alarms[2]"], vec!["alarms[3]"])
    );
}

#[test]
fn the_device_of_an_entry_is_not_mixed_with_that_beside_the_list() {
    let reading = try_read(
        r#"{"device": {"eui": "AA", "name": "Gateway"}, "alarms": [{"eui": "BB", "message": "hot"}, {"message": "wet"}]}"#,
        &Hints::default(),
    )
    .unwrap();
    let devices: Vec<_> =
        reading.alerts.iter().map(|it| (it.alert.text_of("eui"), it.alert.text_of("device"))).collect();
    assert_eq!(devices, [("bb", ""), ("aa", "Gateway")]);
}
