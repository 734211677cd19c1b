//! The scripts for ThinkLink 2.00.011, whose only way out for an alert is its own broker.

use serde_json::{Value, json};

use super::{BrokerSite, TOPIC, until_told};
use crate::harness::{file, text};
use crate::scripts::run_host;

/// A credential that must stay in ThinkLink.
const BOT_TOKEN: &str = "a-token-that-an-old-script-kept-with-the-device";

/// The messages that ThinkLink publishes after an uplink with this telemetry, from a device whose limit is -15.
fn uplink(telemetry: Value) -> Vec<Value> {
    let device = json!({
        "eui": "6353012af1093062",
        "name": "Cold room 3",
        "tags": ["cold"],
        "server_attrs": { "alarm_temp": -15, "dingtalk_token": BOT_TOKEN },
        "telemetry_data": { "45616600866361349": telemetry },
    });
    let input = json!({
        "trigger": file("examples/tkl/old_gw_alert_trigger.js"),
        "rpc": file("examples/tkl/old_gw_alert.js"),
        "device": device,
        "tenant": "acme",
    });
    let Value::Array(published) = run_host("tests/tkl/old_host.js", &input) else {
        panic!("the host prints no list")
    };
    published
}

#[test]
fn an_old_thinklink_tells_people_by_its_own_broker() {
    let site = BrokerSite::open();
    let gateway = site.gateway();
    for temperature in [-20.0, -12.0, -12.5, -18.0] {
        let published = uplink(json!({ "temperature": temperature }));
        assert_eq!(published.len(), 1, "{published:?}");
        assert_eq!(text(&published[0], "topic"), TOPIC);
        let message = text(&published[0], "message").to_owned();
        assert!(!message.contains(BOT_TOKEN), "{message}");
        assert!(site.broker.publish(TOPIC, &[message]));
    }
    // Of the edges only: above the limit, and over.
    until_told(&gateway, 2);
    let seen = site.providers.seen("ding");
    assert!(
        seen[0].shown.text.contains("Cold room 3")
            && seen[0].shown.text.contains("Current -12 °C, limit -15 °C"),
        "{seen:?}"
    );
}

#[test]
fn an_uplink_without_a_reading_publishes_nothing() {
    assert_eq!(uplink(json!({ "humidity": 30 })), Vec::<Value>::new());
}
