use fanfare_core::{Severity, Style, Why};
use fanfare_testkit::{FakeHttp, Reaction, attempt, notification, webhook_conformance};

use super::*;

const TOKEN: &str = "a-token-of-a-robot";
const SECRET: &str = "SEC-a-secret-of-a-robot";

fn robot_at(endpoint: &str, secret: Option<&str>) -> DingTalk {
    let config = DingTalkConfig {
        secret: secret.map(Secret::new),
        endpoint: Some(endpoint.to_owned()),
        ..DingTalkConfig::new(Secret::new(TOKEN))
    };
    let context = Context { name: "ops".into(), style: Style::default(), timeout: Duration::from_secs(10) };
    DingTalk::build(config, context).unwrap()
}

/// The path and query of one message by a robot with this `secret`.
async fn target(secret: Option<&str>) -> String {
    let fake = FakeHttp::serve(|_| Reaction::json(r#"{"errcode":0,"errmsg":"ok"}"#)).await;
    let robot = robot_at(&fake.endpoint(), secret);
    let attempt = Attempt { at: "2023-11-14T22:13:20.001Z".parse().unwrap(), ..attempt() };
    robot.notify(&notification(Severity::Urgent, Why::Started), &attempt).await.unwrap();
    assert_eq!(fake.posts(), 1);
    fake.seen().remove(0).target
}

#[tokio::test]
async fn it_keeps_the_notifier_contract() {
    webhook_conformance(|endpoint| robot_at(endpoint, Some(SECRET)), &[TOKEN, SECRET]).await;
}

#[tokio::test]
async fn the_address_is_signed_and_encoded_once() {
    // Vector D4, computed by another program: its signature has `+`, `/` and `=`.
    assert_eq!(
        target(Some("SECtest")).await,
        "/robot/send?access_token=a-token-of-a-robot&timestamp=1700000000001\
         &sign=r4CWp%2FDz%2BNg0sbTjH1vB0Fr%2BuQ2fn831mssaN6%2FC05I%3D"
    );
}

#[tokio::test]
async fn a_robot_without_a_secret_sends_unsigned() {
    assert_eq!(target(None).await, "/robot/send?access_token=a-token-of-a-robot");
}

#[test]
fn two_channels_of_one_robot_share_its_twenty_a_minute() {
    let limits = robot_at("http://127.0.0.1:1", Some(SECRET)).limits();
    assert_eq!(limits.account, robot_at("http://127.0.0.1:2", None).limits().account);
    assert_eq!(limits.budget.unwrap().messages.get(), 20);
    assert!(!limits.account.as_str().contains(TOKEN));
}

#[test]
fn a_robot_shows_no_secret() {
    let shown = format!("{:?}", robot_at("http://127.0.0.1:1", Some(SECRET)));
    assert!(!shown.contains(TOKEN) && !shown.contains(SECRET), "{shown}");
}
