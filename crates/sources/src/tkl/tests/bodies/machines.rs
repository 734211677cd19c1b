//! Gateways and PLCs: flat tables of names and numbers, envelopes of platforms.

use super::{BodyRow, check_rows};

const MACHINES: &[BodyRow] = &[
    (r#"{"device": "P1", "fault": true}"#, "firing mid", "P1|fault: true"),
    (r#"{"device": "P1", "fault": false}"#, "resolved mid", "P1"),
    (r#"{"device": "P1", "fault": "overload", "error": 12}"#, "firing mid", "P1|overload"),
    (r#"{"plc": "Line 2", "DI3": 1}"#, "firing mid", "Line 2|DI3: 1"),
    (
        r#"{"PLC": "S7-1200", "Fault": "E-stop pressed", "Code": 4711}"#,
        "firing mid",
        "S7-1200|E-stop pressed",
    ),
    (r#"{"ALARM_TEXT": "Motor overload", "STATE": "ON"}"#, "firing mid", "Motor overload"),
    (r#"{"ALARM_TEXT": "Motor overload", "STATE": "OFF"}"#, "resolved mid", "Motor overload"),
    (
        r#"{"tag": "TT101.HH", "value": 91.5, "limit": 90}"#,
        "firing mid",
        "tag: TT101.HH|value: 91.5|limit: 90",
    ),
    (
        r#"{"machine": "Press 4", "error": "hydraulics low", "ts": 1772959238000}"#,
        "firing mid",
        "Press 4|hydraulics low",
    ),
    (r#"{"sn": "00A1", "alarmCode": "E12", "alarmStatus": 1}"#, "firing mid", "00a1|E12"),
    (r#"{"sn": "00A1", "alarmCode": "E12", "alarmStatus": 0}"#, "resolved mid", "00a1|E12"),
    (r#"{"deviceId": "gw-7", "alarm": 1}"#, "firing mid", "gw-7"),
    (r#"{"deviceId": "gw-7", "alarm": 0}"#, "resolved mid", "gw-7"),
    (r#"{"deviceId": "gw-7", "alarm": "tamper", "state": 0}"#, "resolved mid", "gw-7|tamper"),
    (
        r#"{"devEUI": "24E124136B502217", "fCnt": 7, "fPort": 85, "alarm": "leak"}"#,
        "firing mid",
        "24e124136b502217|leak",
    ),
    (
        r#"{"applicationName": "cold", "deviceName": "TH-3", "devEUI": "24e124136b502217", "object": {"alarm": "high"}, "rxInfo": [{"rssi": -70}]}"#,
        "firing mid",
        "TH-3|object.alarm: high",
    ),
    (r#"{"meterId": 1001, "event": "reverse flow", "value": -0.4}"#, "firing mid", "1001|reverse flow|-0.4"),
    (
        r#"{"Site": "North", "Station": "P3", "Alarm": "Level high"}"#,
        "firing mid",
        "Level high|Site: North|Station: P3",
    ),
    (r#"{"host": "edge-1", "message": "disk full", "severity": "err"}"#, "firing high", "disk full"),
    (r#"{"zone": 12, "channel": 4, "message": "intrusion"}"#, "firing mid", "intrusion|zone: 12|channel: 4"),
    (
        r#"{"dnMsg": {"Action": "Clear", "Data": {"AlarmName": "leak"}}, "target": "AB"}"#,
        "resolved mid",
        "leak|ab",
    ),
    (
        r#"{"event": "problem", "trigger": "CPU load", "priority": "Average", "host": "db"}"#,
        "firing mid",
        "trigger: CPU load",
    ),
    (
        r#"{"status": "PROBLEM", "subject": "CPU load", "severity": "Not classified"}"#,
        "firing low",
        "CPU load",
    ),
    (r#"{"status": "OK", "subject": "CPU load", "severity": "High"}"#, "resolved high", "CPU load"),
    (r#"{"alarmName": "leak", "deviceName": "P1", "isAlarm": "no"}"#, "resolved mid", "leak|P1"),
    (r#"{"alarmName": "leak", "deviceName": "P1", "active": false}"#, "resolved mid", "leak|P1"),
    (r#"{"alarmName": "leak", "deviceName": "P1", "recovered": "false"}"#, "firing mid", "leak|P1"),
];

#[test]
fn what_gateways_and_plcs_write_can_be_read() {
    check_rows(MACHINES);
}
