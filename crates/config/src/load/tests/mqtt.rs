//! Sources that take the messages of a broker.

use std::time::Duration;

use expect_test::{Expect, expect};
use fanfare_mqtt::BrokerSecurity;

use super::{SOUND, check_problems, check_warnings, load};
use crate::SourceAuth;

const AUTH: &str = "auth: { bearer: { env: TOKEN } }";

/// The sound config, with this broker instead of a token.
fn with_broker(mqtt: &str) -> String {
    assert!(SOUND.contains(AUTH));
    SOUND.replace(AUTH, &format!("mqtt: {{ {mqtt} }}"))
}

#[track_caller]
fn check_broker(mqtt: &str, expected: Expect) {
    check_problems(&with_broker(mqtt), expected);
}

#[test]
fn a_broker_alone_closes_the_door_and_has_good_defaults() {
    let config = load(&with_broker("broker: 'mqtt://10.0.0.5', topics: ['a/+/b', 'c/#']")).unwrap();
    assert_eq!(config.warnings, []);
    let source = &config.sources[0];
    assert!(matches!(source.auth, SourceAuth::Closed), "{:?}", source.auth);
    let broker = source.mqtt.as_ref().unwrap();
    assert_eq!((broker.host.as_str(), broker.port), ("10.0.0.5", 1883));
    assert_eq!((&broker.security, broker.keep_alive), (&BrokerSecurity::Plain, Duration::from_secs(30)));
    let tls = load(&with_broker("broker: 'mqtts://broker.example.com', topics: [a]")).unwrap();
    assert_eq!(tls.sources[0].mqtt.as_ref().unwrap().port, 8883);
}

#[test]
fn a_broker_and_a_door_stand_beside_each_other() {
    let both = format!("{AUTH}\n    mqtt: {{ broker: 'mqtt://[::1]:1884', topics: [a] }}");
    let config = load(&SOUND.replace(AUTH, &both)).unwrap();
    let source = &config.sources[0];
    assert!(source.auth.bearer().is_some());
    let broker = source.mqtt.as_ref().unwrap();
    assert_eq!((broker.host.as_str(), broker.port), ("::1", 1884));
}

#[test]
fn mistakes_of_a_broker_are_named() {
    check_broker(
        "broker: '10.0.0.5:1883', topics: []",
        expect![[r#"
        5:21: error: sources[0].mqtt.broker: not the address of a broker: expected mqtt://HOST:PORT, or mqtts://HOST:PORT for TLS
        5:38: error: sources[0].mqtt.topics: must not be empty: name the topic of the alerts"#]],
    );
    check_broker(
        "broker: 'mqtt://fanfare:secret@10.0.0.5', topics: ['a/#/b', 'a+', '$share/x/a', '']",
        expect![[r#"
            5:21: error: sources[0].mqtt.broker: a login does not belong here: write `username` and `password`, expected mqtt://HOST:PORT, or mqtts://HOST:PORT for TLS
            5:64: error: sources[0].mqtt.topics[0]: not a topic filter: `+` and `#` stand for whole parts between `/`, and `#` only at the end
            5:73: error: sources[0].mqtt.topics[1]: not a topic filter: `+` and `#` stand for whole parts between `/`, and `#` only at the end
            5:79: error: sources[0].mqtt.topics[2]: of a shared subscription each gateway gets a part of the alerts: leave out `$share/NAME/`
            5:93: error: sources[0].mqtt.topics[3]: not a topic filter: `+` and `#` stand for whole parts between `/`, and `#` only at the end"#]],
    );
    check_broker(
        "broker: 'wss://10.0.0.5', topics: [a], password: { env: TOKEN }, keep_alive: 1s",
        expect![[r#"
            5:21: error: sources[0].mqtt.broker: MQTT over WebSocket is not supported: expected mqtt://HOST:PORT, or mqtts://HOST:PORT for TLS
            5:52: error: sources[0].mqtt.password: is of no use without a `username`
            5:90: error: sources[0].mqtt.keep_alive: must be between 5s and 18h: write e.g. 30s"#]],
    );
    check_broker(
        "broker: 'mqtt://10.0.0.5/a', topics: [a], client_id: ''",
        expect![[r#"
        5:21: error: sources[0].mqtt.broker: nothing may follow the port, topics stand under `topics`: expected mqtt://HOST:PORT, or mqtts://HOST:PORT for TLS
        5:66: error: sources[0].mqtt.client_id: must not be empty: the broker would choose another one each time"#]],
    );
    check_broker(
        "broker: 'mqtt://10.0.0.5', topics: [a], ca_file: /nowhere/ca.pem, client_certificate: { cert_file: /nowhere/a, key_file: /nowhere/b }",
        expect![[r#"
            5:62: error: sources[0].mqtt.ca_file: is for TLS, and `broker` is without: write `mqtts://`
            5:79: error: sources[0].mqtt.client_certificate: is for TLS, and `broker` is without: write `mqtts://`"#]],
    );
    check_broker(
        "broker: 'mqtts://10.0.0.5', topics: [a], ca_file: /nowhere/ca.pem",
        expect![
            "5:63: error: sources[0].mqtt.ca_file: `/nowhere/ca.pem`: No such file or directory (os error 2)"
        ],
    );
}

#[test]
fn a_password_in_clear_text_and_topics_that_are_no_alerts_are_doubted() {
    let login = "username: fanfare, password: { env: TOKEN }";
    let check = |mqtt: &str, expected| check_warnings(&with_broker(mqtt), expected);
    check(
        &format!("broker: 'mqtt://broker.example.com', topics: [a], {login}"),
        expect![
            "5:82: warning: sources[0].mqtt.password: crosses the network in clear text: write `mqtts://` in `broker`, if the broker has TLS"
        ],
    );
    check(&format!("broker: 'mqtt://10.0.0.5', topics: [a], {login}"), expect![[""]]);
    check(&format!("broker: 'mqtts://broker.example.com', topics: [a], {login}"), expect![[""]]);
    check(
        "broker: 'mqtt://10.0.0.5', topics: ['#', '/v32/acme/tkl/up/telemetry/+']",
        expect![[r#"
            5:49: warning: sources[0].mqtt.topics[0]: every message of the broker is read as an alert: name the topic of the alerts
            5:54: warning: sources[0].mqtt.topics[1]: ThinkLink's telemetry is no alert: name the topic to which a script sends alerts, or read it for heartbeats by a source of its own with `format: tkl-telemetry`"#]],
    );
}

#[test]
fn what_is_said_of_a_door_that_is_none_is_a_warning() {
    let mqtt = "mqtt: { broker: 'mqtt://10.0.0.5', topics: [a] }";
    let limits = "\n    from: [10.0.0.0/8]\n    rate_limit: { alerts: 60, per: 1m }";
    let closed = SOUND.replace(AUTH, &format!("{mqtt}{limits}"));
    let paths: Vec<String> = load(&closed).unwrap().warnings.iter().map(|it| it.path.to_string()).collect();
    assert_eq!(paths, ["sources[0].from", "sources[0].rate_limit"]);
    let open = SOUND.replace(AUTH, &format!("{AUTH}\n    {mqtt}{limits}"));
    assert_eq!(load(&open).unwrap().warnings, []);
}
