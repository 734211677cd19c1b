//! Mistakes that clients in the field make. Each must fail here, or be on record,
//! beside the client that does it right. Signatures are computed with Python's `hmac`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use channel_feishu::Feishu;
use fanfare_sandbox::{FakeAccount, HasFake, ViolationKind};
use fanfare_testkit::{NOON, TestSandbox};
use jiff::SignedDuration;
use serde_json::{Value, json};

const BOT: &str = "/open-apis/bot/v2/hook/bot-token";
const SIGNED: &str = "/open-apis/bot/v2/hook/signed-token";

/// Noon in seconds, and its signature.
const TIME: &str = "1772971200";
const SIGN: &str = "Z6rlw23oV/iXv7V/HZdAWomLHLeG/LZopga5TkcchTo=";

/// Two bots, of which one is signed.
async fn fakes() -> TestSandbox {
    let bot = FakeAccount::new("feishu", [("token", "bot-token"), ("member", "ou_1")]);
    let signed = FakeAccount::new("feishu", [("token", "signed-token"), ("secret", "a-secret-of-a-bot")]);
    TestSandbox::start_at(NOON, vec![Feishu::fake()], [bot.named("bot"), signed.named("signed")]).await
}

fn text(text: &str) -> Value {
    json!({"msg_type": "text", "content": {"text": text}})
}

/// The status and the code of the answer to a POST.
async fn posted(fakes: &TestSandbox, target: &str, body: &Value) -> (u16, i64) {
    let answer = fakes.post(target, body).await;
    (answer.status, answer.json()["code"].as_i64().unwrap())
}

#[tokio::test]
async fn who_counts_http_200_as_success_loses_the_alert() {
    let fakes = fakes().await;
    let mistyped = "/open-apis/bot/v2/hook/mistyped";
    assert_eq!(posted(&fakes, mistyped, &text("hot")).await, (200, 19_001));
    assert!(fakes.delivered().is_empty());
    assert_eq!(posted(&fakes, BOT, &text("hot")).await, (200, 0));
    assert_eq!(fakes.delivered().len(), 1);
}

#[tokio::test]
async fn who_signs_otherwise_than_feishu_is_refused() {
    let fakes = fakes().await;
    let signed = |time: Value, sign: &str| json!({"timestamp": time, "sign": sign, "msg_type": "text", "content": {"text": "hot"}});
    let wrong = [
        (text("hot"), "not at all"),
        (signed(json!(TIME), "9YFW/NI+5Mw98Chb+P/U44+Rmgaw9YrEDp/ekIjRHwQ="), "by DingTalk's recipe"),
        (signed(json!("1772971200000"), "G1NI9X4YPCdEI1aCBL44FA9dxIoPUbpW0Y+t2E3Ba0g="), "in milliseconds"),
        (
            signed(json!("1772967599"), "GU+YBzo1zLVIYTCoW2ktHYZgHV5QjJ1d/vcx7FPQx7M="),
            "an hour and a second ago",
        ),
        (signed(json!(TIME), "Z6rlw23oV%2FiXv7V%2FHZdAWomLHLeG%2FLZopga5TkcchTo%3D"), "percent-encoded"),
        (signed(Value::Null, SIGN), "without the time"),
    ];
    for (body, mistake) in wrong {
        assert_eq!(posted(&fakes, SIGNED, &body).await, (200, 19_021), "{mistake}");
    }
    let in_query =
        format!("{SIGNED}?timestamp={TIME}&sign=Z6rlw23oV%2FiXv7V%2FHZdAWomLHLeG%2FLZopga5TkcchTo%3D");
    assert_eq!(posted(&fakes, &in_query, &text("hot")).await, (200, 19_021), "in the address");
    assert!(fakes.delivered().is_empty());
    assert_eq!(posted(&fakes, SIGNED, &signed(json!(TIME), SIGN)).await, (200, 0));
}

