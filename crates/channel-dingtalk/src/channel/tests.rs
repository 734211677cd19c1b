use fanfare_core::{Locale, Severity, Why};
use fanfare_testkit::{FakeHttp, NOON, Reaction, SeenRequest, attempt, digest, notification, shown_of};
use jiff::Timestamp;

use super::*;

const TOKEN: &str = "a-token-of-a-robot";
const SECRET: &str = "SEC-a-secret-of-a-robot";

fn robot_at(endpoint: &str, secret: Option<&str>) -> DingTalk {
    let config = DingTalkConfig {
        secret: secret.map(Secret::new),
        endpoint: Some(endpoint.to_owned()),
        ..DingTalkConfig::new(Secret::new(TOKEN))
    };
    let context = Context { name: "ops".into(), locale: Locale::default(), timeout: Duration::from_secs(10) };
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
    assert_eq!(limits.budgets[0].messages.get(), 20);
    assert!(!limits.account.as_str().contains(TOKEN));
}

#[test]
fn all_robots_draw_on_the_three_thousand_a_month_of_their_organisation() {
    let limits = robot_at("http://127.0.0.1:1", Some(SECRET)).limits();
    let quota = limits.quota.unwrap();
    assert_eq!((quota.pool.as_str(), quota.messages.get()), ("dingtalk", 3000));
    // Midnight in China is 16:00 UTC.
    assert_eq!(quota.resets_at(NOON), "2026-03-31T16:00:00Z".parse().unwrap());
}

#[test]
fn a_robot_shows_no_secret() {
    let shown = format!("{:?}", robot_at("http://127.0.0.1:1", Some(SECRET)));
    assert!(!shown.contains(TOKEN) && !shown.contains(SECRET), "{shown}");
}

