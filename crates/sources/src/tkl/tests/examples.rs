//! The bodies in `examples/tkl`, as the documents show or suggest them.

use super::*;

const B01: &str = include_str!("../../../../../examples/tkl/b01-chat-note.json");
const B02: &str = include_str!("../../../../../examples/tkl/b02-plain-text.json");
const B03: &str = include_str!("../../../../../examples/tkl/b03-alarm-rpc-new.json");
const B04: &str = include_str!("../../../../../examples/tkl/b04-alarm-rpc-clear.json");
const B05: &str = include_str!("../../../../../examples/tkl/b05-notification-group.json");
const B06: &str = include_str!("../../../../../examples/tkl/b06-notification-group-clear.json");
const B07: &str = include_str!("../../../../../examples/tkl/b07-rpc-item.json");
const B08: &str = include_str!("../../../../../examples/tkl/b08-daily-report.json");
const B09: &str = include_str!("../../../../../examples/tkl/b09-rich.json");
const B10: &str = include_str!("../../../../../examples/tkl/b10-json-rpc.json");
const B12: &str = include_str!("../../../../../examples/tkl/b12-whole-context.json");

/// The event's time in the bodies that have one.
const EVENT_TIME: &str = "2026-03-08T08:40:38Z";

/// The expected reading of a body. Severity and source are written once, not also among the labels.
struct ExpectedReading {
    is: (Kind, Status, Severity),
    sent: Option<&'static str>,
    labels: &'static [(&'static str, &'static str)],
    annotations: &'static [(&'static str, &'static str)],
    extra: &'static [(&'static str, &'static str)],
    mobiles: &'static [&'static str],
    at: &'static str,
    ended_at: Option<&'static str>,
}

#[track_caller]
fn check(body: &str, pairs: &[(&str, &str)], expected: ExpectedReading) {
    let alert = alert_with(body, &hints(pairs));
    let ExpectedReading {
        is: (kind, status, severity),
        sent,
        labels: named,
        annotations,
        extra,
        mobiles,
        at,
        ended_at,
    } = expected;
    let expected = Alert {
        source: "thinklink".into(),
        fingerprint: alert.fingerprint, // `identity` has its tests
        kind,
        status,
        severity,
        status_basis: StatusBasis::Stated,
        naming: if matches!(labels(named).get("alertname"), Some("Device Alert" | "Notice")) {
            AlarmNaming::Text
        } else {
            AlarmNaming::Name
        },
        severity_sent: sent.map(str::to_owned),
        labels: labels(named),
        annotations: labels(annotations),
        extra: labels(extra),
        mention: Mention {
            mobiles: mobiles.iter().map(|it| (*it).to_owned()).collect(),
            ..Mention::default()
        },
        starts_at: at.parse().unwrap(),
        ends_at: ended_at.map(|it| it.parse().unwrap()),
        generator_url: None,
    };
    assert_eq!(alert, expected);
}

const FIRING: (Kind, Status) = (Kind::Alarm, Status::Firing);

#[test]
fn a_chat_scripts_body_is_read() {
    check(
        B01,
        &[],
        ExpectedReading {
            is: (FIRING.0, FIRING.1, Severity::Urgent),
            sent: Some("urgent"),
            labels: &[("alertname", "Device Alert"), ("eui", "6353012af1093062"), ("device", "Cold room 3")],
            annotations: &[("description", "Current -9.4 °C, limit -18 °C")],
            extra: &[],
            mobiles: &["13800000000"],
            at: EVENT_TIME,
            ended_at: None,
        },
    );
}

#[test]
fn a_plain_text_body_is_read() {
    check(
        B02,
        &[],
        ExpectedReading {
            is: (FIRING.0, FIRING.1, Severity::Mid),
            sent: None,
            labels: &[("alertname", "Device Alert"), ("eui", "6353012af1093062"), ("device", "Cold room 3")],
            annotations: &[("content", "Cold room 3 alert")],
            extra: &[],
            mobiles: &[],
            at: NOW,
            ended_at: None,
        },
    );
}

