use fanfare_core::{Locale, Severity, Why};
use fanfare_testkit::{FakeHttp, NOON, Reaction, SeenRequest, attempt, digest, notification};
use jiff::Timestamp;
use serde_json::Value;

use super::*;

const TOKEN: &str = "0f8c4a2b-a-token-of-a-bot";
const SECRET: &str = "a-secret-of-a-bot";
const TAKEN: &str = r#"{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}"#;

fn bot_at(endpoint: &str) -> Feishu {
    bot(endpoint, Some(SECRET))
}

fn bot(endpoint: &str, secret: Option<&str>) -> Feishu {
    let context = Context { name: "ops".into(), locale: Locale::default(), timeout: Duration::from_secs(10) };
    let config = FeishuConfig {
        secret: secret.map(Secret::new),
        endpoint: Some(endpoint.to_owned()),
        ..FeishuConfig::new(Secret::new(TOKEN))
    };
    Feishu::build(config, context).unwrap()
}

async fn posted(bot: impl Fn(&str) -> Feishu) -> SeenRequest {
    let fake = FakeHttp::serve(|_| Reaction::json(TAKEN)).await;
    let told = notification(Severity::High, Why::Started);
    let receipt = bot(&fake.endpoint()).notify(&told, &attempt()).await.unwrap();
    assert_eq!(receipt.words, "code 0: success");
    fake.seen().remove(0)
}

#[tokio::test]
async fn a_message_goes_to_the_bots_address_and_is_signed_in_its_body() {
    let seen = posted(bot_at).await;
    assert_eq!(seen.target, "/open-apis/bot/v2/hook/0f8c4a2b-a-token-of-a-bot");
    let body: Value = serde_json::from_str(&seen.body).unwrap();
    assert_eq!(body["msg_type"], "interactive");
    // Noon of 2026-03-08, in seconds; the signature by Python's `hmac`.
    assert_eq!(body["timestamp"], "1772971200");
    assert_eq!(body["sign"], "Z6rlw23oV/iXv7V/HZdAWomLHLeG/LZopga5TkcchTo=");
}

#[tokio::test]
async fn a_bot_without_a_signature_sends_none() {
    let body: Value = serde_json::from_str(&posted(|endpoint| bot(endpoint, None)).await.body).unwrap();
    assert_eq!((body.get("timestamp"), body.get("sign")), (None, None));
}

#[test]
fn its_limits_are_feishus() {
    let limits = bot_at("http://127.0.0.1:1").limits();
    let declared: Vec<(u32, u64)> =
        limits.budgets.iter().map(|it| (it.messages.get(), it.per.as_secs())).collect();
    assert_eq!(declared, [(5, 1), (100, 60)]);
    assert_eq!(limits.account, bot("http://127.0.0.1:2", None).limits().account, "one bot, one budget");
    assert!(!limits.account.as_str().contains(TOKEN));
}

#[test]
fn a_channel_shows_no_secret() {
    let shown = format!("{:?}", bot_at("http://127.0.0.1:1"));
    assert!(!shown.contains(TOKEN) && !shown.contains(SECRET), "{shown}");
}

/// A Feishu that takes signatures of within an hour of `time` alone.
async fn feishu_at(time: Timestamp) -> FakeHttp {
    FakeHttp::serve(move |it| {
        let body: Value = serde_json::from_str(&it.body).unwrap();
        let signed: i64 = body["timestamp"].as_str().unwrap().parse().unwrap();
        let date = jiff::fmt::rfc2822::to_string(&time.to_zoned(jiff::tz::TimeZone::UTC)).unwrap();
        let answer = if (signed - time.as_second()).abs() <= 3600 {
            TAKEN
        } else {
            r#"{"code":19021,"msg":"sign match fail or timestamp is not within one hour from current time"}"#
        };
        Reaction::answer("200 OK", &format!("Date: {date}\r\n"), answer)
    })
    .await
}

#[tokio::test]
async fn a_machine_without_the_time_signs_with_feishus_from_the_second_attempt_on() {
    let fake = feishu_at(NOON + SignedDuration::from_mins(123)).await;
    let bot = bot_at(&fake.endpoint());
    let told = notification(Severity::High, Why::Started);
    assert_eq!(bot.notify(&told, &attempt()).await.unwrap_err().word(), "transient");
    let says = "code 0: success; signed with the provider's time: this machine's clock is 2 h 3 min behind";
    assert_eq!(bot.notify(&told, &Attempt { ordinal: 2, ..attempt() }).await.unwrap().words, says);
    assert_eq!(bot.digest(&digest(2), &attempt()).await.unwrap().words, says);
}

#[tokio::test]
async fn a_wrong_secret_is_for_a_person_to_mend_also_where_the_clock_is_off() {
    let date = "Date: Sun, 08 Mar 2026 15:00:00 GMT\r\n";
    let fake = FakeHttp::serve(move |_| {
        Reaction::answer("200 OK", date, r#"{"code":19021,"msg":"sign match fail"}"#)
    })
    .await;
    let bot = bot_at(&fake.endpoint());
    let told = notification(Severity::High, Why::Started);
    let mut words = Vec::new();
    for ordinal in 1..=3 {
        let attempt = Attempt { ordinal, ..attempt() };
        words.push(bot.notify(&told, &attempt).await.unwrap_err().word());
    }
    assert_eq!(words, ["transient", "misconfigured", "misconfigured"]);
}
