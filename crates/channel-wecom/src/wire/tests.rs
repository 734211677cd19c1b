use expect_test::{Expect, expect};
use fanfare_core::Language;
use serde_json::json;

use super::*;

fn english() -> &'static WeComHints {
    WeComHints::in_language(Language::En)
}

#[track_caller]
fn check(errcode: i64, errmsg: &str, expected: &str) {
    let err = refusal(errcode, errmsg, english());
    assert_eq!(err.word(), expected, "{err}");
    assert!(err.to_string().contains(errmsg), "the provider's words are kept: {err}");
}

#[track_caller]
fn check_reason(err: &SendError, expected: Expect) {
    expected.assert_eq(&err.to_string());
}

fn to(to_user: &str, to_party: &str, to_tag: &str) -> AppConfig {
    AppConfig {
        corp_id: "ww1".to_owned(),
        secret: fanfare_core::Secret::new("s"),
        agent_id: 1,
        to_user: to_user.into(),
        to_party: to_party.into(),
        to_tag: to_tag.into(),
    }
}

fn app_outcome(reply: serde_json::Value, config: &AppConfig) -> Result<Receipt, SendError> {
    serde_json::from_value::<AppReply>(reply).unwrap().outcome(config, english())
}

fn token(reply: serde_json::Value) -> Result<(String, Duration), SendError> {
    serde_json::from_value::<TokenReply>(reply).unwrap().token(english())
}

#[test]
fn too_many_messages_mean_a_minute_of_silence() {
    check(45_009, "api freq out of limit", "throttled");
    let SendError::Throttled { retry_after, .. } = refusal(45_009, "", english()) else { panic!() };
    assert_eq!(retry_after, Duration::from_secs(60));
}

#[test]
fn what_is_wrong_with_the_message_is_not_sent_again() {
    for errcode in [40_008, 40_033, 40_035, 40_039, 40_206, 44_004, 45_002, 45_034] {
        check(errcode, "the message", "unsendable");
    }
    check(40_058, "markdown.content exceed max length 4096", "unsendable");
    check(93_000, "content exceed max length", "unsendable");
}

#[test]
fn what_is_wrong_with_the_settings_waits_for_a_person() {
    check(93_000, "invalid webhook url", "misconfigured");
    for errcode in
        [93_004, 93_006, 93_008, 40_013, 40_056, 41_011, 301_002, 48_002, 50_003, 60_011, 301_007, 81_013]
    {
        check(errcode, "the settings", "misconfigured");
    }
}

#[test]
fn busy_and_unknown_may_pass() {
    for errcode in [-1, 6000, 45_033, 301_024, 999_999] {
        check(errcode, "who knows", "transient");
    }
}

#[test]
fn a_person_is_told_which_address_to_trust() {
    let errmsg = "not allow to access from your ip, hint: [1700000000], from ip: 203.0.113.7, more info at https://open.work.weixin.qq.com/devtool/query?e=60020";
    check_reason(
        &refusal(60_020, errmsg, english()),
        expect![
            "misconfigured: errcode 60020: not allow to access from your ip, hint: [1700000000], from ip: 203.0.113.7, more info at https://open.work.weixin.qq.com/devtool/query?e=60020; 203.0.113.7: add this address to the app's trusted addresses; it takes about a minute"
        ],
    );
    check_reason(
        &refusal(60_020, "not allowed", english()),
        expect![
            "misconfigured: errcode 60020: not allowed; add this gateway's address to the app's trusted addresses; it takes about a minute"
        ],
    );
    check_reason(
        &refusal(60_020, "from ip: 203.0.113.7", WeComHints::in_language(Language::Zh)),
        expect![
            "misconfigured: errcode 60020: from ip: 203.0.113.7; 203.0.113.7: 请将此地址添加到应用的企业可信IP，约一分钟后生效"
        ],
    );
}

#[test]
fn whoever_is_not_reached_is_named_and_the_others_count_as_told() {
    let reply = json!({
        "errcode": 0, "errmsg": "ok", "msgid": "m1",
        "invaliduser": "lisi|wangwu", "invalidparty": "2", "invalidtag": "7", "unlicenseduser": "zhaoliu",
    });
    let receipt = app_outcome(reply, &to("zhangsan|LiSi|WangWu|ZhaoLiu", "2", "7")).unwrap();
    assert_eq!(receipt.words, "errcode 0: ok, msgid m1");
    let refused: Vec<&str> = receipt.refused.iter().map(|it| it.recipient.as_str()).collect();
    assert_eq!(refused, ["lisi", "wangwu", "zhaoliu", "party 2", "tag 7"]);
}

#[test]
fn a_message_that_reaches_nobody_is_no_delivery_whatever_the_code_says() {
    let reply = json!({ "errcode": 0, "errmsg": "ok", "unlicenseduser": "zhangsan" });
    assert_eq!(app_outcome(reply.clone(), &to("ZhangSan", "", "")).unwrap_err().word(), "misconfigured");
    assert!(app_outcome(reply, &to("ZhangSan", "2", "")).is_ok(), "the party is told");
}

#[test]
fn a_refused_party_or_tag_is_told_as_little_as_a_refused_member() {
    let reply = json!({
        "errcode": 0, "errmsg": "ok", "invaliduser": "zhangsan", "invalidparty": "2|3", "invalidtag": "7",
    });
    for nobody in [to("", "2|3", ""), to("", "", "7"), to("ZhangSan", "3", "7")] {
        assert_eq!(app_outcome(reply.clone(), &nobody).unwrap_err().word(), "misconfigured", "{nobody:?}");
    }
    // An id counts in its own list only: there is a tag 2 beside the party 2.
    for somebody in [to("", "2|4", ""), to("ZhangSan", "", "8"), to("", "", "2"), to("", "7", "")] {
        assert!(app_outcome(reply.clone(), &somebody).is_ok(), "{somebody:?}");
    }
}

#[test]
fn a_token_comes_with_its_lifetime() {
    let reply = json!({ "errcode": 0, "errmsg": "ok", "access_token": "t", "expires_in": 600 });
    assert_eq!(token(reply), Ok(("t".to_owned(), Duration::from_secs(600))));
    let reply = json!({ "errcode": 0, "access_token": "t" });
    assert_eq!(token(reply), Ok(("t".to_owned(), Duration::from_secs(7200))));
}

#[test]
fn a_wrong_secret_waits_for_a_person() {
    for errcode in [40_001, 40_091, 40_013] {
        let err = token(json!({ "errcode": errcode, "errmsg": "invalid credential" })).unwrap_err();
        assert_eq!(err.word(), "misconfigured");
    }
    assert_eq!(token(json!({ "errcode": -1, "errmsg": "busy" })).unwrap_err().word(), "transient");
    assert_eq!(token(json!({ "errcode": 0 })).unwrap_err().word(), "transient");
}

#[test]
fn a_ban_from_tokens_lasts_an_hour() {
    let SendError::Throttled { retry_after, .. } = token(json!({ "errcode": 45_009 })).unwrap_err() else {
        panic!()
    };
    assert_eq!(retry_after, Duration::from_secs(3600));
}
