use serde_json::json;

use super::*;

fn both(script: &str) -> [Result<Vec<SentItem>, ScriptFault>; 2] {
    Host::ALL.map(|host| examine(script, host, &ScriptSample::default()))
}

/// The four forms of the documents of March 2026, each of which posts or calls.
const BARE_TRIGGER: &str = r#"
    const t = Object.values(device.telemetry_data)[0].temperature;
    return { delayms: 0, actions: t > device.server_attrs.alarm_temp
      ? [{ method: "gw_alert", params: { _eui: device.eui, desc: `Current ${t} °C` } }] : [] };"#;
const TRIGGER_FUNCTION: &str = r#"
    function trigger_script(device, thingModelId) {
      const t = device.telemetry_data[thingModelId].temperature;
      return { actions: [{ methodId: "gw_alert", params: { _eui: device.eui, desc: `Current ${t} °C` } }] };
    }"#;
const BARE_RPC: &str = r#"
    return [{ type: "axios", dnMsg: { method: "POST", url: "http://gateway:8780/ingest/thinklink",
      headers: { Authorization: "Bearer a-token" }, data: { eui: device.eui, desc: params.desc } } }];"#;
const RPC_FUNCTION: &str = r#"
    function rpc_script({ device, params, alarms, logger }) {
      logger.info("posting", params);
      return [{ sleepTimeMs: 0, type: "axios", dnMsg: { url: "http://gateway:8780/ingest/thinklink",
        data: { eui: device.eui, desc: params.desc } } }];
    }"#;

#[test]
fn a_bare_trigger_calls_its_rpc_on_both() {
    for run in both(BARE_TRIGGER) {
        let params = json!({ "_eui": "6353012af1093062", "desc": "Current -9.4 °C" });
        let expected = SentItem::Called { method: "gw_alert".to_owned(), params, names_device: true };
        assert_eq!(run.unwrap(), [expected]);
    }
}

#[test]
fn a_trigger_in_a_function_is_run_by_newer_versions_only() {
    let [old, newer] = both(TRIGGER_FUNCTION);
    assert_eq!(old, Err(ScriptFault::WrongResult("undefined".to_owned())));
    assert!(matches!(&newer.unwrap()[..], [SentItem::Called { names_device: true, .. }]));
}

#[test]
fn a_post_is_published_by_the_old_version_with_its_token() {
    let [old, newer] = both(BARE_RPC);
    let [SentItem::Published { topic, body, was_to_be_posted: true }] = &old.unwrap()[..] else { panic!() };
    assert_eq!(topic, "/v32/acme/as/dn/data/6353012af1093062");
    assert_eq!(body["headers"]["Authorization"], "Bearer a-token");
    let [SentItem::Posted { url, body }] = &newer.unwrap()[..] else { panic!() };
    assert_eq!(
        (url.as_str(), &body["eui"]),
        ("http://gateway:8780/ingest/thinklink", &json!("6353012af1093062"))
    );
}

#[test]
fn an_rpc_in_a_function_is_run_by_newer_versions_only() {
    let [old, newer] = both(RPC_FUNCTION);
    assert_eq!(old, Err(ScriptFault::WrongResult("undefined".to_owned())));
    assert!(matches!(&newer.unwrap()[..], [SentItem::Posted { .. }]));
}

#[test]
fn null_asks_for_nothing_only_where_that_is_known() {
    let [old, newer] = both("return null;");
    assert_eq!((old, newer), (Err(ScriptFault::WrongResult("null".to_owned())), Ok(Vec::new())));
    for run in both("return [];") {
        assert_eq!(run, Ok(Vec::new()));
    }
}

#[test]
fn what_a_version_does_not_have_is_an_error_there() {
    let [old, newer] = both("logger.info('x'); return [];");
    assert!(matches!(&old, Err(ScriptFault::Thrown(message)) if message.contains("logger")), "{old:?}");
    assert_eq!(newer, Ok(Vec::new()));
    for run in both("const crypto = require('crypto'); return [];") {
        assert!(matches!(&run, Err(ScriptFault::Thrown(message)) if message.contains("require")), "{run:?}");
    }
}

#[test]
fn what_stays_inside_thinklink_is_named() {
    let script = r#"return [{ type: "modifyAttrs", dnMsg: { server_attrs: { fired: true } } },
                            { type: "alarm", dnMsg: { action: "new", data: { alarm_name: "x" } } }];"#;
    let [old, newer] = both(script);
    let inside = |kind: &str| SentItem::Inside { kind: kind.to_owned() };
    assert_eq!(newer.unwrap(), [inside("modifyAttrs"), inside("alarm")]);
    let target = r#"return [{ target: "fanfare", dnMsg: { desc: "x" } }];"#;
    for run in both(target) {
        let [SentItem::Published { topic, was_to_be_posted: false, .. }] = &run.unwrap()[..] else {
            panic!()
        };
        assert_eq!(topic, "/v32/acme/as/dn/data/fanfare");
    }
    let old = old.unwrap();
    assert_eq!(old[0], inside("modifyAttrs"));
    assert!(matches!(&old[1], SentItem::Published { was_to_be_posted: false, .. }));
}
