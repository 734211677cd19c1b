//! Words for a state that say what is wrong, reports by the clock, and wrappers, people and times as gateways write them.

use super::*;

#[track_caller]
fn check_different(one: &str, other: &str) {
    assert_ne!(alert(one).incident_key(), alert(other).incident_key(), "{one} and {other}");
}

#[track_caller]
fn check_same(one: &str, other: &str) {
    assert_eq!(alert(one).incident_key(), alert(other).incident_key(), "{one} and {other}");
}

#[test]
fn two_states_of_a_device_are_two_alarms_where_nothing_else_names_them() {
    check_different(r#"{"eui": "a1", "status": "fault"}"#, r#"{"eui": "a1", "status": "open"}"#);
    check_different(r#"{"eui": "a1", "status": "fault"}"#, r#"{"eui": "a1", "status": "alarm"}"#);
    check_different(r#"{"dev": "柜1", "状态": "故障"}"#, r#"{"dev": "柜1", "状态": "告警"}"#);
    check_same(r#"{"eui": "a1", "status": "fault"}"#, r#"{"eui": "a1", "status": "FAULTY"}"#);
    check_same(r#"{"eui": "a1", "status": "new"}"#, r#"{"eui": "a1", "status": "active"}"#);
    check_same(r#"{"eui": "a1", "status": "fault"}"#, r#"{"eui": "a1", "status": "normal"}"#);
    let named = |state: &str| format!(r#"{{"eui": "a1", "alarm_name": "door", "status": "{state}"}}"#);
    check_same(&named("open"), &named("fault"));
    check_same(&named("open"), &named("ok"));
}

#[test]
fn a_device_that_can_be_reached_again_ends_nothing_but_that() {
    for (word, status) in [
        ("offline", Status::Firing),
        ("掉线", Status::Firing),
        ("ONLINE", Status::Resolved),
        ("已上线", Status::Resolved),
    ] {
        let read = alert(&format!(r#"{{"eui": "a1", "status": "{word}"}}"#));
        assert_eq!((read.status, read.status_basis), (status, StatusBasis::Stated), "{word}");
        assert!(bodies::visible(&read).contains(&format!("status: {word}")), "{read:?}");
    }
    check_different(r#"{"eui": "a1", "status": "fault"}"#, r#"{"eui": "a1", "status": "offline"}"#);
    // Beside an alarm it is the state of its device.
    for body in [
        r#"{"eui": "a1", "alarm_name": "温度过高", "value": 85, "status": "online"}"#,
        r#"{"eui": "a1", "title": "Temperature high", "status": "在线"}"#,
        r#"{"设备名称": "泵", "告警内容": "漏水", "状态": "在线"}"#,
    ] {
        assert_eq!(alert(body).status, Status::Firing, "{body}");
    }
}

#[test]
fn the_mark_of_an_end_in_a_title_ends_what_the_same_title_raised_without_it() {
    for (raise, end) in [
        (r#"{"title": "Pump 3 pressure high"}"#, r#"{"title": "[OK] Pump 3 pressure high"}"#),
        (r#"{"device": "pump", "desc": "水压过高"}"#, r#"{"device": "pump", "desc": "【恢复】水压过高"}"#),
        (r#"{"content": "B2 water leak\nRoom 4"}"#, r#"{"content": "RESOLVED: B2 water leak\nRoom 4"}"#),
        (
            r#"{"msgtype": "markdown", "markdown": {"title": "x", "text": "**3号泵漏水**\n> a"}}"#,
            r#"{"msgtype": "markdown", "markdown": {"title": "x", "text": "**[已恢复] 3号泵漏水**\n> a"}}"#,
        ),
        (
            r#"{"eui": "a1", "name": "leak", "title": "Leak"}"#,
            r#"{"eui": "a1", "name": "leak", "title": "Leak - OK"}"#,
        ),
    ] {
        let (raised, ended) = (alert(raise), alert(end));
        assert_eq!((raised.status, raised.status_basis), (Status::Firing, StatusBasis::Stated), "{raise}");
        assert_eq!((ended.status, ended.status_basis), (Status::Resolved, StatusBasis::Words), "{end}");
        assert_eq!(raised.incident_key(), ended.incident_key(), "{end}");
    }
    // A field for the state counts before any words, and the first mark counts.
    for body in [
        r#"{"title": "[OK] Pump 3", "action": "new"}"#,
        r#"{"title": "[FIRING] Pump 3", "desc": "Pump 3 - OK"}"#,
        r#"{"title": "Pump 3 not OK"}"#,
        r#"{"title": "Valve closed"}"#,
    ] {
        assert_eq!(alert(body).status, Status::Firing, "{body}");
    }
}

#[test]
fn a_state_that_says_what_is_wrong_can_be_read() {
    for (body, word) in [
        (r#"{"eui": "a1", "status": "open"}"#, "open"),
        (r#"{"eui": "a1", "desc": "Hatch 4", "status": "open"}"#, "status: open"),
        (r#"{"eui": "a1", "alarm_name": "hatch", "state": "fault"}"#, "state: fault"),
        (r#"{"设备名称": "泵", "告警内容": "3号泵", "状态": "故障"}"#, "状态: 故障"),
    ] {
        assert!(bodies::visible(&alert(body)).contains(word), "{body}");
    }
    let told = alert(r#"{"eui": "a1", "desc": "Hatch 4 open", "status": "open"}"#);
    assert_eq!(told.annotations.get("content"), None);
}

#[test]
fn a_report_by_the_clock_ends_no_alarm() {
    for body in [
        r#"{"eui": "a1", "type": "heartbeat", "status": "ok"}"#,
        r#"{"eui": "a1", "event": "heartbeat", "status": "ok"}"#,
        r#"{"eui": "a1", "msgtype": "heartbeat", "status": "normal"}"#,
        r#"{"eui": "a1", "type": "heartbeat", "status": "ok", "msg": "alive, all is well"}"#,
        r#"{"设备名称": "泵", "类型": "心跳", "状态": "正常", "内容": "在线"}"#,
    ] {
        let reading = try_read(body, &Hints::default()).unwrap();
        assert_eq!((reading.alerts.len(), reading.nothing_to_do.len()), (0, 1), "{body}");
    }
    // What names its alarm ends it, and what is wrong is told.
    let end = alert(r#"{"eui": "a1", "type": "report", "alarm_name": "door", "status": "ok"}"#);
    assert_eq!(end.status, Status::Resolved);
    assert_eq!(alert(r#"{"eui": "a1", "type": "heartbeat", "status": "fault"}"#).status, Status::Firing);
}

#[test]
fn an_alarm_is_found_in_the_wrappers_of_gateways() {
    for body in [
        r#"{"code": 0, "result": {"deviceName": "Pump 4", "alarmName": "dry", "level": "high"}}"#,
        r#"{"alarmInfo": {"name": "dry", "deviceName": "Pump 4", "level": "high"}}"#,
        r#"{"数据": {"设备名称": "Pump 4", "告警名称": "dry", "级别": "高"}}"#,
        r#"{"数据": [{"设备名称": "Pump 4", "告警名称": "dry", "级别": "高"}]}"#,
    ] {
        let read = alert(body);
        let said = (read.text_of("alertname"), read.text_of("device"), read.severity);
        assert_eq!(said, ("dry", "Pump 4", Severity::High), "{body}");
    }
    let answered = alert(r#"{"desc": "Belt torn", "eui": "a1", "result": {"status": "ok", "msg": "sent"}}"#);
    assert_eq!((answered.status, answered.title()), (Status::Firing, "Device Alert"));
    assert_eq!(answered.annotations.get("description"), Some("Belt torn"));
}

#[test]
fn people_are_mentioned_in_every_way_of_writing_several() {
    let mention =
        |people: &str| alert(&format!(r#"{{"desc": "x", "at_mobiles": {people}}}"#)).mention.mobiles;
    for (people, expected) in [
        (r#""tel:+8613800000000""#, &["13800000000"][..]),
        (r#""电话：138 0000 0000""#, &["13800000000"]),
        (r#""13800000000/13900000000""#, &["13800000000", "13900000000"]),
        (r#""13800000000 13900000000""#, &["13800000000", "13900000000"]),
        (r#"["+86 138 0000 0000"]"#, &["13800000000"]),
        (r#""8001/8002""#, &["8001", "8002"]),
    ] {
        assert_eq!(mention(people), expected, "{people}");
    }
    let ids = alert(r#"{"desc": "x", "at_user_ids": "zhang/li wang"}"#).mention.user_ids;
    assert_eq!(ids, ["zhang", "li", "wang"]);
}

#[test]
fn the_words_of_control_systems_raise_and_end() {
    for (raise, end) in [
        (r#""state": "ACT""#, r#""state": "RTN""#),
        (r#""state": "UNACK_ALM""#, r#""state": "UNACK_RTN""#),
        (r#""state": "Active, Unacknowledged""#, r#""state": "Cleared, Unacknowledged""#),
        (r#""status": "came""#, r#""status": "gone""#),
        (r#""status": "kommt""#, r#""status": "geht""#),
        (r#""recovery": false"#, r#""recovery": true"#),
        (r#""clear": 0"#, r#""clear": 1"#),
        (r#""is_clear": "no""#, r#""is_clear": "yes""#),
        (r#""是否恢复": "否""#, r#""是否恢复": "是""#),
    ] {
        let body = |state: &str| format!(r#"{{"device": "Pump 4", "alarm": "dry", {state}}}"#);
        let (raise, end) = (alert(&body(raise)), alert(&body(end)));
        assert_eq!((raise.status, end.status), (Status::Firing, Status::Resolved), "{raise:?}");
        assert_eq!(raise.incident_key(), end.incident_key());
    }
}

#[test]
fn two_sensors_of_a_device_are_two_alarms_of_one_name() {
    for name in [
        "sensor",
        "probe",
        "tag",
        "register",
        "variable",
        "point_name",
        "unit_id",
        "phase",
        "circuit",
        "测点",
        "传感器",
    ] {
        let body = |value: &str| format!(r#"{{"eui": "a1", "alarm_name": "hot", "{name}": "{value}"}}"#);
        check_different(&body("T1"), &body("T2"));
        check_same(&body("T1"), &body("T1"));
    }
}
