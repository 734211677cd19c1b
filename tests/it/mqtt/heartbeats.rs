//! Telemetry as heartbeats of devices: while the broker is away, none of them is missing.

use std::sync::Arc;

use serde_json::json;

use super::broker::TestBroker;
use super::{is_connected, metric};
use crate::harness::{PATIENCE, TestFolder, TestGateway, until};

const CONFIG: &str = "
server: { listen: 127.0.0.1:0 }
store: sqlite://data/fanfare.db
sources:
  - name: thinklink
    format: tkl-telemetry
    mqtt: { broker: 'mqtt://127.0.0.1:PORT', topics: ['/v32/acme/tkl/up/telemetry/+'] }
    heartbeats: [ { name: '6353*', every: 10s, grace: 20s } ]
channels:
  bot: { kind: dingtalk, access_token: { file: token } }
receivers:
  - { name: team, channels: [bot] }
route: { receiver: team }
";

#[track_caller]
fn until_status(gateway: &TestGateway, status: &str, number: f64) {
    let series = format!("fanfare_heartbeats{{source=\"thinklink\",status=\"{status}\"}}");
    until(&series, || metric(gateway, &series) == Some(number), PATIENCE);
}

#[test]
fn telemetry_is_heard_by_its_topic_and_a_broker_that_is_away_makes_no_device_missing() {
    let mut broker = TestBroker::start();
    let folder = Arc::new(TestFolder::new(&CONFIG.replace("PORT", &broker.port().to_string())));
    folder.write("token", "a-token-of-a-robot-that-is-never-called");
    let gateway = TestGateway::start_at(&folder, &[], &[]);
    until("the gateway is connected", || is_connected(&gateway), PATIENCE);
    let body = json!({ "telemetry_data": { "battery": 3.3 } }).to_string();
    for eui in ["6353012af10a9331", "6353012AF10A9332"] {
        assert!(broker.publish(&format!("/v32/acme/tkl/up/telemetry/{eui}"), std::slice::from_ref(&body)));
    }
    until_status(&gateway, "heard", 2.0);
    broker.kill9();
    until_status(&gateway, "away", 2.0);
    broker.restart();
    until_status(&gateway, "heard", 2.0);
    let list = gateway.get("/api/v1/heartbeats").json();
    assert_eq!(list["heartbeats"][1]["name"], "6353012af10a9332", "{list}");
    assert_eq!(gateway.get("/api/v1/alerts").json(), json!({ "alerts": [] }), "{}", gateway.log());
}

#[test]
fn telemetry_that_the_broker_has_retained_is_no_sign_of_life() {
    let broker = TestBroker::start();
    let topic = |eui: &str| format!("/v32/acme/tkl/up/telemetry/{eui}");
    let body = json!({ "telemetry_data": { "battery": 3.3 } }).to_string();
    assert!(broker.publish_with(&topic("6353012af10a9331"), std::slice::from_ref(&body), &["-r"]));
    let folder = Arc::new(TestFolder::new(&CONFIG.replace("PORT", &broker.port().to_string())));
    folder.write("token", "a-token-of-a-robot-that-is-never-called");
    let gateway = TestGateway::start_at(&folder, &[], &[]);
    let taken = r#"fanfare_mqtt_messages_total{source="thinklink",fate="taken"}"#;
    until("the retained message has come", || metric(&gateway, taken) == Some(1.0), PATIENCE);
    // Retained now, but of a device that lives: whoever has subscribed gets it as any other.
    assert!(broker.publish_with(&topic("6353012af10a9332"), &[body], &["-r"]));
    until_status(&gateway, "heard", 1.0);
    let list = gateway.get("/api/v1/heartbeats").json();
    let names: Vec<_> = list["heartbeats"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["6353012af10a9332"], "{list}");
}
