//! Operators' commands against a running gateway.

mod dead_letters;
mod story;
mod speed;
mod log;
mod monitoring;
mod night;
mod repair;
mod languages;
mod lists;
mod channel_test;

use serde_json::{Value, json};

use crate::harness::{PATIENCE, TestGateway, TestRequest, until};

/// A promise to two channels, and who is told if that does not come about.
const CONFIG: &str = "\
server: { listen: 127.0.0.1:0, external_url: https://alerts.example.com }
store: sqlite://data/fanfare.db
sources:
  - { name: open, format: tkl, auth: none }
channels:
  group: { kind: wecom, key: { env: GROUP }, budget: unlimited }
  robot: { kind: dingtalk, access_token: { env: ROBOT }, secret: { env: SECRET }, budget: unlimited }
  boss: { kind: wecom, key: { env: BOSS }, budget: unlimited }
receivers:
  - name: on-call
    channels: [group, robot]
    contract: { succeed: all, within: 30s }
    escalate:
      - { after: 20s, unless: delivered, to: [boss] }
      - { after: 1h, unless: acknowledged, to: [boss] }
  - name: team
    channels: [group]
route:
  receiver: team
  routes:
    - { matchers: ['severity >= high'], receiver: on-call }
";

/// 310000: "sign not match", which no attempt mends.
/// <https://open.dingtalk.com/document/group/custom-robot-access>
const WRONG_SECRET: &str = r#"{ "fault": { "errcode": { "code": 310000, "words": "sign not match" } } }"#;

fn gateway() -> TestGateway {
    TestGateway::start(CONFIG, &["--sandbox"], &[])
}

/// Switches a fault of a channel's provider on.
#[track_caller]
fn switch_on(gateway: &TestGateway, channel: &str, fault: &str) {
    let switch = TestRequest::new("PUT", &format!("/sandbox/faults/{channel}")).body(fault);
    assert_eq!(switch.send(gateway.address()).status, 200);
}

#[track_caller]
fn mend(gateway: &TestGateway, channel: &str) {
    let switch = TestRequest::new("DELETE", &format!("/sandbox/faults/{channel}"));
    assert_eq!(switch.send(gateway.address()).status, 200);
}

/// Posts an alarm that nobody has heard of, and says its number.
#[track_caller]
fn raise(gateway: &TestGateway, name: &str, level: &str) -> i64 {
    let alarm = json!({ "eui": "6353012af1093062", "name": name, "level": level, "title": format!("{name} is open") });
    let answer = gateway.post("open", &alarm.to_string());
    assert_eq!(answer.status, 202, "{answer:?}");
    answer.json()["alerts"][0]["id"].as_i64().unwrap()
}

/// The JSON that `fanfare` prints when all is well.
#[track_caller]
fn ask(gateway: &TestGateway, args: &[&str]) -> Value {
    let finished = gateway.run(&[args, &["--json"]].concat(), &[]);
    assert_eq!(finished.code, Some(0), "{}", finished.said());
    serde_json::from_str(&finished.stdout).unwrap_or_else(|err| panic!("{err}: {}", finished.said()))
}

/// The history of an alert, as `fanfare explain` prints it.
#[track_caller]
fn timeline(gateway: &TestGateway, alert: i64) -> Vec<Value> {
    ask(gateway, &["explain", &alert.to_string()])["timeline"].as_array().unwrap().clone()
}

/// Waits until something like this has happened to the alert; the fields given are compared.
#[track_caller]
fn until_told(gateway: &TestGateway, alert: i64, like: &Value) {
    let is_like = |event: &Value| like.as_object().unwrap().iter().all(|(name, value)| event[name] == *value);
    let happened = || timeline(gateway, alert).iter().any(is_like);
    until(&format!("the story of {alert} tells {like}"), happened, PATIENCE);
}

#[test]
fn the_api_answers_only_whom_it_knows() {
    let gateway = gateway();
    let alert = raise(&gateway, "door", "mid");
    let questions = [
        format!("/api/v1/alerts/{alert}/explain"),
        "/api/v1/audit".to_owned(),
        "/api/v1/dead-letters".to_owned(),
        "/api/v1/channels".to_owned(),
        "/api/v1/channels/group".to_owned(),
    ];
    for path in &questions {
        assert_eq!(gateway.get(path).status, 200, "{path}");
        let from_elsewhere = TestRequest::get(path).header("X-Forwarded-For", "203.0.113.7");
        assert_eq!(from_elsewhere.send(gateway.address()).status, 403, "{path}");
    }
    for order in ["alerts/1/acknowledge", "dead-letters/retry", "dead-letters/discard", "channels/group/test"]
    {
        let from_elsewhere =
            TestRequest::post(&format!("/api/v1/{order}"), "{}").header("X-Forwarded-For", "203.0.113.7");
        assert_eq!(from_elsewhere.send(gateway.address()).status, 403, "{order}");
    }
}

