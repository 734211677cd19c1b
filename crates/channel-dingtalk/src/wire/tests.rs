use expect_test::{Expect, expect};
use fanfare_core::Language;
use fanfare_http_channel::{Client, HttpSettings};
use fanfare_testkit::{FakeHttp, NOON, Reaction};

use super::*;

/// The meaning of an answer of DingTalk to the `ordinal`-th attempt.
async fn read(ordinal: u32, answer: Reaction) -> Result<Receipt, SendError> {
    let fake = FakeHttp::serve(move |_| answer.clone()).await;
    let client = Client::new(&fake.endpoint(), HttpSettings::default()).unwrap();
    let answer = client.post_json("/robot/send", &[], &"a message", NOON).await?;
    outcome(&answer, ordinal, NOON, DingTalkHints::in_language(Language::En), || ClockRemedy::SetClock)
}

fn refused(errcode: i64, errmsg: &str, ordinal: u32) -> SendError {
    refused_in(Language::En, errcode, errmsg, ordinal)
}

fn refused_in(language: Language, errcode: i64, errmsg: &str, ordinal: u32) -> SendError {
    let hints = DingTalkHints::in_language(language);
    refusal(errcode, errmsg, ordinal, NOON, hints, || ClockRemedy::SetClock)
}

#[track_caller]
fn check(errcode: i64, errmsg: &str, ordinal: u32, expected: &str) {
    let err = refused(errcode, errmsg, ordinal);
    assert_eq!(err.word(), expected, "{err}");
    assert!(err.to_string().contains(errmsg), "the provider's words are kept: {err}");
}

#[track_caller]
fn check_reason(language: Language, errcode: i64, errmsg: &str, expected: Expect) {
    expected.assert_eq(&refused_in(language, errcode, errmsg, 2).to_string());
}

