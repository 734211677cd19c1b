use fanfare_core::{Channel, Context, Locale};
use serde_json::{Value, json};

use super::*;
use crate::WeCom;

fn build(settings: Value) -> Result<WeCom, BuildError> {
    let context = Context {
        name: "ops".into(),
        locale: Locale::default(),
        timeout: std::time::Duration::from_secs(10),
    };
    WeCom::build(serde_json::from_value(settings).unwrap(), context)
}

#[track_caller]
fn check_problem(settings: Value, field: &str) {
    let err = build(settings).unwrap_err();
    assert_eq!(err.field, field);
    assert!(!err.message.contains("hunter2"), "{err}");
}

fn app(recipients: &Value) -> Value {
    let mut app = json!({ "corp_id": "ww1", "secret": "hunter2", "agent_id": 1_000_002 });
    app.as_object_mut().unwrap().append(&mut recipients.as_object().unwrap().clone());
    json!({ "app": app })
}

#[test]
fn a_channel_is_a_bot_or_an_app() {
    build(json!({ "key": "abc" })).unwrap();
    build(app(&json!({ "to_user": ["zhangsan"], "to_party": [2], "to_tag": "1|2" }))).unwrap();
}

#[test]
fn a_channel_is_not_both_and_not_neither() {
    let mut both = app(&json!({ "to_user": "@all" }));
    both["key"] = json!("abc");
    check_problem(both, "app");
    check_problem(json!({}), "key");
}

#[test]
fn a_whole_address_is_no_key() {
    check_problem(json!({ "key": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=hunter2" }), "key");
    check_problem(json!({ "key": "" }), "key");
}

#[test]
fn an_app_writes_to_somebody_but_not_to_too_many() {
    check_problem(app(&json!({})), "app.to_user");
    check_problem(app(&json!({ "to_user": " | " })), "app.to_user");
    check_problem(app(&json!({ "to_party": vec![1; 101] })), "app.to_party");
    build(app(&json!({ "to_party": vec![1; 100] }))).unwrap();
}

#[test]
fn an_app_needs_its_company_and_its_secret() {
    check_problem(
        json!({ "app": { "corp_id": " ", "secret": "s", "agent_id": 1, "to_user": "@all" } }),
        "app.corp_id",
    );
    check_problem(
        json!({ "app": { "corp_id": "ww1", "secret": "", "agent_id": 1, "to_user": "@all" } }),
        "app.secret",
    );
}

#[test]
fn an_app_mentions_nobody() {
    let mut settings = app(&json!({ "to_user": "@all" }));
    settings["mention"] = json!({ "user_ids": ["zhangsan"] });
    check_problem(settings, "mention");
}

#[test]
fn an_unknown_setting_is_refused() {
    for settings in [json!({ "kye": "abc" }), json!({ "app": { "corpid": "ww1" } })] {
        let err = serde_json::from_value::<WeComConfig>(settings).unwrap_err();
        assert!(err.to_string().contains("unknown field"), "{err}");
    }
}

#[test]
fn the_sandbox_learns_the_credentials_and_gets_every_message() {
    let doors =
        SandboxDoors { http: "http://127.0.0.1:8790".to_owned(), smtp: "127.0.0.1:8791".parse().unwrap() };
    let sandboxed = |mut settings: Value| {
        settings["proxy"] = json!("http://10.0.0.1:3128");
        settings["ca_file"] = json!("/etc/ca.pem");
        let (config, account) = WeCom::into_sandbox(serde_json::from_value(settings).unwrap(), &doors);
        assert_eq!(config.endpoint.as_deref(), Some("http://127.0.0.1:8790"));
        assert_eq!((config.proxy, config.ca_file), (None, None));
        assert_eq!(account.kind, "wecom");
        account.settings
    };
    assert_eq!(sandboxed(json!({ "key": "abc" })), [("key", "abc".to_owned())]);
    let settings = sandboxed(app(&json!({ "to_user": ["zhangsan", "lisi"], "to_party": [2] })));
    let expected = [
        ("corp_id", "ww1"),
        ("secret", "hunter2"),
        ("agent_id", "1000002"),
        ("to_user", "zhangsan|lisi"),
        ("to_party", "2"),
        ("to_tag", ""),
    ];
    assert_eq!(settings, expected.map(|(name, text)| (name, text.to_owned())));
}

#[test]
fn a_stand_in_for_a_missing_secret_is_no_mistake() {
    check_key(&Secret::new(&Secret::stand_in("WECOM_KEY"))).unwrap();
}

#[test]
fn a_key_of_another_form_than_wecoms_is_a_doubt() {
    let warned = |settings: Value| {
        let config: WeComConfig = serde_json::from_value(settings).unwrap();
        config.warnings().into_iter().map(|it| it.field).collect::<Vec<_>>()
    };
    assert_eq!(warned(json!({ "key": "693a91f6-7bc4-4bc4-97a0-0ec2cafa5aaa" })), [""; 0]);
    assert_eq!(warned(json!({ "key": "693a91f6" })), ["key"]);
    assert_eq!(warned(json!({ "key": "k", "endpoint": "https://wecom.example.com" })), [""; 0]);
    let app = json!({ "corp_id": "ww1", "secret": "short", "agent_id": 1, "to_user": ["a"] });
    assert_eq!(warned(json!({ "app": app })), ["app.secret"]);
}
