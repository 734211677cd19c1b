use proptest::prelude::*;
use serde_json::{Value, json};

use super::refusals::json as any_json;
use super::*;

/// Invented credentials that are known by their shape.
const BY_SHAPE: [&str; 9] = [
    "SEC00112233445566778899aabbccddeeff",
    "xoxb-1234567890-abcdefABCDEF",
    "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N",
    "Bearer planted-credential-1",
    "https://a.example/robot/send?access_token=planted-credential-2",
    "https://a.example/cgi-bin/webhook/send?key=planted-credential-3",
    "-----BEGIN PRIVATE KEY-----\nplanted-credential-4\n-----END PRIVATE KEY-----",
    "AKIAIOSFODNN7EXAMPLE",
];

/// Field names under which any value is a credential.
const BY_NAME: [&str; 12] = [
    "password",
    "dingtalk_token",
    "dingtalk_secret",
    "corpsecret",
    "api_key",
    "apiKey",
    "Authorization",
    "access-key",
    "PRIVATE_KEY",
    "wecom_webhook_url",
    "smtp_pwd",
    "AppSKey",
];

/// The part of each credential that must not be found in the reading.
fn essence(credential: &str) -> &str {
    let at = credential.find("planted").map(|at| &credential[at..]).unwrap_or(credential);
    at.lines().next().unwrap()
}

/// Puts `planted` at the `nth` place of `body` (or as the field `planted`, if it has no such place).
fn plant(body: &mut Value, nth: &mut usize, planted: &Value) {
    if *nth == 0 {
        *body = planted.clone();
        *nth = usize::MAX;
        return;
    }
    *nth = nth.saturating_sub(1);
    match body {
        Value::Array(items) => items.iter_mut().for_each(|it| plant(it, nth, planted)),
        Value::Object(fields) => fields.values_mut().for_each(|it| plant(it, nth, planted)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn reading_text(body: &Value) -> String {
    match try_read(&body.to_string(), &Hints::default()) {
        Ok(reading) => format!("{reading:?}"),
        Err(err) => err.to_string(),
    }
}

proptest! {
    #[test]
    fn no_credential_survives_in_a_text(
        mut body in any_json(), mut nth in 1..30_usize, which in prop::sample::select(&BY_SHAPE[..]), around in "[a-z ]{0,8} ",
    ) {
        plant(&mut body, &mut nth, &json!(format!("{around}{which} {around}")));
        let body = json!({ "eui": "e", "desc": format!("{around}{which}"), which: 1, "rest": body });
        prop_assert!(!reading_text(&body).contains(essence(which)));
    }

    #[test]
    fn no_credential_survives_under_a_telling_name(
        mut body in any_json(), mut nth in 1..30_usize, name in prop::sample::select(&BY_NAME[..]),
    ) {
        plant(&mut body, &mut nth, &json!({ name: "planted-credential" }));
        let body = json!({ "eui": "e", "desc": "x", name: ["planted-credential"], "rest": body });
        prop_assert!(!reading_text(&body).contains("planted"));
    }

    #[test]
    fn no_attribute_of_a_dumped_device_survives(
        mut body in any_json(), mut nth in 1..30_usize,
        bag in prop::sample::select(&["server_attrs", "MAC_ATTRS", "Other_Attrs", "clientAttrs", "org_params"][..]),
    ) {
        plant(&mut body, &mut nth, &json!({ bag: { "limit": ["planted"] } }));
        let body = json!({ "device": { "eui": "e", bag: "planted" }, "desc": "x", "rest": body });
        prop_assert!(!reading_text(&body).contains("planted"));
    }
}

#[test]
fn a_credential_costs_its_own_text_and_not_the_alert() {
    let alert =
        alert(r#"{"eui": "e", "desc": "push failed: xoxb-1234567890-abcdef, retrying", "api_key": "k"}"#);
    assert_eq!(alert.annotations.get("description"), Some("push failed: [removed], retrying"));
    assert_eq!(alert.extra, labels(&[("api_key", "[removed]")]));
}

#[test]
fn a_credential_in_the_address_is_masked_too() {
    let alert = alert_with(r#"{"desc": "x"}"#, &hints(&[("name", "xoxb-1234567890-abcdef")]));
    assert_eq!(alert.labels.get("device"), Some("[removed]"));
}
