//! Two bodies each: about the same alarm, or about two.

use super::*;

/// Both are about the same alarm.
const SAME: &[(&str, &str)] = &[
    // Device and name are known: the text changes nothing.
    (
        r#"{"eui": "AB", "alarm_name": "hot", "desc": "Room 3"}"#,
        r#"{"devEui": "ab", "alarmName": "hot", "desc": "Room 5"}"#,
    ),
    (
        r#"{"deviceName": "P1", "alarmType": "hot", "value": 41}"#,
        r#"{"deviceName": "P1", "alarmType": "hot", "value": 52}"#,
    ),
    (
        r#"{"eui": "63:53:01:2A:F1:09:30:62", "name": "n", "action": "new"}"#,
        r#"{"_eui": "6353012af1093062", "name": "n", "action": "clear"}"#,
    ),
    (r#"{"eui": "a", "alarm_name": "Temp 41.2°C"}"#, r#"{"eui": "a", "alarm_name": "Temp 39.8°C"}"#),
    (
        r#"{"设备名称": "3号泵", "告警名称": "漏水"}"#,
        r#"{"设备名称": "3号泵", "告警名称": "漏水", "状态": "恢复"}"#,
    ),
    // One of them is known: readings, durations, times and counters change nothing.
    (r#"{"eui": "a", "msg": "Temp 41.2 at 08:30"}"#, r#"{"eui": "a", "msg": "Temp 42.9 at 09:15"}"#),
    (r#"{"dev": "P1", "msg": "离线5分钟"}"#, r#"{"dev": "P1", "msg": "离线15分钟"}"#),
    (
        r#"{"dev": "P1", "msg": "hot", "value": 41, "fCnt": 7, "rssi": -70}"#,
        r#"{"dev": "P1", "msg": "hot", "value": 44, "fCnt": 8, "rssi": -99}"#,
    ),
    (
        r#"{"dev": "P1", "msg": "hot", "telemetry": {"a": 1, "b": {"c": 2}}}"#,
        r#"{"dev": "P1", "msg": "hot", "telemetry": {"a": 3, "b": {"c": 4}}}"#,
    ),
    (
        r#"{"dev": "P1", "msg": "hot", "time": "2026-03-08T08:40:38Z"}"#,
        r#"{"dev": "P1", "msg": "hot", "time": "2026-03-08T09:40:38Z"}"#,
    ),
    (r#"{"dev": "P1", "msg": "hot", "eventId": "77a"}"#, r#"{"dev": "P1", "msg": "hot", "eventId": "78b"}"#),
    (r#"{"alarm_name": "hot", "desc": "now 41 °C"}"#, r#"{"alarm_name": "hot", "desc": "now 44 °C"}"#),
    (r#"{"dev": "P1", "msg": "hot", "level": "mid"}"#, r#"{"dev": "P1", "msg": "hot", "level": "high"}"#),
    (r#"{"dev": "P1", "status": "fault"}"#, r#"{"dev": "P1", "status": "normal"}"#),
    (r#"{"dev": "P1", "alarm": true}"#, r#"{"dev": "P1", "alarm": false}"#),
    (r#"{"dev": "P1", "msg": "hot", "at_mobiles": "13800000000"}"#, r#"{"dev": "P1", "msg": "hot"}"#),
    (
        r#"{"dev": "P1", "msg": "hot", "action": "new", "status": "ok"}"#,
        r#"{"dev": "P1", "msg": "hot", "action": "clear"}"#,
    ),
    // Neither is known: the same words are the same alarm, whatever state they are in.
    (r#"{"title": "Mains failure"}"#, r#"{"title": "Mains failure", "action": "clear"}"#),
    (
        r#"{"title": "Mains failure", "location": "Hall 2"}"#,
        r#"{"title": "Mains failure", "location": "Hall 2", "state": "ok"}"#,
    ),
];

/// The two are about different alarms.
const DIFFERENT: &[(&str, &str)] = &[
    (r#"{"eui": "a", "msg": "Room 3: fire"}"#, r#"{"eui": "a", "msg": "Room 5: fire"}"#),
    (r#"{"msg": "Room 3: fire"}"#, r#"{"msg": "Room 5: fire"}"#),
    (r#"{"alarm": "fire", "msg": "Room 3"}"#, r#"{"alarm": "fire", "msg": "Room 5"}"#),
    (r#"{"eui": "a", "msg": "3号泵漏水"}"#, r#"{"eui": "a", "msg": "5号泵漏水"}"#),
    (r#"{"eui": "a", "msg": "3楼烟感"}"#, r#"{"eui": "a", "msg": "5楼烟感"}"#),
    (r#"{"eui": "a", "msg": "Zone 12A"}"#, r#"{"eui": "a", "msg": "Zone 12B"}"#),
    (r#"{"eui": "a", "msg": "Zone 12A"}"#, r#"{"eui": "a", "msg": "Zone 13A"}"#),
    (r#"{"eui": "a", "msg": "B2 flooded"}"#, r#"{"eui": "a", "msg": "B1 flooded"}"#),
    (r#"{"eui": "a", "msg": "-1楼漏水"}"#, r#"{"eui": "a", "msg": "-2楼漏水"}"#),
    (
        r#"{"eui": "a", "msg": "Authorization: denied for card 123"}"#,
        r#"{"eui": "a", "msg": "Authorization: denied for card 124"}"#,
    ),
    (r#"{"eui": "a", "msg": "192.168.1.7 down"}"#, r#"{"eui": "a", "msg": "192.168.1.8 down"}"#),
    (
        r#"{"eui": "a", "msg": "hot", "location": "Room 3"}"#,
        r#"{"eui": "a", "msg": "hot", "location": "Room 5"}"#,
    ),
    (r#"{"station": "North", "alarm": "fire"}"#, r#"{"station": "South", "alarm": "fire"}"#),
    (
        r#"{"location": "Hall", "alarm": "fire", "msg": "Room 3"}"#,
        r#"{"location": "Hall", "alarm": "fire", "msg": "Room 5"}"#,
    ),
    (r#"{"eui": "a", "DI3": 1}"#, r#"{"eui": "a", "DI4": 1}"#),
    (r#"{"eui": "a", "zone": 12}"#, r#"{"eui": "a", "zone": 13}"#),
    (r#"{"eui": "a", "msg": "hot", "zone": 12}"#, r#"{"eui": "a", "msg": "hot", "zone": 13}"#),
    (r#"{"eui": "a", "msg": "open", "door": "3.12"}"#, r#"{"eui": "a", "msg": "open", "door": "3.14"}"#),
    (r#"{"eui": "a", "foo": "bar"}"#, r#"{"eui": "a", "foo": "baz"}"#),
    (r#"{"eui": "a", "status": "leaking"}"#, r#"{"eui": "a", "status": "burning"}"#),
    (r#"{"eui": "a", "relay": "stuck"}"#, r#"{"eui": "b", "relay": "stuck"}"#),
    (r#"{"title": "Temp 41.2"}"#, r#"{"title": "Temp 42.9"}"#),
    (
        r#"{"plc": "L2", "fault": "E-stop", "code": 4711}"#,
        r#"{"plc": "L2", "fault": "E-stop", "code": 4712}"#,
    ),
    (r#"{"eui": "a", "alarm_name": "Alarm 2F"}"#, r#"{"eui": "a", "alarm_name": "Alarm 3F"}"#),
    (r#"{"eui": "a", "title": "x", "desc": "y"}"#, r#"{"eui": "a", "title": "x", "desc": "z"}"#),
    (r#"{"dev": "P1", "text": {"content": "hot"}}"#, r#"{"dev": "P1", "text": {"content": "wet"}}"#),
];

#[test]
fn what_is_said_again_is_the_same_alarm() {
    for (one, other) in SAME {
        assert_eq!(alert(one).incident_key(), alert(other).incident_key(), "{one} and {other}");
    }
}

#[test]
fn what_is_said_differently_is_another_alarm() {
    for (one, other) in DIFFERENT {
        assert_ne!(alert(one).incident_key(), alert(other).incident_key(), "{one} and {other}");
    }
}

#[test]
fn the_examples_of_a_device_are_the_same_with_other_readings() {
    let body = include_str!("../../../../../../examples/tkl/b12-whole-context.json");
    let later =
        body.replace("-9.4", "-8.1").replace("1772959238000", "1772960138000").replace("3.37", "3.36");
    assert_ne!(body, later);
    assert_eq!(alert(body).incident_key(), alert(&later).incident_key());
}
