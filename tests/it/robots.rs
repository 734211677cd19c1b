//! Scripts that post to a chat robot, with the gateway in the place of the provider.

use serde_json::{Value, json};

use crate::harness::{TestGateway, TestRequest, text};

const CONFIG: &str = "
server: { listen: 127.0.0.1:0 }
store: sqlite://data/fanfare.db
sources:
  - { name: site-a, format: tkl, auth: [{ dingtalk: { access_token: { env: ROBOT } } }, { wecom: { key: { env: BOT } } }] }
  - { name: site-b, format: tkl, auth: { bearer: { env: TOKEN } } }
channels:
  chat: { kind: wecom, key: { env: KEY } }
receivers:
  - { name: team, channels: [chat] }
route: { receiver: team }
";

const ENV: [(&str, &str); 3] =
    [("ROBOT", "robot-token-1"), ("BOT", "bot-key-1"), ("TOKEN", "bearer-token-1")];

fn gateway() -> TestGateway {
    TestGateway::start(CONFIG, &["--sandbox"], &ENV)
}

#[track_caller]
fn post(gateway: &TestGateway, path: &str, body: &Value) -> (i64, String) {
    let answer = TestRequest::post(path, body.to_string()).send(gateway.address());
    assert_eq!(answer.status, 200, "{answer:?}");
    let answer = answer.json();
    (answer["errcode"].as_i64().unwrap(), text(&answer, "errmsg").to_owned())
}

fn alerts(gateway: &TestGateway) -> Vec<Value> {
    gateway.get("/api/v1/alerts").json()["alerts"].as_array().unwrap().clone()
}

fn ok() -> (i64, String) {
    (0, "ok".to_owned())
}

#[test]
fn a_script_for_a_robot_swaps_only_the_host() {
    let gateway = gateway();
    let body = json!({ "msgtype": "text", "text": { "content": "Pump room: the floor is wet" } });
    assert_eq!(post(&gateway, "/robot/send?access_token=robot-token-1", &body), ok());
    assert_eq!(post(&gateway, "/cgi-bin/webhook/send?key=bearer-token-1", &body), ok());
    let mut sources: Vec<String> =
        alerts(&gateway).iter().map(|it| text(&it["alert"]["labels"], "source").to_owned()).collect();
    sources.sort();
    assert_eq!(sources, ["site-a", "site-b"]);
    gateway.until_nothing_is_owed();
    let messages = gateway.get("/sandbox/messages").json();
    let texts: Vec<&str> = messages.as_array().unwrap().iter().map(|it| text(it, "text")).collect();
    assert!(texts.iter().any(|it| it.contains("the floor is wet")), "{texts:?}");
}

#[test]
fn a_script_that_tries_again_is_heard_once() {
    let gateway = gateway();
    let body =
        json!({ "msgtype": "markdown", "markdown": { "title": "Door", "text": "#### Door 3 is open" } });
    for _ in 0..3 {
        assert_eq!(post(&gateway, "/cgi-bin/webhook/send?key=bot-key-1", &body), ok());
    }
    gateway.until_nothing_is_owed();
    assert_eq!(gateway.get("/sandbox/messages").json().as_array().map(Vec::len), Some(1));
}

#[test]
fn a_dry_run_at_a_robots_door_stores_nothing() {
    let gateway = gateway();
    let body = json!({ "msgtype": "text", "text": { "content": "Pump room: the floor is wet" } });
    for path in ["/robot/send?access_token=robot-token-1", "/cgi-bin/webhook/send?key=bot-key-1"] {
        assert_eq!(post(&gateway, &format!("{path}&dry_run=1"), &body), ok());
    }
    assert_eq!(alerts(&gateway), Vec::<Value>::new());
}

#[test]
fn a_script_that_is_refused_hears_what_the_provider_says() {
    let gateway = gateway();
    let body = json!({ "msgtype": "text", "text": { "content": "x" } });
    for (path, code) in [
        ("/robot/send", 40_035),
        ("/robot/send?access_token=", 40_035),
        ("/robot/send?access_token=bot-key-1", 300_005),
        ("/robot/send?access_token=robot-token-2", 300_005),
        ("/cgi-bin/webhook/send", 93_000),
        ("/cgi-bin/webhook/send?key=robot-token-1", 93_000),
    ] {
        assert_eq!(post(&gateway, path, &body).0, code, "{path}");
    }
    let garbage =
        TestRequest::post("/robot/send?access_token=robot-token-1", "{\"msgtype\": ").send(gateway.address());
    assert_eq!((garbage.status, garbage.json()["errcode"].as_i64()), (200, Some(40_035)), "{garbage:?}");
    assert_eq!(alerts(&gateway), Vec::<Value>::new());
}
