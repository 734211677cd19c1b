//! Every door of a running gateway, and how it answers those who knock wrongly.

mod browsers;
mod commands;
mod crowd;
mod expectation;
mod log;
mod metrics;
mod refusals;
mod siege;
mod store;
mod tls;

use crate::harness::{TestAnswer, TestGateway, TestRequest, text};

/// A source that asks for a token, one that does not, and an API that asks for none.
const CONFIG: &str = "\
server: { listen: 127.0.0.1:0 }
store: sqlite://data/fanfare.db
sources:
  - { name: open, format: tkl, auth: none, max_body: 1KiB }
  - { name: closed, format: tkl, auth: { bearer: { env: SOURCE_TOKEN } } }
channels:
  bot: { kind: wecom, key: { env: WECOM_KEY }, budget: unlimited }
receivers:
  - { name: team, channels: [bot] }
route: { receiver: team }
";

const SOURCE_TOKEN: &str = "the-token-of-the-source";
const API_TOKEN: &str = "the-token-of-the-api";
const ENV: [(&str, &str); 2] = [("SOURCE_TOKEN", SOURCE_TOKEN), ("API_TOKEN", API_TOKEN)];

/// [`CONFIG`] with a token for the API.
fn with_api_token() -> String {
    CONFIG.replace("127.0.0.1:0 }", "127.0.0.1:0, auth: { bearer: { env: API_TOKEN } } }")
}

fn gateway() -> TestGateway {
    TestGateway::start(CONFIG, &["--sandbox"], &ENV)
}

/// An alarm that nobody has heard of, by its number.
fn alarm(number: usize) -> String {
    format!(r#"{{"eui":"{number:016x}","name":"door","level":"mid","title":"Door {number}"}}"#)
}

/// Checks that `answer` is a refusal, in the one form that refusals have.
#[track_caller]
fn check_refused(answer: &TestAnswer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    let json = answer.json();
    let error = json["error"].as_object().unwrap_or_else(|| panic!("no `error` in {json}"));
    assert!(error.keys().all(|it| ["code", "message", "path"].contains(&it.as_str())), "{json}");
    assert_eq!(text(&json["error"], "code"), code);
    assert!(text(&json["error"], "message").len() > 20, "it says what would be right: {json}");
    assert_eq!(answer.header("Content-Type"), Some("application/json"));
}

#[test]
fn the_api_is_open_to_this_machine_and_to_nobody_behind_a_proxy() {
    let gateway = gateway();
    for path in ["/api/v1/alerts", "/api/v1/deliveries", "/api/v1/deliveries/1/attempts", "/sandbox/messages"]
    {
        assert_eq!(gateway.get(path).status, 200, "{path}");
        let from_elsewhere =
            TestRequest::get(path).header("X-Forwarded-For", "203.0.113.7").send(gateway.address());
        check_refused(&from_elsewhere, 403, "forbidden");
    }
}

#[test]
fn an_api_with_a_token_is_closed_to_whoever_does_not_bring_it() {
    let gateway = TestGateway::start(&with_api_token(), &["--sandbox"], &ENV);
    for path in ["/api/v1/alerts", "/api/v1/deliveries", "/api/v1/deliveries/1/attempts", "/sandbox/messages"]
    {
        let request = TestRequest::get(path);
        check_refused(&request.send(gateway.address()), 401, "unauthorized");
        let with = |value: &str| request.clone().header("Authorization", value).send(gateway.address());
        check_refused(&with(&format!("Bearer {SOURCE_TOKEN}")), 401, "unauthorized");
        check_refused(&with(&format!("Basic {API_TOKEN}")), 401, "unauthorized");
        assert_eq!(with(&format!("Bearer {API_TOKEN}")).status, 200, "{path}");
    }
}

#[test]
fn health_is_told_to_everybody() {
    let gateway = TestGateway::start(&with_api_token(), &["--sandbox"], &ENV);
    for path in ["/-/healthy", "/-/ready"] {
        let answer = gateway.get(path);
        assert_eq!((answer.status, answer.body.as_str()), (200, "OK"), "{path}");
        let head = TestRequest::new("HEAD", path).send(gateway.address());
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
    }
}

#[test]
fn what_was_told_can_be_looked_up() {
    let gateway = gateway();
    assert_eq!(gateway.post("open", &alarm(1)).status, 202);
    assert_eq!(gateway.post("open", &alarm(2)).status, 202);
    gateway.until_nothing_is_owed();

    let alerts = gateway.get("/api/v1/alerts").json();
    assert_eq!(alerts["alerts"].as_array().map(Vec::len), Some(2), "{alerts}");
    let newest = &alerts["alerts"][0];
    let fingerprint = text(&newest["alert"], "fingerprint");
    let same = gateway.get(&format!("/api/v1/alerts?fingerprint={fingerprint}")).json();
    assert_eq!(same["alerts"], serde_json::json!([newest]));

    let id = &newest["id"];
    let deliveries =
        gateway.get(&format!("/api/v1/deliveries?alert={id}&channel=bot&state=delivered")).json();
    let delivery = &deliveries["deliveries"][0];
    assert_eq!((&delivery["alert_id"], text(delivery, "receiver")), (id, "team"), "{deliveries}");
    let attempts = gateway.get(&format!("/api/v1/deliveries/{}/attempts", delivery["id"])).json();
    assert_eq!(attempts["attempts"].as_array().map(Vec::len), Some(1), "{attempts}");
    assert!(attempts.to_string().contains("errcode"), "the provider's own words: {attempts}");
    assert_eq!(gateway.get("/api/v1/deliveries?state=dead").json(), serde_json::json!({ "deliveries": [] }));
    assert_eq!(
        gateway.get("/api/v1/deliveries?limit=1").json()["deliveries"].as_array().map(Vec::len),
        Some(1)
    );
}
