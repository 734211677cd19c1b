use expect_test::{Expect, expect};
use fanfare_core::Language;
use fanfare_http_channel::{Client, HttpSettings};
use fanfare_testkit::{FakeHttp, NOON, Reaction};

use super::*;

/// The meaning of an answer of Feishu to the `ordinal`-th attempt.
async fn read(ordinal: u32, answer: Reaction) -> Result<Receipt, SendError> {
    let fake = FakeHttp::serve(move |_| answer.clone()).await;
    let client = Client::new(&fake.endpoint(), HttpSettings::default()).unwrap();
    let answer = client.post_json("/hook", &[], &"a message", NOON).await?;
    outcome(&answer, ordinal, FeishuHints::in_language(Language::En), || ClockRemedy::SetClock)
}

fn bad_request(body: &str) -> Reaction {
    Reaction::answer("400 Bad Request", "Content-Type: application/json\r\n", body)
}

fn refused(code: i64, words: &str, ordinal: u32, language: Language) -> SendError {
    refusal(code, words, ordinal, FeishuHints::in_language(language), || ClockRemedy::SetClock)
}

#[track_caller]
fn check(code: i64, words: &str, ordinal: u32, expected: &str) {
    let err = refused(code, words, ordinal, Language::En);
    assert_eq!(err.word(), expected, "{err}");
    assert!(err.to_string().contains(words), "the provider's words are kept: {err}");
}

#[track_caller]
fn check_reason(language: Language, code: i64, words: &str, expected: Expect) {
    expected.assert_eq(&refused(code, words, 2, language).to_string());
}

#[tokio::test]
async fn zero_is_delivered_in_the_present_and_in_the_older_form() {
    let present = r#"{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}"#;
    let older = r#"{"Extra":null,"StatusCode":0,"StatusMessage":"success"}"#;
    for body in [present, older] {
        assert_eq!(read(1, Reaction::json(body)).await.unwrap().words, "code 0: success");
    }
}

#[tokio::test]
async fn a_code_other_than_zero_is_no_delivery_whatever_the_status_code_says() {
    let body = r#"{"StatusCode":0,"StatusMessage":"success","code":19001,"msg":"param invalid"}"#;
    assert_eq!(read(1, Reaction::json(body)).await.unwrap_err().word(), "misconfigured");
    let older = r#"{"StatusCode":19001,"StatusMessage":"incoming webhook access token invalid"}"#;
    assert_eq!(read(1, Reaction::json(older)).await.unwrap_err().word(), "misconfigured");
}

#[tokio::test]
async fn an_answer_without_a_code_is_no_delivery() {
    for body in [r#"{"msg":"success"}"#, r#"{"code":null}"#, r#"{"code":"0"}"#, "[]", "\"ok\"", "{}"] {
        assert_eq!(read(1, Reaction::json(body)).await.unwrap_err().word(), "unanswered", "{body}");
    }
}

#[tokio::test]
async fn the_code_in_the_body_of_a_bad_request_says_what_is_wrong() {
    let malformed = bad_request(r#"{"code":9499,"msg":"Bad Request","data":{}}"#);
    assert_eq!(read(1, malformed).await.unwrap_err().word(), "unsendable");
    let too_many = bad_request(r#"{"code":9499,"msg":"too many request","data":{}}"#);
    assert_eq!(read(1, too_many).await.unwrap_err().word(), "throttled");
    assert_eq!(read(1, bad_request("<html>")).await.unwrap_err().word(), "unsendable");
    // A zero does not make a delivery of a 400.
    assert_eq!(read(1, bad_request(r#"{"code":0,"msg":"ok"}"#)).await.unwrap_err().word(), "unsendable");
}

#[test]
fn a_bad_request_of_an_unknown_kind_is_tried_twice_more() {
    check(9499, "who knows", 1, "transient");
    check(9499, "who knows", 2, "transient");
    check(9499, "who knows", 3, "unsendable");
}

#[test]
fn too_many_messages_mean_a_short_silence() {
    for code in [11_232, 11_247, 99_991_400] {
        let err = refused(code, "frequency limited psm[lark.oapi.app_platform_runtime]", 1, Language::En);
        let SendError::Throttled { retry_after, .. } = err else { panic!("{err}") };
        assert_eq!(retry_after, Duration::from_secs(10));
    }
}

#[test]
fn a_message_that_feishu_does_not_want_is_not_sent_again() {
    for code in [19_002, 19_024, 19_036, 11_310, 230_099] {
        check(code, "the message", 1, "unsendable");
    }
}

#[test]
fn settings_that_are_wrong_wait_for_a_person() {
    check(19_001, "param invalid: incoming webhook access token invalid", 1, "misconfigured");
    check(19_022, "Ip Not Allowed", 1, "misconfigured");
    check(
        19_021,
        "sign match fail or timestamp is not within one hour from current time",
        2,
        "misconfigured",
    );
}

#[test]
fn a_refused_signature_is_tried_once_more_with_a_fresh_time() {
    check(19_021, "sign match fail", 1, "transient");
    let hints = FeishuHints::in_language(Language::En);
    let err = refusal(19_021, "sign match fail", 9, hints, || ClockRemedy::AnotherTime);
    assert_eq!(err.word(), "transient", "while there is another time");
}

#[test]
fn busy_and_unknown_may_pass() {
    for code in [2200, 1, -1, 999_999] {
        check(code, "who knows", 3, "transient");
    }
}

#[test]
fn a_person_is_told_what_to_mend_in_the_channels_language() {
    check_reason(
        Language::En,
        19_022,
        "Ip Not Allowed, 203.0.113.7",
        expect![
            "misconfigured: code 19022: Ip Not Allowed, 203.0.113.7; 203.0.113.7: add this address to the bot's list of addresses"
        ],
    );
    check_reason(
        Language::Zh,
        19_024,
        "Key Words Not Found",
        expect![
            "unsendable as it is: code 19024: Key Words Not Found; 请将 `keyword` 设置为机器人的自定义关键词之一"
        ],
    );
}
