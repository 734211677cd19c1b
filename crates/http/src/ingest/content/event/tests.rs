use actix_web::http::header::{HeaderName, HeaderValue};
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn headers(fields: &[(&str, &str)]) -> HeaderMap {
    let parsed = |(name, value): &(&str, &str)| {
        (name.parse::<HeaderName>().unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap())
    };
    fields.iter().map(parsed).collect()
}

#[track_caller]
fn check(fields: &[(&str, &str)], essence: &str, body: &str, expected: Value) {
    let structured = structured(&headers(fields), essence, body.as_bytes()).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&structured).unwrap(), expected, "{structured}");
}

#[test]
fn the_attributes_in_headers_and_the_data_make_one_event() {
    check(
        &[
            ("ce-specversion", "1.0"),
            ("ce-type", "com.example.pump.failed"),
            ("CE-Source", "/plant/7"),
            ("ce-subject", "%E6%B3%B5%203"),
            ("content-type", "application/json"),
        ],
        "application/json",
        r#" {"severity": "urgent", "value": 1.10} "#,
        json!({
            "specversion": "1.0", "type": "com.example.pump.failed", "source": "/plant/7", "subject": "泵 3",
            "data": { "severity": "urgent", "value": 1.10 },
        }),
    );
}

#[test]
fn data_that_is_no_json_is_a_text_and_no_data_is_none() {
    let version = [("ce-specversion", "1.0")];
    check(&version, "text/plain", "12", json!({ "specversion": "1.0", "data": "12" }));
    check(&version, "application/json", "{\"a\":", json!({ "specversion": "1.0", "data": "{\"a\":" }));
    check(&version, "", "  ", json!({ "specversion": "1.0" }));
}

#[test]
fn an_attribute_cannot_stand_for_the_data() {
    let fields = [("ce-specversion", "1.0"), ("ce-data", "forged"), ("ce-", "nameless")];
    check(&fields, "", "true", json!({ "specversion": "1.0", "data": true }));
}

#[test]
fn a_request_without_a_version_is_no_event_in_headers() {
    assert_eq!(structured(&headers(&[("ce-type", "x")]), "", b"{}"), None);
}

proptest! {
    #[test]
    fn whatever_stands_in_headers_and_body_it_becomes_json(
        value in "[ -~]{0,30}", essence in "(text/plain|application/json|)", body in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let headers = headers(&[("ce-specversion", "1.0"), ("ce-id", &value)]);
        let structured = structured(&headers, &essence, &body).unwrap();
        let event: Value = serde_json::from_str(&structured).unwrap();
        prop_assert_eq!(&event["specversion"], "1.0");
        let text = String::from_utf8_lossy(&body);
        prop_assert_eq!(event.get("data").is_some(), !text.trim().is_empty());
    }
}