#[tokio::test]
async fn who_writes_the_body_of_another_provider_is_refused() {
    let fakes = fakes().await;
    for body in [
        json!({"msgtype": "text", "text": {"content": "hot"}}),
        json!({"msgtype": "markdown", "markdown": {"content": "hot"}}),
        json!({"msg_type": "interactive", "content": {"elements": [{"tag": "markdown", "content": "hot"}]}}),
    ] {
        assert_eq!(posted(&fakes, BOT, &body).await, (200, 19_002), "{body}");
    }
    assert!(fakes.delivered().is_empty());
}

#[tokio::test]
async fn who_cuts_inside_a_character_or_sends_no_json_is_a_bad_request() {
    let fakes = fakes().await;
    for body in [&b"{\"msg_type\":\"text\",\"content\":{\"text\":\"\xe5\x91\"}}"[..], b"hot", b"", b"[]"] {
        let answer = fakes.request("POST", BOT, body).await.unwrap();
        assert_eq!((answer.status, &answer.json()["code"]), (400, &json!(9_499)));
    }
    let answer = fakes.get(BOT).await;
    assert_eq!((answer.status, &answer.json()["code"]), (400, &json!(9_499)));
    assert!(fakes.delivered().is_empty());
}

#[tokio::test]
async fn who_counts_characters_sends_too_many_bytes() {
    let fakes = fakes().await;
    assert_eq!(posted(&fakes, BOT, &text(&"告".repeat(7_000))).await, (400, 9_499));
    assert_eq!(posted(&fakes, BOT, &text(&"告".repeat(6_600))).await, (200, 0));
}

#[tokio::test]
async fn who_sends_a_card_with_six_tables_is_refused() {
    let fakes = fakes().await;
    let card = |elements: Vec<Value>| json!({"msg_type": "interactive", "card": {"schema": "2.0", "body": {"elements": elements}}});
    let tables = |number: usize| {
        let table = "|a|b|\n|:--|--:|\n|1|2|\n\n".repeat(number);
        card(vec![json!({"tag": "markdown", "content": table})])
    };
    assert_eq!(posted(&fakes, BOT, &tables(6)).await, (200, 11_310));
    assert_eq!(posted(&fakes, BOT, &tables(5)).await, (200, 0));
    let element = json!({"tag": "table", "columns": [], "rows": []});
    assert_eq!(posted(&fakes, BOT, &card(vec![element; 6])).await, (200, 11_310));
}

#[tokio::test]
async fn who_calls_people_by_their_number_calls_nobody() {
    let fakes = fakes().await;
    let beside =
        json!({"msg_type": "text", "content": {"text": "hot"}, "at": {"atMobiles": ["13800000000"]}});
    posted(&fakes, BOT, &beside).await;
    posted(&fakes, BOT, &text("hot @13800000000 <at user_id=\"13800000000\"></at>")).await;
    posted(&fakes, BOT, &text("hot <at user_id=\"ou_1\"></at>")).await;
    let mentioned: Vec<_> = fakes.delivered().into_iter().map(|it| it.shown.mentioned).collect();
    assert_eq!(mentioned, [vec![], vec![], vec!["ou_1".to_owned()]]);
}

#[tokio::test]
async fn who_sends_more_than_five_a_second_is_refused_and_on_record() {
    let fakes = fakes().await;
    for _ in 0..5 {
        assert_eq!(posted(&fakes, BOT, &text("hot")).await, (200, 0));
    }
    assert!(fakes.sandbox.violations().is_empty());
    assert_eq!(posted(&fakes, BOT, &text("hot")).await, (200, 11_232));
    assert_eq!(fakes.sandbox.violations()[0].kind, ViolationKind::LimitExceeded);
    fakes.wait(SignedDuration::from_secs(1));
    assert_eq!(posted(&fakes, BOT, &text("hot")).await, (200, 0));
}

#[tokio::test]
async fn no_answer_and_no_record_holds_a_credential() {
    let fakes = fakes().await;
    let mut told = String::new();
    for target in [BOT, SIGNED, "/open-apis/bot/v2/hook/mistyped-token"] {
        told += &fakes.post(target, &text("")).await.body;
    }
    fakes.shows_no_secret(&told, &["bot-token", "signed-token", "mistyped-token", "a-secret-of-a-bot"]);
}
