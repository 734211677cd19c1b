//! Tests of the shipped mappings: one body of each kind as its product sends it.

use expect_test::{Expect, expect};
use fanfare_core::{Kind, Severity, Status};

use crate::ReadAlert;
use crate::testing::{read_one, shipped, shown, try_read};

fn read(format: &str, body: &str) -> ReadAlert {
    read_one(&shipped(format).unwrap(), body)
}

#[track_caller]
fn check(format: &str, body: &str, expected: Expect) {
    let read = read(format, body);
    assert_eq!((read.unread, read.unknown_level), (vec![], None));
    expected.assert_eq(&shown(&read.alert));
}

#[track_caller]
fn check_ignored(format: &str, body: &str) {
    let reading = try_read(&shipped(format).unwrap(), body).unwrap();
    let counts = (reading.alerts.len(), reading.nothing_to_do.len(), reading.refused.len());
    assert_eq!(counts, (0, 1, 0), "{reading:?}");
}

/// The body of the script in examples/zabbix.
const ZABBIX: &str = r#"{"name":"High CPU utilization (over 90% for 5m)","value":"1","severity":"4","event_id":"5321",
    "trigger_id":"17211","host":"web-1","address":"10.0.0.7","operational_data":"Current utilization: 97.3 %",
    "message":"Problem started at 11:58:02","url":"https://zabbix.example/tr_events.php?triggerid=17211"}"#;

