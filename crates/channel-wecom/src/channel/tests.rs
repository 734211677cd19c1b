use std::time::Duration;

use fanfare_core::{Locale, Secret, Severity, Why};
use fanfare_testkit::{FakeHttp, Reaction, attempt, notification};

use super::*;
use crate::AppConfig;

const KEY: &str = "a-key-of-a-bot";
const SECRET: &str = "a-secret-of-an-app";

fn build(config: WeComConfig, endpoint: &str) -> WeCom {
    let context = Context { name: "ops".into(), locale: Locale::default(), timeout: Duration::from_secs(10) };
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
    assert_eq!(bot.budgets[0].messages.get(), 20);
}

/// The limits of an app, "不可超过30次/分，1000次/小时": <https://developer.work.weixin.qq.com/document/path/90236>
#[test]
fn an_app_keeps_a_members_thirty_a_minute_and_thousand_an_hour() {
    let budgets = app_at("http://127.0.0.1:1").limits().budgets;
    let declared: Vec<(u32, u64)> = budgets.iter().map(|it| (it.messages.get(), it.per.as_secs())).collect();
    assert_eq!(declared, [(30, 60), (1000, 3600)]);
}

#[test]
fn a_channel_shows_no_secret() {
    for channel in [bot_at("http://127.0.0.1:1"), app_at("http://127.0.0.1:1")] {
        let shown = format!("{channel:?}");
        assert!(!shown.contains(KEY) && !shown.contains(SECRET), "{shown}");
    }
}

#[tokio::test]
async fn wecom_tells_what_time_it_is() {
    for build in [bot_at, app_at] {
        let fake = FakeHttp::serve(|_| {
            let body = r#"{"errcode":0,"access_token":"a-fresh-access-token","expires_in":7200}"#;
            Reaction::answer("200 OK", "Date: Sun, 08 Mar 2026 12:30:00 GMT\r\n", body)
        })
        .await;
        let channel = build(&fake.endpoint());
        assert_eq!(channel.clock_offset(), None);
        channel.notify(&notification(Severity::High, Why::Started), &attempt()).await.unwrap();
        let offset = channel.clock_offset().unwrap();
        assert!((offset - SignedDuration::from_mins(30)).abs() < SignedDuration::from_secs(10), "{offset}");
    }
}
