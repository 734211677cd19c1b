use serde_json::json;

use super::*;

fn config(settings: serde_json::Value) -> DingTalkConfig {
    serde_json::from_value(settings).unwrap()
}

#[track_caller]
fn check_problem(settings: serde_json::Value, field: &str) {
    let err = config(settings).check().unwrap_err();
    assert_eq!(err.field, field);
    assert!(!err.message.contains("hunter2"), "{err}");
}

#[test]
fn a_robot_needs_its_token_and_usually_its_secret() {
    config(json!({ "access_token": "abc" })).check().unwrap();
    config(json!({ "access_token": "abc", "secret": "SECabc\n", "keyword": "alarm", "msgtype": "text" }))
        .check()
        .unwrap();
}

#[test]
fn a_whole_address_is_no_token() {
    check_problem(
        json!({ "access_token": "https://oapi.dingtalk.com/robot/send?access_token=hunter2" }),
        "access_token",
    );
    check_problem(json!({ "access_token": "" }), "access_token");
}

#[test]
fn a_secret_starts_with_sec() {
    check_problem(json!({ "access_token": "abc", "secret": "hunter2" }), "secret");
}

#[test]
fn a_robot_without_a_signature_is_warned_about() {
    let warnings = |settings| -> Vec<String> {
        config(settings).warnings().into_iter().map(|it| format!("{}: {}", it.field, it.message)).collect()
    };
    let token = "0123456789abcdef".repeat(4);
    assert_eq!(
        warnings(json!({ "access_token": token })),
        [": no `secret`: without 加签 whoever learns the access token can write to the group"]
    );
    assert_eq!(warnings(json!({ "access_token": token, "secret": format!("SEC{token}") })), [""; 0]);
    assert_eq!(
        warnings(json!({ "access_token": &token[1..], "secret": "SECabc" })),
        [
            "access_token: does not look like one: expected 64 hexadecimal digits, found 63 characters; copy it once more",
            "secret: does not look like one: expected `SEC` and 64 hexadecimal digits, found 6 characters; copy it once more",
        ]
    );
    let endpoint = "https://dingtalk.example.com";
    assert_eq!(warnings(json!({ "access_token": "abc", "secret": "SECabc", "endpoint": endpoint })), [""; 0]);
}

#[test]
fn an_empty_keyword_is_a_mistake() {
    check_problem(json!({ "access_token": "abc", "keyword": " " }), "keyword");
}

#[test]
fn an_unknown_setting_is_refused() {
    let err =
        serde_json::from_value::<DingTalkConfig>(json!({ "access_token": "abc", "tokn": 1 })).unwrap_err();
    assert!(err.to_string().contains("unknown field `tokn`"), "{err}");
}

#[test]
fn the_sandbox_learns_the_credentials_and_gets_every_message() {
    let doors =
        SandboxDoors { http: "http://127.0.0.1:8790".to_owned(), smtp: "127.0.0.1:8791".parse().unwrap() };
    let written = config(json!({
        "access_token": "abc", "secret": "SECabc", "keyword": "alarm",
        "proxy": "http://10.0.0.1:3128", "ca_file": "/etc/ca.pem", "endpoint": "https://dingtalk.internal",
    }));
    let (config, account) = written.into_sandbox(&doors);
    assert_eq!(config.endpoint.as_deref(), Some("http://127.0.0.1:8790"));
    assert_eq!((config.proxy, config.ca_file), (None, None));
    let settings = [("access_token", "abc"), ("secret", "SECabc"), ("keyword", "alarm")];
    assert_eq!(account.kind, "dingtalk");
    assert_eq!(account.settings, settings.map(|(name, text)| (name, text.to_owned())));
}

#[test]
fn stand_ins_for_missing_secrets_are_no_mistake() {
    let (token, secret) = (Secret::stand_in("DINGTALK_TOKEN"), Secret::stand_in("DINGTALK_SECRET"));
    config(json!({ "access_token": token, "secret": secret })).check().unwrap();
}
