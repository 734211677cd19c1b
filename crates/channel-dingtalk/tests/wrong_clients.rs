//! Mistakes that clients in the field make. Each must fail here, or be on record,
//! beside the client that does it right.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use channel_dingtalk::DingTalk;
use fanfare_sandbox::{FakeAccount, Fault, FaultSwitch, HasFake, ViolationKind};
use fanfare_testkit::{D1_MILLIS, TestSandbox};
use jiff::SignedDuration;
use serde_json::{Value, json};

const ROBOT: &str = "/robot/send?access_token=robot-token";

const D1_SIGN: &str = "hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D";

/// Two robots, of which one is signed.
async fn fakes() -> TestSandbox {
    let robot = FakeAccount::new("dingtalk", [("access_token", "robot-token"), ("member", "ann")]);
    let signed = FakeAccount::new("dingtalk", [("access_token", "signed"), ("secret", "this is secret")]);
    TestSandbox::start(vec![DingTalk::fake()], [robot.named("robot"), signed.named("signed")]).await
}

fn text(content: &str) -> Value {
    json!({"msgtype": "text", "text": {"content": content}})
}

#[tokio::test]
async fn who_counts_http_200_as_success_loses_the_alert() {
    let fakes = fakes().await;
    let answer = fakes.post("/robot/send?access_token=signed", &text("hot")).await;
    assert_eq!((answer.status, answer.errcode()), (200, Some(310_000)));
    assert!(fakes.delivered().is_empty());

    assert_eq!(fakes.post(ROBOT, &text("hot")).await.errcode(), Some(0));
    assert_eq!(fakes.delivered().len(), 1);
}

#[tokio::test]
async fn who_cuts_inside_a_character_sends_no_json() {
    let fakes = fakes().await;
    fakes.refuses_a_cut_character(ROBOT, &text("告"), 40_035).await;
}

#[tokio::test]
async fn no_answer_and_no_record_holds_a_credential() {
    let fakes = fakes().await;
    let mut told = String::new();
    for target in ["/robot/send?access_token=signed", ROBOT, "/robot/send?access_token=mistyped-token"] {
        told += &fakes.post(target, &text("")).await.body;
    }
    fakes.shows_no_secret(&told, &["robot-token", "mistyped-token", "this is secret"]);
}

#[tokio::test]
async fn who_reads_a_missing_errcode_as_zero_loses_the_alert() {
    let fakes = fakes().await;
    for fault in [Fault::Punish, Fault::html_in_200(), Fault::empty_body(), Fault::garbage_json()] {
        fakes.sandbox.set_fault("robot", FaultSwitch::times(fault, 1)).unwrap();
        let answer = fakes.post(ROBOT, &text("hot")).await;
        assert_eq!((answer.status, answer.errcode()), (200, None));
    }
    assert!(fakes.delivered().is_empty());
    assert_eq!(fakes.post(ROBOT, &text("hot")).await.errcode(), Some(0));
}

#[tokio::test]
async fn who_signs_in_seconds_is_refused() {
    let fakes = fakes().await;
    let wrong = "timestamp=1577262236&sign=wYPTWs4B9p4Pnmp433gyWQov%2FLFrgNCvPc7nVR6tx8o%3D";
    let right = format!("timestamp={D1_MILLIS}&sign={D1_SIGN}");
    let answer = fakes.post(&format!("/robot/send?access_token=signed&{wrong}"), &text("hot")).await;
    assert_eq!(answer.errcode(), Some(310_000));
    let answer = fakes.post(&format!("/robot/send?access_token=signed&{right}"), &text("hot")).await;
    assert_eq!(answer.errcode(), Some(0));
}

#[tokio::test]
async fn who_encodes_the_signature_twice_or_never_is_refused() {
    let fakes = fakes().await;
    let twice = D1_SIGN.replace('%', "%25");
    for sign in [twice.as_str(), "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM="] {
        let target = format!("/robot/send?access_token=signed&timestamp={D1_MILLIS}&sign={sign}");
        assert_eq!(fakes.post(&target, &text("hot")).await.errcode(), Some(310_000), "{sign}");
    }
    assert!(fakes.delivered().is_empty());
}

#[tokio::test]
async fn who_signs_by_feishus_recipe_is_refused() {
    let fakes = fakes().await;
    let sign = "nHh3Cp6duMZBlaspftrhkkDSIlJ0Lkj6vL71ujaX6pE%3D";
    let target = format!("/robot/send?access_token=signed&timestamp={D1_MILLIS}&sign={sign}");
    assert_eq!(fakes.post(&target, &text("hot")).await.errcode(), Some(310_000));
}

#[tokio::test]
async fn who_repeats_what_was_refused_is_refused_again_and_on_record() {
    let fakes = fakes().await;
    for _ in 0..3 {
        assert_eq!(
            fakes.post("/robot/send?access_token=signed", &text("hot")).await.errcode(),
            Some(310_000)
        );
    }
    assert_eq!(fakes.sandbox.stats()["signed"].refused, 3);
}

#[tokio::test]
async fn who_sends_in_the_ten_minutes_of_silence_is_on_record() {
    let fakes = fakes().await;
    for _ in 0..20 {
        assert_eq!(fakes.post(ROBOT, &text("hot")).await.errcode(), Some(0));
    }
    assert!(fakes.sandbox.violations().is_empty());
    fakes.sandbox.ban("robot");
    fakes.wait(SignedDuration::from_secs(599));
    assert_eq!(fakes.post(ROBOT, &text("hot")).await.errcode(), Some(410_100));
    assert_eq!(fakes.sandbox.violations()[0].kind, ViolationKind::SentWhileBlocked);

    fakes.wait(SignedDuration::from_secs(1));
    assert_eq!(fakes.post(ROBOT, &text("hot")).await.errcode(), Some(0));
    assert_eq!(fakes.sandbox.violations().len(), 1);
}

#[tokio::test]
async fn who_names_people_only_beside_the_markdown_calls_nobody() {
    let fakes = fakes().await;
    let markdown = |text: &str| json!({"msgtype": "markdown", "markdown": {"title": "hot", "text": text}, "at": {"atUserIds": ["ann"]}});
    assert_eq!(fakes.post(ROBOT, &markdown("hot")).await.errcode(), Some(0));
    assert_eq!(fakes.post(ROBOT, &markdown("hot @ann")).await.errcode(), Some(0));
    let mentioned: Vec<_> = fakes.delivered().into_iter().map(|it| it.shown.mentioned).collect();
    assert_eq!(mentioned, [vec![], vec!["ann".to_owned()]]);
}

#[tokio::test]
async fn who_makes_a_new_uuid_for_each_attempt_is_shown_twice() {
    let fakes = fakes().await;
    let with = |uuid: &str| json!({"msgtype": "text", "text": {"content": "hot"}, "msgUuid": uuid});
    let reset = || fakes.sandbox.set_fault("robot", FaultSwitch::times(Fault::Reset, 1)).unwrap();

    reset();
    assert!(fakes.request("POST", ROBOT, with("a").to_string().as_bytes()).await.is_err());
    assert_eq!(fakes.post(ROBOT, &with("b")).await.errcode(), Some(0));
    assert_eq!(fakes.delivered().len(), 2);

    fakes.sandbox.clear();
    reset();
    assert!(fakes.request("POST", ROBOT, with("c").to_string().as_bytes()).await.is_err());
    assert_eq!(fakes.post(ROBOT, &with("c")).await.errcode(), Some(0));
    assert_eq!(fakes.delivered().len(), 1);
}
