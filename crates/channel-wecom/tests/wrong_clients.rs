//! Mistakes that clients in the field make. Each must fail here, or be on record,
//! beside the client that does it right.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use channel_wecom::WeCom;
use fanfare_sandbox::{FakeAccount, HasFake};
use fanfare_testkit::TestSandbox;
use jiff::SignedDuration;
use serde_json::{Value, json};

const BOT: &str = "/cgi-bin/webhook/send?key=bot-key";
const TOKEN: &str = "/cgi-bin/gettoken?corpid=corp&corpsecret=app-secret";

fn text(content: &str) -> Value {
    json!({"msgtype": "text", "text": {"content": content}})
}

fn to(users: &str) -> Value {
    json!({"touser": users, "agentid": 7, "msgtype": "text", "text": {"content": "hot"}})
}

async fn by_app(fakes: &TestSandbox, users: &str) -> Value {
    let token = fakes.get(TOKEN).await.json()["access_token"].as_str().unwrap().to_owned();
    fakes.post(&format!("/cgi-bin/message/send?access_token={token}"), &to(users)).await.json()
}

/// A bot and an app.
async fn fakes() -> TestSandbox {
    let bot = FakeAccount::new("wecom", [("key", "bot-key"), ("member", "ann")]);
    let app = [("corp_id", "corp"), ("secret", "app-secret"), ("agent_id", "7"), ("to_user", "ann|bob")];
    let accounts = [bot.named("bot"), FakeAccount::new("wecom", app).named("app")];
    TestSandbox::start(vec![WeCom::fake()], accounts).await
}

#[tokio::test]
async fn who_counts_http_200_as_success_loses_the_alert() {
    let fakes = fakes().await;
    let answer = fakes.post("/cgi-bin/webhook/send?key=mistyped", &text("hot")).await;
    assert_eq!((answer.status, answer.errcode()), (200, Some(93_000)));
    assert!(fakes.delivered().is_empty());

    assert_eq!(fakes.post(BOT, &text("hot")).await.errcode(), Some(0));
    assert_eq!(fakes.delivered().len(), 1);
}

#[tokio::test]
async fn who_cuts_inside_a_character_sends_no_json() {
    let fakes = fakes().await;
    fakes.refuses_a_cut_character(BOT, &text("告"), 40_008).await;
}

#[tokio::test]
async fn no_answer_and_no_record_holds_a_credential() {
    let fakes = fakes().await;
    let mut told = fakes.post(BOT, &text("")).await.body;
    told += &fakes.get("/cgi-bin/gettoken?corpid=corp&corpsecret=mistyped-secret").await.body;
    fakes.shows_no_secret(&told, &["bot-key", "app-secret", "mistyped-secret"]);
}

#[tokio::test]
async fn who_counts_characters_sends_too_many_bytes() {
    let fakes = fakes().await;
    let thousand = "告".repeat(1_000); // well within 2048 characters
    assert_eq!(fakes.post(BOT, &text(&thousand)).await.errcode(), Some(40_058));
    assert_eq!(fakes.post(BOT, &text(&"告".repeat(682))).await.errcode(), Some(0));
}

#[tokio::test]
async fn who_puts_a_mention_list_into_markdown_calls_nobody() {
    let fakes = fakes().await;
    let markdown = json!({"msgtype": "markdown", "markdown": {"content": "hot", "mentioned_list": ["ann"]}});
    let text = json!({"msgtype": "text", "text": {"content": "hot", "mentioned_list": ["ann"]}});
    assert_eq!(fakes.post(BOT, &markdown).await.errcode(), Some(0));
    assert_eq!(fakes.post(BOT, &text).await.errcode(), Some(0));
    let mentioned: Vec<_> = fakes.delivered().into_iter().map(|it| it.shown.mentioned).collect();
    assert_eq!(mentioned, [vec![], vec!["ann".to_owned()]]);
}

#[tokio::test]
async fn who_fetches_a_token_for_each_message_is_on_record() {
    let fakes = fakes().await;
    for _ in 0..3 {
        by_app(&fakes, "ann").await;
    }
    assert_eq!(fakes.sandbox.stats()["app"].token_calls, 3);

    let token = fakes.get(TOKEN).await.json()["access_token"].as_str().unwrap().to_owned();
    for _ in 0..3 {
        let answer = fakes.post(&format!("/cgi-bin/message/send?access_token={token}"), &to("ann")).await;
        assert_eq!(answer.errcode(), Some(0));
    }
    assert_eq!(fakes.sandbox.stats()["app"].token_calls, 4);
}

#[tokio::test]
async fn who_keeps_trying_a_wrong_secret_is_banned_for_an_hour() {
    let fakes = fakes().await;
    let wrong = "/cgi-bin/gettoken?corpid=corp&corpsecret=wrong";
    for _ in 0..5 {
        assert_eq!(fakes.get(wrong).await.errcode(), Some(40_001));
    }
    assert_eq!(fakes.get(wrong).await.errcode(), Some(45_009));
    assert_eq!(fakes.get(TOKEN).await.errcode(), Some(45_009));
    assert!(!fakes.sandbox.violations().is_empty());
    fakes.wait(SignedDuration::from_hours(1));
    assert_eq!(fakes.get(TOKEN).await.errcode(), Some(0));
}

#[tokio::test]
async fn who_ignores_invaliduser_never_learns_who_has_it_not() {
    let fakes = fakes().await;
    let answer = by_app(&fakes, "ann|Stranger").await;
    assert_eq!((&answer["errcode"], &answer["invaliduser"]), (&json!(0), &json!("stranger")));
    assert_eq!(fakes.delivered()[0].shown.recipients, ["ann"]);
}
