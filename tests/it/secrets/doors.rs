//! The credential that each HTTP endpoint asks for.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::{TestAnswer, TestGateway, TestRequest, file};

const TOKEN: &str = "the-token-of-the-api";

const CONFIG: &str = "\
server: { listen: 127.0.0.1:0AUTH }
store: sqlite://data/fanfare.db
sources:
  - { name: closed, format: tkl, auth: { bearer: { env: SOURCE_TOKEN } } }
channels:
  bot: { kind: wecom, key: { env: BOT } }
receivers: [{ name: team, channels: [bot] }]
route: { receiver: team }
";

/// A door: its method, its path as the code has it, and who may open it.
type DoorRule = (&'static str, &'static str, Credential);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Credential {
    /// No credential: anybody who reaches the gateway.
    Anybody,
    /// The link from a message.
    Linked,
    /// The API token if there is one; or else as for anybody.
    Scraper,
    /// The token of the source.
    Source,
    /// A token in the address: the answer is that of a provider.
    Robot,
    /// The API token, with which one reads the ledger and gives orders.
    Operator,
}

const DOORS: [DoorRule; 39] = [
    ("POST", "/ingest/{source}", Credential::Source),
    ("POST", "/ingest/{source}/{token}", Credential::Source),
    ("POST", "/ingest/{source}/api/v2/alerts", Credential::Source),
    ("POST", "/ingest/{source}/{token}/api/v2/alerts", Credential::Source),
    ("GET", "/heartbeat/{source}/{name}", Credential::Source),
    ("HEAD", "/heartbeat/{source}/{name}", Credential::Source),
    ("POST", "/heartbeat/{source}/{name}", Credential::Source),
    ("GET", "/heartbeat/{source}/{token}/{name}", Credential::Source),
    ("HEAD", "/heartbeat/{source}/{token}/{name}", Credential::Source),
    ("POST", "/heartbeat/{source}/{token}/{name}", Credential::Source),
    ("POST", "/robot/send", Credential::Robot),
    ("POST", "/cgi-bin/webhook/send", Credential::Robot),
    ("GET", "/-/healthy", Credential::Anybody),
    ("HEAD", "/-/healthy", Credential::Anybody),
    ("GET", "/-/ready", Credential::Anybody),
    ("HEAD", "/-/ready", Credential::Anybody),
    ("GET", "/metrics", Credential::Scraper),
    ("GET", "/ack/{token}", Credential::Linked),
    ("HEAD", "/ack/{token}", Credential::Linked),
    ("POST", "/ack/{token}", Credential::Linked),
    ("POST", "/-/reload", Credential::Operator),
    ("GET", "/api/v1/alerts", Credential::Operator),
    ("GET", "/api/v1/alerts/{id}/explain", Credential::Operator),
    ("POST", "/api/v1/alerts/{id}/acknowledge", Credential::Operator),
    ("GET", "/api/v1/deliveries", Credential::Operator),
    ("GET", "/api/v1/deliveries/{id}/attempts", Credential::Operator),
    ("GET", "/api/v1/dead-letters", Credential::Operator),
    ("POST", "/api/v1/dead-letters/retry", Credential::Operator),
    ("POST", "/api/v1/dead-letters/discard", Credential::Operator),
    ("GET", "/api/v1/dead-letters/{id}", Credential::Operator),
    ("GET", "/api/v1/channels", Credential::Operator),
    ("GET", "/api/v1/channels/{name}", Credential::Operator),
    ("POST", "/api/v1/channels/{name}/test", Credential::Operator),
    ("GET", "/api/v1/deliveries/{id}", Credential::Operator),
    ("GET", "/api/v1/heartbeats", Credential::Operator),
    ("POST", "/api/v1/heartbeats/forget", Credential::Operator),
    ("GET", "/api/v1/status", Credential::Operator),
    ("GET", "/api/v1/audit", Credential::Operator),
    ("GET", "/api/v1/openapi.json", Credential::Anybody),
];

pub(super) fn doors_of(who: Credential) -> impl Iterator<Item = TestRequest> {
    DOORS.into_iter().filter(move |it| it.2 == who).map(|(method, path, _)| request(method, path))
}

/// All that a token closes.
pub(super) fn closed_doors() -> impl Iterator<Item = TestRequest> {
    [Credential::Operator, Credential::Scraper, Credential::Source].into_iter().flat_map(doors_of)
}

