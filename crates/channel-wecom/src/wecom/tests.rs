use std::time::Duration;

use fanfare_core::{Secret, Severity, Style, Why};
use fanfare_testkit::{FakeHttp, Reaction, attempt, notification, webhook_conformance};

use super::*;
use crate::AppConfig;

const KEY: &str = "a-key-of-a-bot";
const SECRET: &str = "a-secret-of-an-app";

fn build(config: WeComConfig, endpoint: &str) -> WeCom {
    let context = Context { name: "ops".into(), style: Style::default(), timeout: Duration::from_secs(10) };
    WeCom::build(WeComConfig { endpoint: Some(endpoint.to_owned()), ..config }, context).unwrap()
}

fn bot_at(endpoint: &str) -> WeCom {
    build(WeComConfig::bot(Secret::new(KEY)), endpoint)
}

fn app_at(endpoint: &str) -> WeCom {
    let app = AppConfig {
        corp_id: "ww0123456789".to_owned(),
        secret: Secret::new(SECRET),
        agent_id: 1_000_002,
        to_user: "zhangsan|lisi".into(),
        to_party: "2".into(),
        to_tag: "".into(),
    };
    build(WeComConfig::app(app), endpoint)
}

#[tokio::test]
async fn a_bot_keeps_the_notifier_contract() {
    webhook_conformance(bot_at, &[KEY]).await;
}

#[tokio::test]
async fn an_app_keeps_the_notifier_contract() {
    webhook_conformance(app_at, &[SECRET, "a-fresh-access-token"]).await;
}

#[tokio::test]
async fn a_bot_is_told_only_when_wecom_says_so() {
    let fake = FakeHttp::serve(|_| Reaction::json(r#"{"errcode":0,"errmsg":"ok"}"#)).await;
    let receipt = bot_at(&fake.endpoint())
        .notify(&notification(Severity::High, Why::Started), &attempt())
        .await
        .unwrap();
    assert_eq!(receipt.words, "errcode 0: ok");
    assert_eq!(fake.seen()[0].target, "/cgi-bin/webhook/send?key=a-key-of-a-bot");

    let fake =
        FakeHttp::serve(|_| Reaction::json(r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#)).await;
    let err = bot_at(&fake.endpoint())
        .notify(&notification(Severity::High, Why::Started), &attempt())
        .await
        .unwrap_err();
    assert_eq!(err.word(), "misconfigured");
}

#[test]
fn channels_of_one_bot_or_app_share_its_budget() {
    let bot = bot_at("http://127.0.0.1:1").limits();
    assert_eq!(bot.account, bot_at("http://127.0.0.1:2").limits().account);
    assert_ne!(bot.account, app_at("http://127.0.0.1:1").limits().account);
    assert_eq!(bot.budget.unwrap().messages.get(), 20);
}

#[test]
fn an_app_stays_below_a_members_thirty_a_minute_and_thousand_an_hour() {
    let budget = app_at("http://127.0.0.1:1").limits().budget.unwrap();
    assert_eq!(budget.per, Duration::from_secs(60));
    assert!(budget.messages.get() <= 30 && budget.messages.get() * 60 <= 1000);
}

#[test]
fn a_channel_shows_no_secret() {
    for channel in [bot_at("http://127.0.0.1:1"), app_at("http://127.0.0.1:1")] {
        let shown = format!("{channel:?}");
        assert!(!shown.contains(KEY) && !shown.contains(SECRET), "{shown}");
    }
}