#[test]
fn what_is_not_there_is_told_so() {
    let gateway = gateway();
    let check = |answer: crate::harness::TestAnswer, status: u16, code: &str| {
        assert_eq!(
            (answer.status, answer.json()["error"]["code"].as_str()),
            (status, Some(code)),
            "{answer:?}"
        );
    };
    check(gateway.get("/api/v1/alerts/77/explain"), 404, "unknown_alert");
    check(gateway.get("/api/v1/dead-letters/d77"), 404, "unknown_dead_letter");
    check(gateway.get("/api/v1/dead-letters/77"), 400, "bad_request");
    check(gateway.get("/api/v1/dead-letters?chanel=group"), 400, "bad_request");
    check(gateway.get("/api/v1/channels/nobody"), 404, "unknown_channel");
    let post =
        |path: &str, body: &str| TestRequest::post(&format!("/api/v1/{path}"), body).send(gateway.address());
    check(post("channels/nobody/test", ""), 404, "unknown_channel");
    check(post("alerts/77/acknowledge", r#"{"by":"Wang"}"#), 404, "unknown_alert");
    check(post("alerts/77/acknowledge", "{}"), 400, "bad_request");
    check(post("alerts/77/acknowledge", r#"{"by":" "}"#), 400, "bad_request");
    check(post("alerts/77/acknowledge", &format!(r#"{{"by":"{}"}}"#, "x".repeat(65))), 400, "bad_request");
    for body in
        ["", "{}", "[]", r#"{"ids":["17"]}"#, r#"{"ids":["d17"],"channel":"group"}"#, r#"{"chanel":"group"}"#]
    {
        check(post("dead-letters/retry", body), 400, "bad_request");
    }
    check(post("dead-letters/discard", r#"{"ids":["d17"]}"#), 400, "bad_request");
    check(post("dead-letters/discard", r#"{"ids":["d17"],"reason":" "}"#), 400, "bad_request");
}

#[test]
fn a_gateway_that_is_not_there_is_named_by_its_address() {
    let mut gateway = gateway();
    gateway.kill9();
    let commands: [&[&str]; 7] = [
        &["explain", "1"],
        &["ack", "1", "--by", "Wang"],
        &["audit"],
        &["dead-letters", "list"],
        &["channels", "list"],
        &["channels", "test", "group"],
        &["reload"],
    ];
    for command in commands {
        let finished = gateway.run(command, &[]);
        assert_eq!(finished.code, Some(1), "{}", finished.said());
        let expected = format!("the gateway cannot be reached at http://{}", gateway.address());
        assert!(finished.stderr.contains(&expected), "{}", finished.stderr);
    }
}

#[test]
fn a_test_goes_through_the_real_channel_and_tells_its_providers_words() {
    let gateway = gateway();
    let good = gateway.run(&["channels", "test", "robot", "--by", "Wang"], &[]);
    assert_eq!(good.code, Some(0), "{}", good.said());
    assert!(good.stdout.contains("robot: delivered after "), "{}", good.stdout);
    let seen = gateway.get("/sandbox/messages").json().to_string();
    assert!(seen.contains("TEST") && seen.contains("Wang"), "{seen}");

    switch_on(&gateway, "robot", WRONG_SECRET);
    let bad = gateway.run(&["channels", "test", "robot"], &[]);
    assert_eq!(bad.code, Some(1), "{}", bad.said());
    assert!(bad.stdout.contains("misconfigured") && bad.stdout.contains("sign not match"), "{}", bad.stdout);

    let row = |name: &str| {
        let table = gateway.run(&["channels", "list"], &[]);
        assert_eq!(table.code, Some(0), "{}", table.said());
        table.stdout.lines().find(|it| it.starts_with(name)).unwrap().to_owned()
    };
    let is_broken = || row("robot").contains("broken") && row("robot").contains("sign not match");
    until("the list tells that it is broken", is_broken, PATIENCE);
    assert!(row("group").contains("never proven"), "{}", row("group"));

    let one = gateway.get("/api/v1/channels/robot").json();
    assert!(one["proven_at"].is_string(), "its first test has proven it: {one}");
}