#[tokio::test]
async fn a_digest_tells_many_alerts_in_one_message() {
    let fake = FakeHttp::serve(|_| Reaction::json(r#"{"errcode":0,"errmsg":"ok"}"#)).await;
    let robot = robot_at(&fake.endpoint(), Some(SECRET));
    let digest = digest(500);
    let told = digest.first(robot.capacity(&digest));
    assert!(told.notifications().len() > 40, "{}", told.notifications().len());
    robot.digest(&told, &attempt()).await.unwrap();
    assert_eq!(fake.posts(), 1);
    let body = &fake.seen()[0].body;
    for text in told.notifications().iter().flat_map(|it| shown_of(it)) {
        assert!(body.contains(&text), "{text}");
    }
}

#[test]
fn robots_behind_one_proxy_share_their_way_out() {
    let way = |proxy: Option<&str>| {
        let config =
            DingTalkConfig { proxy: proxy.map(str::to_owned), ..DingTalkConfig::new(Secret::new(TOKEN)) };
        let context =
            Context { name: "ops".into(), locale: Locale::default(), timeout: Duration::from_secs(10) };
        DingTalk::build(config, context).unwrap().limits().egress
    };
    assert_eq!(way(None).as_str(), "https://oapi.dingtalk.com");
    assert_eq!(way(Some("http://proxy:3128")).as_str(), "https://oapi.dingtalk.com via http://proxy:3128");
}

/// DingTalk at a time: it dates its answers, and takes no signature that is more
/// than an hour away from it ("timestamp … 与请求调用时间误差不能超过1小时").
async fn dingtalk_at(now: Timestamp) -> FakeHttp {
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now).unwrap();
    dingtalk(now, date).await
}

/// The same, where whoever stands on the way puts another `date` into the answers.
async fn dingtalk(now: Timestamp, date: String) -> FakeHttp {
    FakeHttp::serve(move |request| {
        let is_in_time = stamp_of(request).duration_since(now).abs() <= SignedDuration::from_hours(1);
        let body = if is_in_time {
            r#"{"errcode":0,"errmsg":"ok"}"#
        } else {
            r#"{"errcode":310000,"errmsg":"invalid timestamp"}"#
        };
        Reaction::answer("200 OK", &format!("Date: {date}\r\n"), body)
    })
    .await
}

fn stamp_of(request: &SeenRequest) -> Timestamp {
    let (_, rest) = request.target.split_once("&timestamp=").unwrap();
    let (milliseconds, _) = rest.split_once('&').unwrap();
    Timestamp::from_millisecond(milliseconds.parse().unwrap()).unwrap()
}

/// The `ordinal`-th attempt, made at noon by this machine's clock.
async fn try_at_noon(robot: &DingTalk, ordinal: u32) -> Result<Receipt, SendError> {
    let attempt = Attempt { ordinal, ..attempt() };
    robot.notify(&notification(Severity::Urgent, Why::Started), &attempt).await
}

#[tokio::test]
async fn a_machine_without_the_time_signs_with_dingtalks_from_the_second_attempt_on() {
    let fake = dingtalk_at("2026-03-08T14:03:00Z".parse().unwrap()).await;
    let robot = robot_at(&fake.endpoint(), Some(SECRET));
    assert_eq!(robot.clock_offset(), None);
    assert_eq!(try_at_noon(&robot, 1).await.unwrap_err().word(), "transient");

    let says = "errcode 0: ok; signed with the provider's time: this machine's clock is 2 h 3 min behind";
    assert_eq!(try_at_noon(&robot, 2).await.unwrap().words, says);
    assert_eq!(try_at_noon(&robot, 1).await.unwrap().words, says, "and so does the next message");
    let offset = robot.clock_offset().unwrap();
    assert!((offset - SignedDuration::from_mins(123)).abs() < SignedDuration::from_secs(10), "{offset}");
}

#[tokio::test]
async fn a_machine_that_is_ahead_signs_with_dingtalks_time_too() {
    let fake = dingtalk_at("2026-03-01T12:00:00Z".parse().unwrap()).await;
    let robot = robot_at(&fake.endpoint(), Some(SECRET));
    assert_eq!(try_at_noon(&robot, 1).await.unwrap_err().word(), "transient");
    assert!(try_at_noon(&robot, 2).await.unwrap().words.contains("clock is 7 d 0 h ahead"));
}

#[tokio::test]
async fn an_error_too_says_that_the_time_was_dingtalks() {
    let body = r#"{"errcode":130101,"errmsg":"send too fast"}"#;
    let fake =
        FakeHttp::serve(move |_| Reaction::answer("200 OK", "Date: Sun, 08 Mar 2026 14:03:00 GMT\r\n", body))
            .await;
    let robot = robot_at(&fake.endpoint(), Some(SECRET));
    try_at_noon(&robot, 1).await.unwrap_err();
    let err = try_at_noon(&robot, 2).await.unwrap_err();
    assert_eq!(err.word(), "throttled");
    assert!(err.to_string().contains("this machine's clock is 2 h 3 min behind"), "{err}");
}

#[tokio::test]
async fn a_robot_that_does_not_sign_says_nothing_of_the_time() {
    let fake = FakeHttp::serve(|_| {
        let headers = "Date: Sun, 08 Mar 2026 14:03:00 GMT\r\n";
        Reaction::answer("200 OK", headers, r#"{"errcode":0,"errmsg":"ok"}"#)
    })
    .await;
    let robot = robot_at(&fake.endpoint(), None);
    for ordinal in [1, 2] {
        assert_eq!(try_at_noon(&robot, ordinal).await.unwrap().words, "errcode 0: ok");
    }
}

#[tokio::test]
async fn a_date_that_somebody_on_the_way_made_up_costs_one_attempt_and_no_alarm() {
    for lie in ["Mon, 09 Mar 2026 12:00:00 GMT", "Sun, 01 Mar 2026 12:00:00 GMT"] {
        let fake = dingtalk(NOON, lie.to_owned()).await;
        let robot = robot_at(&fake.endpoint(), Some(SECRET));
        assert_eq!(try_at_noon(&robot, 1).await.unwrap().words, "errcode 0: ok");
        let misled = try_at_noon(&robot, 3).await.unwrap_err();
        assert_eq!(misled.word(), "transient", "whichever attempt it is: {misled}");
        for ordinal in [4, 1, 1] {
            assert_eq!(try_at_noon(&robot, ordinal).await.unwrap().words, "errcode 0: ok");
        }
    }
}

#[tokio::test]
async fn a_date_nobody_can_believe_changes_nothing() {
    for odd in ["Thu, 01 Jan 1970 00:00:10 GMT", "Fri, 08 Mar 2126 12:00:00 GMT", "noon"] {
        let fake = dingtalk(NOON, odd.to_owned()).await;
        let robot = robot_at(&fake.endpoint(), Some(SECRET));
        for ordinal in [1, 1, 1] {
            assert_eq!(try_at_noon(&robot, ordinal).await.unwrap().words, "errcode 0: ok");
        }
        assert_eq!(robot.clock_offset(), None, "{odd}");
    }
}

#[tokio::test]
async fn a_clock_that_nobody_can_correct_is_for_a_person_to_mend() {
    let refused = r#"{"errcode":310000,"errmsg":"invalid timestamp"}"#;
    let fake = FakeHttp::serve(move |_| Reaction::json(refused)).await;
    let robot = robot_at(&fake.endpoint(), Some(SECRET));
    assert_eq!(try_at_noon(&robot, 1).await.unwrap_err().word(), "transient");
    assert_eq!(try_at_noon(&robot, 2).await.unwrap_err().word(), "misconfigured");
}

#[tokio::test]
async fn the_signing_secret_is_shown_by_no_answer() {
    let refused = r#"{"errcode":310000,"errmsg":"sign not match SEC-a-secret-of-a-robot"}"#;
    let fake = FakeHttp::serve(move |_| Reaction::json(refused)).await;
    let robot = robot_at(&fake.endpoint(), Some(SECRET));
    let sent = robot.notify(&notification(Severity::Urgent, Why::Started), &attempt()).await;
    let err = sent.unwrap_err().to_string();
    assert!(err.contains("sign not match ***") && !err.contains(SECRET), "{err}");
}