#[test]
fn zabbix_problem_and_recovery() {
    check(
        "zabbix",
        ZABBIX,
        expect![[r#"
            alarm firing high, from 2026-11-27T12:00:00Z to -, https://zabbix.example/tr_events.php?triggerid=17211
            labels
            address: 10.0.0.7
            alertname: High CPU utilization (over 90% for 5m)
            host: web-1
            trigger: 17211
            annotations
            content: Problem started at 11:58:02

            address: 10.0.0.7
            host: web-1
            trigger: 17211
            description: Current utilization: 97.3 %
            title: High CPU utilization (over 90% for 5m) - web-1
            extra
            event_id: 5321
        "#]],
    );
    let recovery = ZABBIX.replace(r#""value":"1""#, r#""value":"0""#).replace("over 90%", "over 91%");
    let (problem, recovery) = (read("zabbix", ZABBIX).alert, read("zabbix", &recovery).alert);
    assert_eq!((recovery.status, recovery.fingerprint), (Status::Resolved, problem.fingerprint));
    let other_host = read("zabbix", &ZABBIX.replace("web-1", "web-2")).alert;
    let named = read("zabbix", &ZABBIX.replace("(over 90% for 5m)", "on web-1")).alert;
    assert_eq!(named.title(), "High CPU utilization on web-1", "the host stands in it once");
    assert_ne!(other_host.fingerprint, problem.fingerprint);
}

/// <https://github.com/louislam/uptime-kuma/blob/master/server/notification-providers/webhook.js> and `Monitor.toJSON`.
const KUMA: &str = r#"{"heartbeat":{"monitorID":7,"status":0,"time":"2026-11-27 11:59:30.120","msg":"connect ECONNREFUSED 10.0.0.7:443",
    "important":true,"duration":61,"timezone":"Asia/Shanghai","timezoneOffset":"+08:00","localDateTime":"2026-11-27 19:59:30"},
    "monitor":{"id":7,"name":"Shop","url":"https://shop.example/","hostname":null,"port":null,"type":"http","interval":60,
    "tags":[]},"msg":"[Shop] [🔴 Down] connect ECONNREFUSED 10.0.0.7:443"}"#;

#[test]
fn uptime_kuma_down_up_and_a_test() {
    check(
        "uptime-kuma",
        KUMA,
        expect![[r#"
            alarm firing mid, from 2026-11-27T11:59:30.12Z to -, https://shop.example/
            labels
            alertname: Shop
            monitor: 7
            monitor_type: http
            annotations
            content: monitor: 7
            monitor_type: http
            description: connect ECONNREFUSED 10.0.0.7:443
            title: [Shop] [🔴 Down] connect ECONNREFUSED 10.0.0.7:443
            extra
            heartbeat.duration: 61
            heartbeat.important: true
            heartbeat.localDateTime: 2026-11-27 19:59:30
            heartbeat.monitorID: 7
            heartbeat.time: 2026-11-27 11:59:30.120
            heartbeat.timezone: Asia/Shanghai
            heartbeat.timezoneOffset: +08:00
            monitor.interval: 60
        "#]],
    );
    let down = read("uptime-kuma", KUMA).alert;
    let up = read("uptime-kuma", &KUMA.replace(r#""status":0"#, r#""status":1"#)).alert;
    assert_eq!((up.status, up.fingerprint), (Status::Resolved, down.fingerprint));
    assert_eq!(up.ends_at, Some(up.starts_at));
    check_ignored("uptime-kuma", &KUMA.replace(r#""status":0"#, r#""status":3"#));
    let test = r#"{"heartbeat":null,"monitor":null,"msg":"My Webhook Testing"}"#;
    let test = read("uptime-kuma", test).alert;
    assert_eq!((test.kind, test.title()), (Kind::Notice, "My Webhook Testing"));
}

/// The example of the specification, with data.
const EVENT: &str = r#"{"specversion":"1.0","type":"com.example.valve.stuck","source":"/plants/3","subject":"valve-17","id":"C234-1234",
    "time":"2026-11-27T11:31:00Z","comexampleextension1":"value","datacontenttype":"application/json",
    "data":{"severity":"critical","title":"Valve 17 is stuck","description":"open at 40 %"}}"#;

#[test]
fn cloud_events_single_and_in_a_batch() {
    check(
        "cloudevents",
        EVENT,
        expect![[r#"
            alarm firing urgent, from 2026-11-27T11:31:00Z to -, -
            labels
            alertname: com.example.valve.stuck
            origin: /plants/3
            subject: valve-17
            annotations
            content: origin: /plants/3
            subject: valve-17
            description: open at 40 %
            title: Valve 17 is stuck
            extra
            comexampleextension1: value
            datacontenttype: application/json
            id: C234-1234
            specversion: 1.0
            type: com.example.valve.stuck
        "#]],
    );
    let format = shipped("cloudevents").unwrap();
    assert_eq!(try_read(&format, &format!("[{EVENT},{EVENT}]")).unwrap().alerts.len(), 2);
    let bare = r#"{"specversion":"1.0","type":"com.example.x","source":"/s","id":"1","data":"text"}"#;
    let bare = read("cloudevents", bare);
    assert_eq!((bare.alert.title(), bare.alert.extra.get("data")), ("com.example.x", Some("text")));
}

/// An alarm as ThingsBoard's REST API and the node "create alarm" write it.
const THINGS: &str = r#"{"id":{"entityType":"ALARM","id":"784f394c-42b6-435a-983c-b7beff2784f9"},"createdTime":1795780500000,
    "tenantId":{"entityType":"TENANT","id":"13814000-1dd2-11b2-8080-808080808080"},"customerId":null,"type":"High temperature",
    "originator":{"entityType":"DEVICE","id":"784f394c-42b6-435a-983c-b7beff2784f9"},"severity":"CRITICAL","acknowledged":false,
    "cleared":false,"assigneeId":null,"startTs":1795780500000,"endTs":1795780500000,"ackTs":0,"clearTs":0,"assignTs":0,
    "propagate":true,"propagateRelationTypes":[],"originatorName":"Thermometer 3","status":"ACTIVE_UNACK",
    "name":"High temperature","details":{"data":"41.2 °C"}}"#;

#[test]
fn things_board_alarm_and_its_clear() {
    check(
        "thingsboard",
        THINGS,
        expect![[r#"
            alarm firing urgent, from 2026-11-27T11:55:00Z to -, -
            labels
            alertname: High temperature
            device: Thermometer 3
            originator: 784f394c-42b6-435a-983c-b7beff2784f9
            annotations
            content: originator: 784f394c-42b6-435a-983c-b7beff2784f9
            description: 41.2 °C
            extra
            ackTs: 0
            acknowledged: false
            assignTs: 0
            cleared: false
            createdTime: 1795780500000
            endTs: 1795780500000
            id.entityType: ALARM
            id.id: 784f394c-42b6-435a-983c-b7beff2784f9
            name: High temperature
            originator.entityType: DEVICE
            originator.id: 784f394c-42b6-435a-983c-b7beff2784f9
            propagate: true
            status: ACTIVE_UNACK
            tenantId.entityType: TENANT
            tenantId.id: 13814000-1dd2-11b2-8080-808080808080
        "#]],
    );
    let cleared = THINGS
        .replace("ACTIVE_UNACK", "CLEARED_UNACK")
        .replace(r#""clearTs":0"#, r#""clearTs":1795780700000"#);
    let (alarm, cleared) = (read("thingsboard", THINGS).alert, read("thingsboard", &cleared).alert);
    assert_eq!((cleared.status, cleared.fingerprint), (Status::Resolved, alarm.fingerprint));
    assert_eq!(cleared.ends_at, Some("2026-11-27T11:58:20Z".parse().unwrap()));
}

/// The part of every event about its device: <https://www.chirpstack.io/docs/chirpstack/integrations/events.html>
const DEVICE: &str = r#""deviceInfo":{"tenantId":"52f14cd4-c6f1-4fbd-8f87-4025e1d49242","tenantName":"ChirpStack",
    "applicationId":"17c82e96-be03-4f38-aef3-f83d48582d97","applicationName":"Cold chain","deviceProfileId":"14855bf7",
    "deviceProfileName":"Probe","deviceName":"Cold room 3","devEui":"0101010101010101","tags":{"key":"value"}}"#;

#[test]
fn chirpstack_log_and_battery() {
    let log = format!(
        r#"{{"time":"2026-11-27T11:57:00Z",{DEVICE},"level":"ERROR","code":"UPLINK_CODEC","description":"Exception generated by quickjs",
            "context":{{"deduplication_id":"c9dbe358"}}}}"#
    );
    check(
        "chirpstack",
        &log,
        expect![[r#"
            alarm firing high, from 2026-11-27T11:57:00Z to -, -
            labels
            alertname: UPLINK_CODEC
            application: Cold chain
            device: Cold room 3
            eui: 0101010101010101
            tenant: ChirpStack
            annotations
            content: application: Cold chain
            tenant: ChirpStack
            description: Exception generated by quickjs
            title: UPLINK_CODEC
            extra
            code: UPLINK_CODEC
            context.deduplication_id: c9dbe358
            deviceInfo.applicationId: 17c82e96-be03-4f38-aef3-f83d48582d97
            deviceInfo.deviceProfileId: 14855bf7
            deviceInfo.deviceProfileName: Probe
            deviceInfo.tags.key: value
            deviceInfo.tenantId: 52f14cd4-c6f1-4fbd-8f87-4025e1d49242
        "#]],
    );
    check_ignored("chirpstack", &log.replace("ERROR", "INFO"));
    let status = |battery: &str| {
        format!(
            r#"{{"deduplicationId":"bac9","time":"2026-11-27T11:57:00Z",{DEVICE},"margin":10,"externalPowerSource":false,
                "batteryLevelUnavailable":false,"batteryLevel":{battery}}}"#
        )
    };
    let (low, full) = (read("chirpstack", &status("12.6")).alert, read("chirpstack", &status("98.81")).alert);
    assert_eq!((low.title(), low.text_of("alertname")), ("Battery at 13 %", "battery_low"));
    assert_eq!((low.status, full.status), (Status::Firing, Status::Resolved));
    assert_eq!(low.fingerprint, full.fingerprint);
    check_ignored(
        "chirpstack",
        &status("0").replace(r#""externalPowerSource":false"#, r#""externalPowerSource":true"#),
    );
}

#[test]
fn chirpstack_traffic_asks_for_nothing() {
    let up = format!(
        r#"{{"deduplicationId":"3ac7","time":"2026-11-27T11:57:00Z",{DEVICE},"devAddr":"00189440","adr":true,"dr":1,"fCnt":4,
            "fPort":1,"confirmed":false,"data":"qg==","rxInfo":[],"txInfo":{{}}}}"#
    );
    let join = format!(
        r#"{{"deduplicationId":"c9db","time":"2026-11-27T11:57:00Z",{DEVICE},"devAddr":"00189440"}}"#
    );
    check_ignored("chirpstack", &up);
    check_ignored("chirpstack", &join);
}

/// The body of the `rest_command` in examples/home-assistant.
const HOME: &str = r#"{"alert": "leak", "state": "on", "severity": "urgent", "title": "Water in the boiler room",
    "message": "It was off before.", "name": "Boiler room leak", "entity_id": "binary_sensor.boiler_room_leak"}"#;

#[test]
fn home_assistant_on_and_off() {
    check(
        "home-assistant",
        HOME,
        expect![[r#"
            alarm firing urgent, from 2026-11-27T12:00:00Z to -, -
            labels
            alertname: leak
            device: Boiler room leak
            entity: binary_sensor.boiler_room_leak
            annotations
            content: entity: binary_sensor.boiler_room_leak
            description: It was off before.
            title: Water in the boiler room
            extra
        "#]],
    );
    let (on, off) = (
        read("home-assistant", HOME).alert,
        read("home-assistant", &HOME.replace(r#""on""#, r#""off""#)).alert,
    );
    assert_eq!(
        (on.severity, off.status, off.fingerprint),
        (Severity::Urgent, Status::Resolved, on.fingerprint)
    );
}

#[test]
fn chirpstack_battery_as_text_and_events_of_an_unknown_kind() {
    let body = format!(r#"{{"time":"2026-11-27T11:57:00Z",{DEVICE},"margin":10,"batteryLevel":"12"}}"#);
    let low = read("chirpstack", &body).alert;
    assert_eq!((low.title(), low.status), ("Battery at 12 %", Status::Firing));
    let body = format!(r#"{{"time":"2026-11-27T11:57:00Z",{DEVICE},"tamper":true,"door":"open"}}"#);
    let unknown = read("chirpstack", &body).alert;
    assert_eq!((unknown.kind, unknown.text_of("alertname")), (Kind::Notice, "unknown_event"));
    let content = unknown.annotations.get("content").unwrap();
    assert!(content.starts_with("door: open\ntamper: true\n"), "{content}");
}

#[test]
fn home_assistant_states_as_booleans() {
    let off = read("home-assistant", &HOME.replace(r#""on""#, "false")).alert;
    assert_eq!(
        (off.status, off.fingerprint),
        (Status::Resolved, read("home-assistant", HOME).alert.fingerprint)
    );
    assert_eq!(read("home-assistant", &HOME.replace(r#""on""#, "true")).alert.status, Status::Firing);
}

#[test]
fn things_board_flag_ends_an_alarm() {
    let cleared = read("thingsboard", &THINGS.replace(r#""cleared":false"#, r#""cleared":true"#)).alert;
    assert_eq!(cleared.status, Status::Resolved);
    let flag = THINGS.replace(r#""status":"ACTIVE_UNACK","#, "");
    assert_eq!(read("thingsboard", &flag).alert.status, Status::Firing);
}

#[test]
fn cloud_events_show_their_data() {
    let event = EVENT.replace(r#""description":"open at 40 %""#, r#""pressure":4.5,"crew":["a","b"]"#);
    let alert = read("cloudevents", &event).alert;
    let content = alert.annotations.get("content").unwrap();
    assert!(content.contains("pressure: 4.5\n") && content.contains("crew: "), "{content}");
    let text =
        r#"{"specversion":"1.0","type":"com.example.x","source":"/s","id":"1","data":"water on the floor"}"#;
    let alert = read("cloudevents", text).alert;
    assert!(alert.annotations.get("content").unwrap().starts_with("water on the floor"));
}

#[test]
fn cloud_events_end_by_their_status_or_state() {
    let of = |data: &str| {
        let event = format!(
            r#"{{"specversion":"1.0","type":"com.example.door","source":"/s","subject":"d7","id":"1","data":{{{data}}}}}"#
        );
        read("cloudevents", &event)
    };
    let raised = of(r#""title":"forced""#).alert;
    for end in [r#""status":"resolved""#, r#""state":"Cleared""#, r#""state":"ok","title":"forced""#] {
        let ended = of(end).alert;
        assert_eq!((ended.status, ended.fingerprint), (Status::Resolved, raised.fingerprint), "{end}");
    }
    // The state of a thing is none of the alarm.
    for state in [r#""state":"closed""#, r#""state":false"#, r#""state":{"a":1}"#] {
        let read = of(state);
        assert_eq!(read.alert.status, Status::Firing, "{state}");
        assert!(read.alert.annotations.get("content").unwrap().contains("state: "), "{state}");
    }
}

#[test]
fn cloud_events_end_by_their_type() {
    let of = |kind: &str, data: &str| {
        let event = format!(
            r#"{{"specversion":"1.0","type":"{kind}","source":"/s","subject":"d7","id":"1","data":{data}}}"#
        );
        read("cloudevents", &event).alert
    };
    for (raise, end) in [
        ("com.example.leak.raised", "com.example.leak.cleared"),
        ("com.example.leak", "com.example.leak.RESOLVED"),
        ("leak_firing", "leak_recovered"),
        ("example/leak/triggered", "example/leak/resolved"),
    ] {
        let [raised, ended] = [of(raise, r#"{"message":"wet"}"#), of(end, r#"{"message":"dry"}"#)];
        assert_eq!((raised.status, ended.status), (Status::Firing, Status::Resolved), "{raise}, {end}");
        assert_eq!(raised.fingerprint, ended.fingerprint, "{raise}, {end}");
    }
    let stated = of("com.example.leak.cleared", r#"{"status":"firing"}"#);
    assert_eq!(stated.status, Status::Firing, "a field says more than a name");
    // The states of things are none of an alarm, and a name that is one word is a name.
    for name in ["com.example.valve.closed", "com.example.link.up", "resolved", "com.example.uncleared"] {
        assert_eq!(of(name, "{}").labels.get("alertname"), Some(name));
    }
    for name in ["com.example.valve.closed", "com.example.link.up", "resolved", "cleared"] {
        assert_eq!(of(name, "{}").status, Status::Firing, "{name}");
    }
}

#[test]
fn cloud_events_show_encoded_data() {
    // By `base64` of the GNU coreutils.
    let event = r#"{"specversion":"1.0","type":"com.example.x","source":"/s","id":"1","data_base64":"eyJ0aXRsZSI6ICLpmIDpl6jljaHmu54ifQ=="}"#;
    assert_eq!(read("cloudevents", event).alert.title(), "阀门卡滞");
}

#[test]
fn things_board_originators_may_be_texts() {
    let of = |originator: &str| {
        let body = format!(
            r#"{{"type":"High","originator":{originator},"severity":"MAJOR","status":"ACTIVE_UNACK"}}"#
        );
        read("thingsboard", &body).alert
    };
    let [one, other] = [of(r#""DEVICE:aa-1""#), of(r#""DEVICE:aa-2""#)];
    assert_eq!(one.labels.get("originator"), Some("DEVICE:aa-1"));
    assert_ne!(one.fingerprint, other.fingerprint);
    assert_eq!(of(r#"{"entityType":"DEVICE","id":"aa-1"}"#).labels.get("originator"), Some("aa-1"));
}

#[test]
fn zabbix_without_its_macros_keeps_alerts_apart() {
    let of = |name: &str| {
        let body = format!(
            r#"{{"name":"{name}","value":"1","host":"{{HOST.NAME}}","trigger_id":"{{TRIGGER.ID}}","severity":"4"}}"#
        );
        read("zabbix", &body).alert
    };
    assert_ne!(of("Disk full").fingerprint, of("Link down").fingerprint);
    assert_eq!(of("Disk full").title(), "Disk full");
}

#[test]
fn notices_of_uptime_kuma_are_apart_by_their_texts() {
    let of = |text: &str| {
        read("uptime-kuma", &format!(r#"{{"heartbeat":null,"monitor":null,"msg":"{text}"}}"#)).alert
    };
    assert_ne!(of("a.example expires").fingerprint, of("b.example expires").fingerprint);
}

/// Tells whether the format of this name takes the two bodies for two alarms.
fn are_apart(format: &str, one: &str, other: &str) -> bool {
    read(format, one).alert.fingerprint != read(format, other).alert.fingerprint
}

#[test]
fn cloud_events_without_a_subject_stay_apart() {
    let are_apart = |one: &str, other: &str| {
        let [one, other] = [one, other].map(|data| {
            format!(r#"{{"specversion":"1.0","type":"alarm","source":"/plc","id":"1","data":{data}}}"#)
        });
        are_apart("cloudevents", &one, &other)
    };
    assert!(are_apart(r#"{"alarm":"dry"}"#, r#"{"alarm":"hot"}"#));
    assert!(are_apart(r#"{"device":"P1","status":"firing"}"#, r#"{"device":"P2","status":"firing"}"#));
    assert!(are_apart(r#"{"message":"Valve A stuck"}"#, r#"{"message":"Valve B stuck"}"#));
    assert!(are_apart(r#""Valve A stuck""#, r#""Valve B stuck""#));
    assert!(!are_apart(r#"{"message":"at 41.2 °C","n":1}"#, r#"{"message":"at 41.9 °C","n":2}"#));
    // An end has other words.
    assert!(!are_apart(
        r#"{"message":"stuck","status":"firing"}"#,
        r#"{"message":"moves","status":"resolved"}"#
    ));
}

#[test]
fn alerts_that_lack_a_label_of_their_identity_stay_apart() {
    for (format, common, one, other, are_two) in [
        ("home-assistant", r#""alert":"leak","state":"on""#, r#""name":"bath""#, r#""name":"cellar""#, true),
        (
            "home-assistant",
            r#""alert":"leak","name":"bath""#,
            r#""state":"on","message":"wet""#,
            r#""state":"off","message":"dry""#,
            false,
        ),
        (
            "home-assistant",
            r#""alert":"leak""#,
            r#""message":"In the bath""#,
            r#""message":"In the cellar""#,
            true,
        ),
        ("zabbix", r#""host":"web","value":"1""#, r#""name":"Disk full""#, r#""name":"Link down""#, true),
        (
            "zabbix",
            r#""host":"web","name":"Disk full""#,
            r#""value":"1","message":"97 %""#,
            r#""value":"0","message":"40 %""#,
            false,
        ),
        (
            "thingsboard",
            r#""type":"High""#,
            r#""details":{"data":"oven"}"#,
            r#""details":{"data":"fan"}"#,
            true,
        ),
    ] {
        let [one, other] = [one, other].map(|own| format!("{{{common},{own}}}"));
        assert_eq!(are_apart(format, &one, &other), are_two, "{format}: {one} and {other}");
    }
}
