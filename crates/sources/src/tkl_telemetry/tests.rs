use crate::{Format, FormatKind};

use super::*;

fn format() -> Format {
    "tkl-telemetry".parse::<FormatKind>().unwrap().without_mapping().unwrap()
}

fn read_with(body: &str, eui: Option<&str>) -> Result<Reading, Unreadable> {
    let hints = Hints { eui: eui.map(str::to_owned), ..Hints::default() };
    let now = "2026-03-08T12:00:00Z".parse().unwrap();
    format().read(body.as_bytes(), &hints, &SourceSettings::new("thinklink"), now)
}

#[track_caller]
fn check(body: &str, eui: Option<&str>, expected: &[&str]) {
    let reading = read_with(body, eui).unwrap();
    let names: Vec<_> = reading.heartbeats.iter().map(HeartbeatName::as_str).collect();
    assert_eq!((names.as_slice(), reading.alerts.len()), (expected, 0));
}

#[track_caller]
fn check_refused(body: &str, eui: Option<&str>, expected: &str) {
    assert_eq!(read_with(body, eui).unwrap_err().to_string(), expected);
}

/// The form of a device's telemetry in ThinkLink's broker, as `thinklink-facts.md` §5.2 has it.
const TELEMETRY: &str = r#"{ "eui": "6353012AF10A9331", "active_time": "2026-02-05T08:35:48.000Z",
    "thingModelId": "71719731542888453", "thingModelIdName": "zenner_21121",
    "telemetry_data": { "snr": 13.5, "rssi": -51, "battery": 3.37, "update_time": 1770280548000 } }"#;

#[test]
fn telemetry_is_a_heartbeat_of_its_device_and_no_alert() {
    check(TELEMETRY, None, &["6353012af10a9331"]);
    check(TELEMETRY, Some("ffffffffffffffff"), &["6353012af10a9331"]);
    check(r#"{"device": {"eui": "63:53:01:2a:f1:0a:93:31"}, "telemetry": {}}"#, None, &["6353012af10a9331"]);
    check(r#"{"telemetry_data": {"battery": 3.3}}"#, Some("6353012AF10A9331"), &["6353012af10a9331"]);
    check(r#"{"eui": "pump-3"}"#, None, &["pump-3"]);
}

#[test]
fn of_a_list_each_device_is_heard_and_an_entry_without_one_costs_only_itself() {
    let body = r#"[{"eui": "A1"}, {"telemetry_data": {}}, 7, {"eui": "a2"}]"#;
    check(body, Some("ffffffffffffffff"), &["a1", "a2"]);
    assert_eq!(read_with("[]", None).unwrap().nothing_to_do[0].reason, "the list of devices is empty");
    let refused = read_with(body, None).unwrap().refused;
    let expected =
        ["[1]: found no `eui`", "[2]: found a number, expected the telemetry of a device: an object"];
    assert_eq!(refused.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
}

#[test]
fn what_is_about_no_device_is_refused() {
    check_refused("{}", None, "$: found no `eui`");
    check_refused(r#"{"eui": ""}"#, None, "$: found no `eui`");
    check_refused(r#"{"eui": {"a": 1}}"#, None, "$: found no `eui`");
    check_refused(r#"{"eui": "a/b"}"#, None, "$: found no name of a device in `eui`");
    check_refused("[{}]", None, "[0]: found no `eui`");
    check_refused("7", None, "$: found a number, expected the telemetry of a device: an object");
    assert_eq!(read_with("{", None).unwrap_err().fault, BodyFault::Malformed);
}
