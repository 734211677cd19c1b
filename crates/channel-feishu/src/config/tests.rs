use serde_json::json;

use super::*;

fn config(changes: serde_json::Value) -> Result<FeishuConfig, serde_json::Error> {
    let mut settings = json!({ "token": "0f8c4a2b", "secret": "a-secret" });
    settings.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    serde_json::from_value(settings)
}

#[track_caller]
fn check_problem(changes: serde_json::Value, field: &str, says: &str) {
    let err = config(changes).unwrap().check().unwrap_err();
    assert_eq!(err.field, field);
    assert!(err.message.contains(says), "{err}");
    assert!(!err.to_string().contains("0f8c4a2b"), "{err}");
}

#[test]
fn the_token_is_the_last_part_of_the_address_and_not_all_of_it() {
    for token in ["", "https://open.feishu.cn/open-apis/bot/v2/hook/0f8c4a2b", "hook/0f8c4a2b", "0f8c 4a2b"] {
        check_problem(json!({ "token": token }), "token", "the part after `/hook/`");
    }
}

#[test]
fn a_setting_that_says_nothing_is_left_out() {
    check_problem(json!({ "secret": " " }), "secret", "leave it out");
    check_problem(json!({ "keyword": "" }), "keyword", "leave it out");
}

#[test]
fn a_mobile_number_is_refused_where_feishu_could_not_call_it() {
    let err = config(json!({ "mention": { "mobiles": ["13800000000"] } })).unwrap_err();
    assert!(err.to_string().contains("unknown field `mobiles`"), "{err}");
    assert!(err.to_string().contains("`ids_of_mobiles`"), "what is possible is named: {err}");
}

#[test]
fn an_id_holds_nothing_that_could_end_a_mention() {
    check_problem(
        json!({ "mention": { "user_ids": ["ou_1", "ou_2></at>"] } }),
        "mention.user_ids[1]",
        "e.g. `ou_",
    );
    check_problem(
        json!({ "mention": { "ids_of_mobiles": { "13800000000": "" } } }),
        "mention.ids_of_mobiles.13800000000",
        "is no open_id",
    );
}

#[test]
fn every_setting_is_read() {
    let all = config(json!({
        "keyword": "alarm", "msg_type": "post", "endpoint": "https://open.larksuite.com",
        "mention": { "user_ids": ["ou_1"], "all": "urgent", "ids_of_mobiles": { "13800000000": "ou_2" } },
    }))
    .unwrap();
    all.check().unwrap();
    assert_eq!((all.msg_type, all.mention.all), (FeishuMsgType::Post, MentionAll::Urgent));
    assert!(
        config(json!({ "msgtype": "post" })).unwrap_err().to_string().contains("unknown field `msgtype`")
    );
}

#[test]
fn in_the_sandbox_secrets_may_be_missing_and_nothing_leaves_the_machine() {
    let doors =
        SandboxDoors { http: "http://127.0.0.1:8790".to_owned(), smtp: "127.0.0.1:8791".parse().unwrap() };
    let (token, secret) = (Secret::stand_in("FEISHU_TOKEN"), Secret::stand_in("FEISHU_SECRET"));
    let written =
        config(json!({ "token": token, "secret": secret, "keyword": "alarm", "proxy": "http://proxy:1" }))
            .unwrap();
    let (config, account) = written.into_sandbox(&doors);
    config.check().unwrap();
    assert_eq!((config.endpoint.as_deref(), config.proxy), (Some("http://127.0.0.1:8790"), None));
    assert_eq!(account.settings, [("token", token), ("secret", secret), ("keyword", "alarm".to_owned())]);
}

#[test]
fn the_check_says_what_becomes_of_mobile_numbers_and_of_a_bot_without_a_signature() {
    let warned = |changes: serde_json::Value| -> Vec<String> {
        config(changes)
            .unwrap()
            .warnings()
            .into_iter()
            .map(|it| it.message.split(':').next().unwrap().to_owned())
            .collect()
    };
    let private = "https://feishu.example.com";
    assert_eq!(warned(json!({ "endpoint": private })), ["no `mention.ids_of_mobiles`"]);
    let unsigned = json!({ "endpoint": private, "mention": { "ids_of_mobiles": {} }, "secret": null });
    assert_eq!(warned(unsigned), ["no `secret`"]);
    let lark = json!({ "endpoint": "https://open.larksuite.com", "mention": { "ids_of_mobiles": {} } });
    assert_eq!(warned(lark), ["does not look like one", "does not look like one"]);
}

#[test]
fn whom_a_setting_of_mentions_cannot_call_is_refused_and_not_ignored() {
    for (mention, field) in [
        (json!({ "user_ids": ["all"] }), "mention.user_ids[0]"),
        (json!({ "user_ids": ["ou_1", "@zhang"] }), "mention.user_ids[1]"),
        (json!({ "ids_of_mobiles": { "13800000000": "all" } }), "mention.ids_of_mobiles.13800000000"),
        (json!({ "ids_of_mobiles": { "zhang": "ou_1" } }), "mention.ids_of_mobiles.zhang"),
        (json!({ "ids_of_mobiles": { "": "ou_1" } }), "mention.ids_of_mobiles."),
    ] {
        let err = config(json!({ "mention": mention })).unwrap().check().unwrap_err();
        assert_eq!(err.field, field);
    }
    config(json!({ "mention": { "ids_of_mobiles": { "+86 138-0000-0000": "ou_1" } } }))
        .unwrap()
        .check()
        .unwrap();
}