/// One that is right but for who sends it.
fn request(method: &str, path: &str) -> TestRequest {
    let id = if path.contains("dead-letters") { "d1" } else { "1" };
    let path = path.replace("{id}", id).replace("{name}", "nobody").replace("{source}", "closed");
    let request = TestRequest::new(method, &path.replace("{token}", "forged"));
    match (method, path.rsplit('/').next().unwrap()) {
        ("POST", "acknowledge") => request.body(r#"{"by":"Mallory"}"#),
        ("POST", "retry") => request.body(r#"{"ids":["d1"]}"#),
        ("POST", "forget") => request.body(r#"{"heartbeat":"closed/nobody"}"#),
        ("POST", "discard") => request.body(r#"{"ids":["d1"],"reason":"x"}"#),
        _ => request,
    }
}

pub(super) fn gateway(auth: &str) -> TestGateway {
    let env = [("API_TOKEN", TOKEN), ("SOURCE_TOKEN", "the-token-of-a-source")];
    TestGateway::start(&CONFIG.replace("AUTH", auth), &["--sandbox"], &env)
}

pub(super) fn with_token() -> TestGateway {
    gateway(", auth: { bearer: { env: API_TOKEN } }")
}

/// The doors of the document; the crate `http` routes no others but the sandbox's, which has a test of its own.
fn doors_in_the_document() -> BTreeSet<(String, String)> {
    let document: Value = serde_json::from_str(&file("crates/api/openapi.json")).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    let operations =
        paths.flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |it| (it, path)));
    operations.map(|(method, path)| (method.to_uppercase(), path.clone())).collect()
}

#[test]
fn every_door_is_in_the_table() {
    let table = DOORS.map(|(method, path, _)| (method.to_owned(), path.to_owned()));
    assert_eq!(doors_in_the_document(), table.into());
}

/// A client that uses a door by another method hears which it has, and not that there is none.
#[test]
fn a_door_answers_405_to_every_method_but_its_own_and_names_those() {
    let gateway = with_token();
    let doors = doors_in_the_document();
    for path in doors.iter().map(|(_, path)| path).collect::<BTreeSet<_>>() {
        let its_own: BTreeSet<&str> =
            doors.iter().filter(|it| it.1 == *path).map(|(method, _)| method.as_str()).collect();
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            let request = request(method, path);
            let answer = request.send(gateway.address());
            assert_eq!(answer.status != 405, its_own.contains(method), "{request:?}: {answer:?}");
            if answer.status == 405 {
                let allowed = answer.header("Allow").unwrap();
                assert_eq!(allowed.split(", ").collect::<BTreeSet<_>>(), its_own, "{request:?}: {answer:?}");
            }
        }
    }
}

#[track_caller]
fn check(request: &TestRequest, answer: &TestAnswer, expected: u16) {
    assert_eq!(answer.status, expected, "{request:?}: {answer:?}");
}

#[test]
fn without_the_token_nobody_is_answered_by_any_door_of_the_api() {
    let gateway = with_token();
    let closed: Vec<TestRequest> = closed_doors().collect();
    let sandbox = ["GET", "PUT", "DELETE"].map(|it| TestRequest::new(it, "/sandbox/messages"));
    for request in closed.iter().chain(&sandbox) {
        for (name, value) in [
            ("X-Nothing", "at all"),
            ("Authorization", "Bearer"),
            ("Authorization", "Bearer "),
            ("Authorization", "Bearer wrong"),
            ("Authorization", "Bearer the-token-of-the-api-and-more"),
            ("Authorization", "Bearer the-token-of-the-ap"),
            ("Authorization", "Basic the-token-of-the-api"),
            ("Authorization", "the-token-of-the-api"),
            ("X-Forwarded-For", "127.0.0.1"),
        ] {
            let request = request.clone().header(name, value);
            let answer = request.send(gateway.address());
            check(&request, &answer, 401);
            assert_eq!(answer.header("WWW-Authenticate"), Some("Bearer"), "{answer:?}");
            if !request.asks_for_head() {
                assert_eq!(answer.json()["error"]["code"], "unauthorized", "{answer:?}");
            }
        }
    }
    for request in closed {
        let of_other = if doors_of(Credential::Source).any(|it| format!("{it:?}") == format!("{request:?}")) {
            TOKEN
        } else {
            "the-token-of-a-source"
        };
        check(&request, &request.clone().bearer(of_other).send(gateway.address()), 401);
    }
}

#[test]
fn a_robots_door_opens_for_no_token_but_its_sources() {
    let gateway = with_token();
    for request in doors_of(Credential::Robot) {
        for token in [TOKEN, "the-token-of-a-source"] {
            let request = request.clone().bearer(token).body(r#"{"msgtype":"text","text":{"content":"x"}}"#);
            let answer = request.send(gateway.address());
            check(&request, &answer, 200);
            assert_ne!(answer.json()["errcode"], 0, "the token stands in the address: {answer:?}");
        }
    }
}

#[test]
fn with_the_token_every_door_of_the_api_opens() {
    let gateway = with_token();
    for request in doors_of(Credential::Operator) {
        let answer = request.clone().bearer(TOKEN).send(gateway.address());
        // There is nothing in the ledger, which is another thing than being sent away.
        assert!(matches!(answer.status, 200 | 404), "{request:?}: {answer:?}");
        assert_ne!(answer.json()["error"]["code"], "no_such_door", "{request:?}: {answer:?}");
    }
    for request in doors_of(Credential::Scraper) {
        check(&request, &request.clone().bearer(TOKEN).send(gateway.address()), 200);
    }
}

#[test]
fn whoever_is_not_on_this_machine_is_answered_by_no_door_of_the_api() {
    let gateway = gateway("");
    for request in doors_of(Credential::Operator) {
        for passed_on in ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"] {
            let request = request.clone().header(passed_on, "127.0.0.1");
            check(&request, &request.send(gateway.address()), 403);
        }
        let answer = request.send(gateway.address());
        assert!(matches!(answer.status, 200 | 404), "{request:?}: {answer:?}");
    }
}

/// A browser on the gateway's machine sends what any page in it wants sent.
#[test]
fn pages_in_a_browser_on_this_machine_are_answered_by_no_door_of_the_api() {
    let gateway = gateway("");
    for request in doors_of(Credential::Operator) {
        for (name, value) in [
            ("Origin", "https://evil.test"),
            ("Origin", "null"),
            ("Origin", "http://localhost"), // as the host calls itself: its name may have been pointed here
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
        ] {
            let request = request.clone().header(name, value).header("Content-Type", "text/plain");
            check(&request, &request.send(gateway.address()), 403);
        }
        let by_a_person = request.clone().header("Sec-Fetch-Site", "none").send(gateway.address());
        assert!(matches!(by_a_person.status, 200 | 404), "{request:?}: {by_a_person:?}");
    }
    // With a token nobody is let in for where he is.
    let gateway = with_token();
    let request = TestRequest::get("/api/v1/audit").header("Origin", "https://console.test").bearer(TOKEN);
    check(&request, &request.send(gateway.address()), 200);
}

#[test]
fn doors_that_are_open_to_all_tell_and_do_nothing_that_is_not_for_all() {
    let gateway = with_token();
    for request in doors_of(Credential::Anybody) {
        check(&request, &request.send(gateway.address()), 200);
    }
    for request in doors_of(Credential::Linked) {
        check(&request, &request.send(gateway.address()), 404);
    }
}

#[test]
fn an_order_for_nothing_in_particular_touches_nothing() {
    let gateway = with_token();
    let order = |path: &str, body: &str| {
        TestRequest::post(&format!("/api/v1/dead-letters/{path}"), body).bearer(TOKEN).send(gateway.address())
    };
    for body in [
        "",
        "{}",
        "null",
        "[]",
        "[null,null,null,null,null,null,null]",
        r#"{"by":"x"}"#,
        r#"{"ids":null}"#,
        r#"{"channel":null,"since":null}"#,
        r#"{"ids":"*"}"#,
        r#"{"ids":["*"]}"#,
        r#"{"ids":["d0"]}"#,
        r#"{"ids":["d-1"]}"#,
        r#"{"ids":["d1 OR 1=1"]}"#,
        r#"{"ids":["d9223372036854775808"]}"#,
        r#"{"ids":[],"channel":"bot"}"#,
        r#"{"channels":"bot"}"#,
        r#"{"since":"","channel":"bot"}"#,
        r#"{"channel":"a","channel":"bot"}"#,
    ] {
        let with_reason = if body.ends_with('}') && body.len() > 2 {
            body.replacen('{', r#"{"reason":"x","#, 1)
        } else {
            body.to_owned()
        };
        for (path, body) in [("retry", body), ("discard", &with_reason)] {
            let answer = order(path, body);
            assert_eq!(answer.status, 400, "{path} {body}: {answer:?}");
        }
    }
    for body in [r#"{"ids":[]}"#, r#"{"channel":""}"#, r#"{"channel":"' OR '1'='1"}"#, r#"{"receiver":"%"}"#]
    {
        let answer = order("retry", body);
        assert_eq!((answer.status, &answer.json()["retried"]), (200, &0.into()), "{body}: {answer:?}");
    }
    for reason in ["x".repeat(501), "\\n".to_owned(), String::new()] {
        let answer = order("discard", &format!(r#"{{"ids":["d1"],"reason":"{reason}"}}"#));
        check(&TestRequest::get("reason"), &answer, 400);
    }
}
