use proptest::prelude::*;

use super::*;

#[track_caller]
fn check_same(one: &str, other: &str) {
    assert_eq!(alert(one).fingerprint, alert(other).fingerprint, "{one} and {other}");
}

#[track_caller]
fn check_different(one: &str, other: &str) {
    assert_ne!(alert(one).fingerprint, alert(other).fingerprint, "{one} and {other}");
}

#[test]
fn a_clear_has_the_fingerprint_of_its_alarm_across_all_shapes() {
    let raised = r#"{"_eui": "AB", "action": "new", "name": "hot", "level": "high", "desc": "41"}"#;
    check_same(raised, r#"{"_eui": "ab", "action": "clear", "name": "hot", "desc": ""}"#);
    check_same(raised, r#"{"eui": "ab", "params": {"id": "hot", "type": "clear"}}"#);
    check_same(raised, r#"{"target": "ab", "dnMsg": {"action": "clear", "data": {"alarm_name": "hot"}}}"#);
    check_same(
        raised,
        r#"{"alarm": {"id": "hot"}, "device": {"eui": "ab", "name": "Pump"}, "telemetry": {"t": 1}}"#,
    );
}

#[test]
fn another_device_alarm_or_source_has_another_fingerprint() {
    check_different(r#"{"_eui": "a", "name": "hot"}"#, r#"{"_eui": "b", "name": "hot"}"#);
    check_different(r#"{"_eui": "a", "name": "hot"}"#, r#"{"_eui": "a", "name": "wet"}"#);
    let other = SourceSettings::new("other");
    let body = r#"{"_eui": "a", "name": "hot"}"#;
    let elsewhere = read(body.as_bytes(), &Hints::default(), &other, NOW.parse().unwrap()).unwrap();
    assert_ne!(alert(body).fingerprint, elsewhere.alerts[0].alert.fingerprint);
}

#[test]
fn a_text_computed_for_the_fingerprint_of_another_source_is_another_thing() {
    let sent = |source: &str, text: &str| {
        let settings = SourceSettings::new(source);
        let body = format!(r#"{{"eui": "24e124136b502217", "desc": "{text}"}}"#);
        let read = read(body.as_bytes(), &Hints::default(), &settings, NOW.parse().unwrap());
        read.unwrap().alerts.remove(0).alert
    };
    // A collision of Prometheus' checksum; `crates/store/src/transact/tests/identity.rs` says how it was found.
    let (ours, theirs) = (sent("thinklink", "apvpfgxEBvibc"), sent("visitors", "cpDhDsgigEgij"));
    assert_eq!(
        (ours.fingerprint.to_string(), ours.fingerprint.to_bits()),
        ("4d6f1bcf9ec38731".to_owned(), theirs.fingerprint.to_bits())
    );
    assert_ne!(ours.fingerprint, theirs.fingerprint);
    assert_ne!(ours.incident_key(), theirs.incident_key());
}

#[test]
fn the_fingerprint_is_made_of_source_device_and_alarm() {
    let identity = labels(&[("source", "thinklink"), ("eui", "ab"), ("alertname", "hot")]);
    let body = r#"{"_eui": "AB", "name": "hot", "level": "low", "title": "t", "desc": "d"}"#;
    assert_eq!(alert(body).fingerprint, Fingerprint::from_labels(&identity));
}

#[test]
fn unnamed_alarms_of_one_device_differ_by_their_text() {
    check_different(r#"{"eui": "a", "desc": "too hot: 41"}"#, r#"{"eui": "a", "desc": "battery low: 2"}"#);
    check_same(r#"{"eui": "a", "desc": "too hot: 41.25"}"#, r#"{"eui": "a", "desc": "too hot: -3"}"#);
}

#[test]
fn devices_without_eui_differ_by_their_name() {
    check_different(
        r#"{"device": {"name": "Pump 1"}, "name": "hot"}"#,
        r#"{"device": {"name": "Pump 2"}, "name": "hot"}"#,
    );
    // With an EUI the name is only for people, and may change.
    check_same(
        r#"{"device": {"eui": "a", "name": "Pump 1"}, "name": "hot"}"#,
        r#"{"device": {"eui": "a", "name": "Pump 2"}, "name": "hot"}"#,
    );
}

#[test]
fn a_number_that_is_no_eui_and_another_name_are_another_device() {
    for (one, other) in [
        (
            r#"{"设备编号":"GW1","设备名称":"风机1","告警内容":"过载"}"#,
            r#"{"设备编号":"GW1","设备名称":"风机2","告警内容":"过载"}"#,
        ),
        (
            r#"{"sn":"77","deviceName":"Fan A","alarmName":"jam"}"#,
            r#"{"sn":"77","deviceName":"Fan B","alarmName":"jam"}"#,
        ),
        (
            r#"{"mac":"aa:bb:cc:00:11:22","sensorName":"N","alarm":"wet"}"#,
            r#"{"mac":"aabbcc001122","sensorName":"S","alarm":"wet"}"#,
        ),
        (
            r#"{"imei":"860000000000001","sensorId":4,"alarm":"wet"}"#,
            r#"{"imei":"860000000000001","sensorId":5,"alarm":"wet"}"#,
        ),
    ] {
        check_different(one, other);
    }
    check_same(
        r#"{"deviceId":"24e124136b502217","deviceName":"A","alarm":"wet"}"#,
        r#"{"eui":"24e124136b502217","deviceName":"B","alarm":"wet"}"#,
    );
}

#[test]
fn a_type_alone_does_not_name_an_alarm() {
    let told = |text: &str| format!(r#"{{"deviceName":"panel","alarmType":"smoke","desc":"{text}"}}"#);
    check_different(&told("Room 4"), &told("Room 5"));
    check_same(&told("Room 4: 3.5 %"), &told("Room 4: 3.9 %"));
    let code = |code: u8| format!(r#"{{"eui":"a1","alarmName":"PLC","errorCode":{code}}}"#);
    check_different(&code(4), &code(5));
}

#[test]
fn two_places_of_a_device_have_two_alarms() {
    let at = |name: &str, place: &str| format!(r#"{{"eui":"a1","alarmName":"leak","{name}":"{place}"}}"#);
    for name in ["zone", "channel", "slaveId", "位置", "回路"] {
        check_different(&at(name, "4"), &at(name, "5"));
    }
}

#[test]
fn words_in_place_of_numbers_tell_alarms_apart() {
    let told = |name: &str, word: &str| format!(r#"{{"eui":"a1","level":"mid","{name}":"{word}"}}"#);
    check_different(&told("battery", "bulged"), &told("battery", "missing"));
    check_different(&told("count", "Belt 1"), &told("count", "Belt 2"));
    check_same(&told("battery", "80 %"), &told("battery", "79 %"));
}

proptest! {
    #[test]
    fn readings_and_levels_do_not_change_the_fingerprint(
        a in -1000.0..1000.0_f64, b in any::<i32>(), level in "low|mid|HIGH|urgent|[a-z]{0,5}",
    ) {
        let one = alert(&format!(r#"{{"eui": "a", "desc": "Current {a} °C", "level": "mid"}}"#));
        let two = alert(&format!(r#"{{"eui": "a", "desc": "Current {b} °C", "level": "{level}"}}"#));
        prop_assert_eq!(one.fingerprint, two.fingerprint);
    }
}