#[tokio::test]
async fn zero_is_delivered_as_number_and_as_text() {
    for body in [r#"{"errcode":0,"errmsg":"ok"}"#, r#"{"errcode":"0","errmsg":"ok"}"#] {
        assert_eq!(read(1, Reaction::json(body)).await.unwrap().words, "errcode 0: ok");
    }
    let refused = read(1, Reaction::json(r#"{"errcode":"400102","errmsg":"stopped"}"#)).await.unwrap_err();
    assert_eq!(refused.word(), "misconfigured");
}

#[tokio::test]
async fn an_answer_without_a_code_is_no_delivery() {
    for body in [r#"{"errmsg":"ok"}"#, r#"{"errcode":null}"#, r#"{"errcode":"ok"}"#, "[]", "\"ok\""] {
        assert_eq!(read(1, Reaction::json(body)).await.unwrap_err().word(), "unanswered", "{body}");
    }
}

#[tokio::test]
async fn the_edge_that_blocks_our_address_wants_five_minutes_of_silence() {
    let punish = r#"{"status":1111,"wait":5,"source":"x5","punish":"deny"}"#;
    let answers = [Reaction::json(punish), Reaction::answer("403 Forbidden", "", punish)];
    for answer in answers {
        let err = read(1, answer).await.unwrap_err();
        let SendError::Blocked { retry_after, .. } = err else { panic!("{err}") };
        assert_eq!(retry_after, Duration::from_secs(300));
    }
}

#[tokio::test]
async fn one_web_page_is_no_ban_and_is_probed_sooner() {
    for page in ["\n<!doctype html><html>blocked</html>", "<html>Please log in</html>", "\u{feff}<HTML>"] {
        for (ordinal, seconds) in [(1, 10), (2, 60), (3, 300), (9, 300)] {
            let err = read(ordinal, Reaction::answer("200 OK", "Content-Type: text/html\r\n", page)).await;
            let SendError::Blocked { retry_after, reason } = err.unwrap_err() else { panic!("{page}") };
            assert_eq!(retry_after, Duration::from_secs(seconds), "{ordinal}");
            assert!(reason.starts_with("a web page instead of DingTalk's answer"), "{reason}");
        }
    }
}

#[tokio::test]
async fn a_server_in_trouble_is_transient() {
    let answer = Reaction::answer("502 Bad Gateway", "", "<html>nginx</html>");
    assert_eq!(read(1, answer).await.unwrap_err().word(), "transient");
}

#[test]
fn a_robot_that_sent_too_fast_is_silent_for_ten_minutes() {
    for (errcode, errmsg) in
        [(130_101, "send too fast, exceed 20 times per minute"), (410_100, "发送速度太快而限流")]
    {
        check(errcode, errmsg, 1, "throttled");
        let SendError::Throttled { retry_after, .. } = refused(errcode, errmsg, 1) else { panic!() };
        assert_eq!(retry_after, Duration::from_secs(600));
    }
    check(90_018, "app qps limit", 1, "throttled");
}

#[test]
fn a_used_up_month_ends_with_the_month_in_china() {
    let at = |text: &str| until_next_month(text.parse().unwrap());
    // Midnight in China is 16:00 UTC.
    assert_eq!(at("2026-03-31T15:59:00Z"), Duration::from_secs(60));
    assert_eq!(at("2026-03-31T16:00:00Z"), Duration::from_secs(30 * 24 * 3600));
    assert_eq!(at("2026-12-31T00:00:00Z"), Duration::from_secs(16 * 3600));
    check(90_020, "API quota used up", 1, "quota");
    check(90_030, "webhook over limit", 1, "quota");
}

#[test]
fn what_is_wrong_with_the_message_is_not_sent_again() {
    for errcode in [40_035, 400_002, 400_105, 400_403, 430_101, 430_102, 430_103, 430_104, 460_101, 101_002] {
        check(errcode, "the message", 1, "unsendable");
    }
    check(310_000, "keywords not in content", 1, "unsendable");
    check(310_000, "错误描述:关键词不匹配;解决方案:请联系群管理员查看此机器人的关键词", 1, "unsendable");
}

#[test]
fn what_is_wrong_with_the_settings_waits_for_a_person() {
    for errcode in [88, 300_001, 400_013, 400_101, 400_102, 400_106, 43_002, 43_004] {
        check(errcode, "the settings", 1, "misconfigured");
    }
    check(40_035, "缺少参数 access_token", 1, "misconfigured");
    check(310_000, "sign not match, more: [https://ding-doc.dingtalk.com/doc]", 1, "misconfigured");
    check(310_000, "ip 203.0.113.7 not in whitelist", 1, "misconfigured");
    check(310_000, "something new", 1, "misconfigured");
}

#[test]
fn the_chinese_words_for_a_wrong_signature_are_not_taken_for_a_wrong_clock() {
    let sign = "错误描述:机器人发送签名不匹配；解决方案:请确认签名和生成签名的时间戳必须都放在调用的网址中，timestamp";
    check(310_000, sign, 1, "misconfigured");
    check(
        310_000,
        "错误描述:机器人发送签名过期；解决方案:签名生成时间和发送时间请保持在 timestampms 以内",
        1,
        "transient",
    );
}

#[test]
fn a_wrong_time_or_an_unknown_token_is_confirmed_once() {
    check(310_000, "invalid timestamp", 1, "transient");
    check(310_000, "invalid timestamp", 2, "misconfigured");
    check(300_005, "token is not exist", 1, "transient");
    check(300_005, "token is not exist", 2, "misconfigured");
}

#[test]
fn a_wrong_time_is_tried_again_while_there_is_another() {
    let hints = DingTalkHints::in_language(Language::En);
    let err = refusal(310_000, "invalid timestamp", 9, NOON, hints, || ClockRemedy::AnotherTime);
    assert_eq!(err.word(), "transient");
}

#[test]
fn busy_and_unknown_may_pass() {
    for errcode in [-1, 660_026, 302_033, 130_103, 999_999] {
        check(errcode, "who knows", 3, "transient");
    }
}

#[test]
fn a_person_is_told_what_to_mend_in_the_channels_language() {
    check_reason(
        Language::En,
        310_000,
        "ip 203.0.113.7 not in whitelist",
        expect![
            "misconfigured: errcode 310000: ip 203.0.113.7 not in whitelist; 203.0.113.7: add this address to the robot's list of addresses"
        ],
    );
    check_reason(
        Language::Zh,
        310_000,
        "ip 203.0.113.7 not in whitelist",
        expect![
            "misconfigured: errcode 310000: ip 203.0.113.7 not in whitelist; 203.0.113.7: 请将此地址添加到机器人安全设置的 IP 地址段"
        ],
    );
    check_reason(
        Language::En,
        310_000,
        "not in whitelist",
        expect![
            "misconfigured: errcode 310000: not in whitelist; add this gateway's address to the robot's list of addresses"
        ],
    );
    check_reason(
        Language::Zh,
        310_000,
        "invalid timestamp",
        expect!["misconfigured: errcode 310000: invalid timestamp; 请校准本机时钟，误差不得超过一小时"],
    );
    check_reason(
        Language::En,
        310_000,
        "keywords not in content",
        expect![
            "unsendable as it is: errcode 310000: keywords not in content; set `keyword` to one of the robot's keywords"
        ],
    );
}