#[test]
fn the_alarm_rpcs_parameters_raise_an_alarm() {
    check(
        B03,
        &[],
        ExpectedReading {
            is: (FIRING.0, FIRING.1, Severity::High),
            sent: Some("high"),
            labels: &[("alertname", "alarm_bin"), ("eui", "6353012af10a1806")],
            annotations: &[
                ("title", "Alarming : [Bin-07]"),
                ("description", "[Bin-07] is full, please empty it"),
            ],
            extra: &[("notice_groups", "ops_email")],
            mobiles: &[],
            at: NOW,
            ended_at: None,
        },
    );
}

#[test]
fn the_alarm_rpcs_parameters_clear_an_alarm() {
    check(
        B04,
        &[],
        ExpectedReading {
            is: (Kind::Alarm, Status::Resolved, Severity::High),
            sent: Some("high"),
            labels: &[("alertname", "alarm_bin"), ("eui", "6353012af10a1806")],
            annotations: &[("title", "Alarming : [Bin-07]")],
            extra: &[],
            mobiles: &[],
            at: NOW,
            ended_at: None,
        },
    );
}

#[test]
fn a_notification_groups_alarm_is_read() {
    check(
        B05,
        &[],
        ExpectedReading {
            is: (FIRING.0, FIRING.1, Severity::High),
            sent: Some("high"),
            labels: &[("alertname", "over_temp_01"), ("eui", "6353012af1093064")],
            annotations: &[("title", "Temperature too high"), ("description", "Current: 41.2°C")],
            extra: &[("notice_groups", "WeCom_ops, alarm_email")],
            mobiles: &[],
            at: NOW,
            ended_at: None,
        },
    );
}

#[test]
fn a_notification_groups_clear_is_read_with_the_device_from_the_address() {
    check(
        B06,
        &[("eui", "6353012AF1093064")],
        ExpectedReading {
            is: (Kind::Alarm, Status::Resolved, Severity::Mid),
            sent: None,
            labels: &[("alertname", "over_temp_01"), ("eui", "6353012af1093064")],
            annotations: &[],
            extra: &[],
            mobiles: &[],
            at: NOW,
            ended_at: None,
        },
    );
}

#[test]
fn a_whole_rpc_item_is_read() {
    check(
        B07,
        &[],
        ExpectedReading {
            is: (FIRING.0, FIRING.1, Severity::Urgent),
            sent: Some("urgent"),
            labels: &[("alertname", "leak_main"), ("eui", "6353012af1093064")],
            annotations: &[("title", "[Pump room] leak"), ("description", "flow 3.1 m3/h at night")],
            extra: &[("sleepTimeMs", "0")],
            mobiles: &[],
            at: NOW,
            ended_at: None,
        },
    );
}

#[test]
fn a_daily_report_is_a_notice() {
    check(
        B08,
        &[],
        ExpectedReading {
            is: (Kind::Notice, Status::Firing, Severity::Low),
            sent: None,
            labels: &[("alertname", "Notice")],
            annotations: &[("title", "Daily report"), ("description", "All devices online.")],
            extra: &[("notice_groups", "WeCom_ops")],
            mobiles: &[],
            at: NOW,
            ended_at: None,
        },
    );
}

#[test]
fn a_rich_body_is_read() {
    check(
        B09,
        &[],
        ExpectedReading {
            is: (FIRING.0, FIRING.1, Severity::High),
            sent: Some("high"),
            labels: &[("alertname", "over_temp_01"), ("eui", "6353012af1093064"), ("device", "2F 配电室")],
            annotations: &[("title", "Temperature too high"), ("description", "41.2 °C > 35 °C")],
            extra: &[
                ("device.device_type", "NORMAL"),
                ("device.tags", "KS52, 2F"),
                ("event_id", "over_temp_01:1772959238000"),
                ("notice_groups", "WeCom_ops"),
                ("telemetry.data.humidity", "30.1"),
                ("telemetry.data.rssi", "-59"),
                ("telemetry.data.snr", "13.8"),
                ("telemetry.data.temperatrue", "41.2"),
                ("telemetry.data.vbat", "3.42"),
                ("telemetry.thingModelId", "22321109718274053"),
                ("telemetry.thingModelIdName", "mt_ks52"),
                ("tenant", "demo"),
                ("version", "1"),
            ],
            mobiles: &["13800000000"],
            at: EVENT_TIME,
            ended_at: None,
        },
    );
}

#[test]
fn a_json_rpc_envelope_is_read() {
    check(
        B10,
        &[],
        ExpectedReading {
            is: (FIRING.0, FIRING.1, Severity::Mid),
            sent: Some("mid"),
            labels: &[("alertname", "door"), ("eui", "a123456789123456")],
            annotations: &[("title", "Door open")],
            extra: &[("id", "1"), ("jsonrpc", "2.0"), ("method", "alarm")],
            mobiles: &[],
            at: NOW,
            ended_at: None,
        },
    );
}

#[test]
fn a_dumped_context_is_read_without_the_devices_credentials() {
    check(
        B12,
        &[],
        ExpectedReading {
            is: (FIRING.0, FIRING.1, Severity::Urgent),
            sent: Some("urgent"),
            labels: &[("alertname", "Device Alert"), ("eui", "6353012af1093062"), ("device", "Cold room 3")],
            annotations: &[("description", "Current -9.4 °C, limit -18 °C")],
            extra: &[
                ("alarms.over_temp.level", "high"),
                ("alarms.over_temp.title", "Cold room 3"),
                ("device.data_from", "LoRaWAN"),
                ("device.device_type", "NORMAL"),
                ("device.heart_period", "900"),
                ("device.id", "45616600866361349"),
                ("device.shared_attrs.report_minutes", "15"),
                ("device.tags", "cold, B1"),
                ("device.telemetry_data.45616600866361350.temperature", "-9.4"),
                ("device.telemetry_data.45616600866361350.update_time", "1772959238000"),
                ("device.telemetry_data.45616600866361350.vbat", "3.37"),
            ],
            mobiles: &["13800000000"],
            at: NOW,
            ended_at: None,
        },
    );
}

/// The body that `gw_alert.js` posted when run with the parameters of `gw_alert_trigger.js`.
#[test]
fn the_documented_scripts_body_is_read() {
    check(
        r#"{"device":{"eui":"6353012af1093062","name":"Cold room 3","tags":["cold"]},"name":"over_temp",
            "action":"clear","level":"high","title":"Temperature too high","desc":"Current -20 °C, limit -15 °C",
            "at_mobiles":[],"at_all":false,"time":"2026-03-08T08:40:38.000Z"}"#,
        &[],
        ExpectedReading {
            is: (Kind::Alarm, Status::Resolved, Severity::High),
            sent: Some("high"),
            labels: &[("alertname", "over_temp"), ("eui", "6353012af1093062"), ("device", "Cold room 3")],
            annotations: &[
                ("title", "Temperature too high"),
                ("description", "Current -20 °C, limit -15 °C"),
            ],
            extra: &[("device.tags", "cold")],
            mobiles: &[],
            at: EVENT_TIME,
            ended_at: Some(EVENT_TIME),
        },
    );
}

#[test]
fn several_at_once_are_read_in_their_order() {
    let reading = try_read(&format!("[{B01}, {B03}, {B04}]"), &Hints::default()).unwrap();
    let read: Vec<_> = reading.alerts.iter().map(|it| (it.alert.status, it.alert.severity)).collect();
    let expected = [
        (Status::Firing, Severity::Urgent),
        (Status::Firing, Severity::High),
        (Status::Resolved, Severity::High),
    ];
    assert_eq!(read, expected);
}
