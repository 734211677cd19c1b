//! Requests that are not done.

use std::io::Write as _;
use std::net::TcpStream;

use super::{CONFIG, ENV, SOURCE_TOKEN, alarm, check_refused, gateway};
use crate::harness::{TestAnswer, TestGateway, TestRequest, text};

/// Every refusal of the ingest door: what is sent, the status, the code.
fn wrong_requests() -> Vec<(TestRequest, u16, &'static str)> {
    let json = || alarm(0);
    let closed = || TestRequest::post("/ingest/closed", json());
    let too_long = format!(r#"{{"name":"door","desc":"{}"}}"#, "x".repeat(1_024));
    vec![
        (TestRequest::post("/ingest/open", r#"{"name": "door""#), 400, "malformed"),
        (TestRequest::post("/ingest/open", [0xff, 0xfe, 0x00]), 400, "malformed"),
        (TestRequest::post("/ingest/open", ""), 400, "malformed"),
        (closed(), 401, "unauthorized"),
        (closed().bearer("wrong"), 401, "unauthorized"),
        (closed().bearer(&SOURCE_TOKEN[1..]), 401, "unauthorized"),
        (closed().header("Authorization", "Bearer"), 401, "unauthorized"),
        (closed().header("Authorization", "Basic dGhlOnRva2Vu"), 401, "unauthorized"),
        (closed().header("Authorization", SOURCE_TOKEN), 401, "unauthorized"),
        (TestRequest::post("/ingest/nobody", json()), 404, "unknown_source"),
        (TestRequest::post("/ingest", json()), 404, "no_such_door"),
        (TestRequest::post("/", json()), 404, "no_such_door"),
        (TestRequest::get("/ingest/open"), 405, "method_not_allowed"),
        (TestRequest::post("/ingest/open", too_long), 413, "too_large"),
        (
            TestRequest::post("/ingest/open", json()).header("Content-Encoding", "br"),
            415,
            "unsupported_media_type",
        ),
        (
            TestRequest::new("POST", "/ingest/open").header("Content-Type", "text/plain").body("eui=aa01"),
            400,
            "malformed",
        ),
        (TestRequest::post("/ingest/open", r#"{"temperature": 41.2}"#), 422, "not_an_alert"),
        (TestRequest::post("/ingest/open", r#""door""#), 422, "not_an_alert"),
        (TestRequest::post("/ingest/open", "[]"), 422, "not_an_alert"),
        (TestRequest::get("/api/v1/alerts?limit=many"), 400, "bad_request"),
        (TestRequest::get("/api/v1/alerts?fingerprint=1"), 400, "bad_request"),
        (TestRequest::get("/api/v1/deliveries?state=lost"), 400, "bad_request"),
        (TestRequest::get("/api/v1/deliveries?chanel=bot"), 400, "bad_request"),
        (TestRequest::get("/api/v1/deliveries/first/attempts"), 400, "bad_request"),
    ]
}

#[test]
fn every_wrong_request_is_refused_with_its_reason_and_costs_only_itself() {
    let gateway = gateway();
    let wrong = wrong_requests();
    // In threes, so that the bot does not get more messages than it takes in a minute.
    let threes = wrong.chunks(3);
    let alarms = threes.len();
    for (number, three) in threes.enumerate() {
        assert_eq!(gateway.post("open", &alarm(number)).status, 202);
        for (request, status, code) in three {
            check_refused(&request.send(gateway.address()), *status, code);
        }
    }
    everything_was_told(&gateway, alarms);
}

/// All of `alarms`, each once, and nothing else.
#[track_caller]
fn everything_was_told(gateway: &TestGateway, alarms: usize) {
    gateway.until_nothing_is_owed();
    let messages = gateway.get("/sandbox/messages").json();
    let texts: Vec<&str> = messages.as_array().unwrap().iter().map(|it| text(it, "text")).collect();
    for number in 0..alarms {
        let eui = format!("{number:016x}");
        assert_eq!(texts.iter().filter(|it| it.contains(&eui)).count(), 1, "{eui}");
    }
    assert_eq!(texts.len(), alarms);
}

#[test]
fn a_body_that_is_no_alert_is_refused_with_the_place_in_it() {
    let gateway = gateway();
    let check = |body: &str, status: u16, path: &str| {
        let answer = gateway.post("open", body);
        assert_eq!(answer.status, status, "{answer:?}");
        assert_eq!(text(&answer.json()["error"], "path"), path);
    };
    check(r#"{"name": "#, 400, "$");
    check(r#"{"temperature": 41.2}"#, 422, "$");
    check(r#"[{"temperature": 41.2}, {"temperature": 41.3}]"#, 422, "[0]");
    check(r#"{"params":{"title":"Door open","eui":["6353012af1093062"]}}"#, 422, "params.eui");
    assert_eq!(
        gateway.get("/api/v1/alerts").json(),
        serde_json::json!({ "alerts": [] }),
        "something of it was taken"
    );
}

/// The others of a list may be urgent, and a script does not try again.
#[test]
fn an_entry_of_a_list_that_is_no_alert_costs_only_itself() {
    let gateway = gateway();
    let answer = gateway.post("open", r#"[{"title":"Door open"}, {"temperature": 41.2}]"#);
    assert_eq!(answer.status, 202, "{answer:?}");
    let answer = answer.json();
    assert_eq!(answer["alerts"].as_array().map(Vec::len), Some(1), "{answer}");
    assert_eq!(text(&answer["refused"][0], "path"), "[1]", "{answer}");
}

#[test]
fn a_refusal_never_quotes_what_was_sent() {
    const PASSWORD: &str = "hunter2-in-the-wrong-place";
    let gateway = TestGateway::start(CONFIG, &["--sandbox"], &[&ENV[..], &[("RUST_LOG", "trace")]].concat());
    let requests = [
        TestRequest::post("/ingest/open", format!(r#"{{"name": "door", {PASSWORD}"#)),
        TestRequest::post("/ingest/open", format!(r#"{{"title": "Door open", "eui": ["{PASSWORD}"]}}"#)),
        TestRequest::post("/ingest/open", format!(r#""{PASSWORD}""#)),
        TestRequest::post("/ingest/closed", "{}").bearer(PASSWORD),
        TestRequest::post("/ingest/closed", "{}").header("Authorization", &format!("Basic {PASSWORD}")),
    ];
    for request in requests {
        let TestAnswer { status, body, .. } = request.send(gateway.address());
        assert!((400..500).contains(&status) && !body.contains(PASSWORD), "{status}: {body}");
    }
    assert!(gateway.log().contains("Refused a request"), "the operator sees that something was refused");
    assert!(!gateway.log().contains(PASSWORD), "{}", gateway.log());
}

#[test]
fn a_refusal_tells_how_to_log_in() {
    let answer = gateway().post("closed", "{}");
    assert_eq!(answer.header("WWW-Authenticate"), Some("Bearer"));
}

#[test]
fn the_right_token_opens_the_door_whatever_the_case_of_its_scheme() {
    let gateway = gateway();
    for (number, scheme) in ["Bearer", "bearer", "BEARER"].into_iter().enumerate() {
        let request = TestRequest::post("/ingest/closed", alarm(number));
        let answer =
            request.header("Authorization", &format!("{scheme} {SOURCE_TOKEN}")).send(gateway.address());
        assert_eq!(answer.status, 202, "{answer:?}");
    }
}

/// The body comes in many pieces, and most of them behind a head that has already been read.
#[test]
fn a_long_body_is_read_to_its_end() {
    let gateway = gateway();
    let long =
        format!(r#"{{"eui":"1","name":"door","level":"mid","telemetry":"{}"}}"#, "x".repeat(1_000_000));
    let answer = TestRequest::post("/ingest/closed", long).bearer(SOURCE_TOKEN).send(gateway.address());
    assert_eq!(answer.status, 202, "{answer:?}");
}

#[test]
fn a_head_that_is_longer_than_any_is_refused() {
    let gateway = gateway();
    let long = TestRequest::get("/-/healthy").header("X-Long", &"x".repeat(20_000));
    // Who goes on sending may be hung up on before he can read the answer.
    if let Ok(answer) = long.try_send(gateway.address()) {
        assert_eq!(answer.status, 431, "{answer:?}");
    }
    let as_browsers_do = TestRequest::get("/-/healthy").header("Cookie", &"x".repeat(8_000));
    assert_eq!(as_browsers_do.send(gateway.address()).status, 200);
}

#[test]
fn json_is_read_whatever_its_type_says() {
    let gateway = gateway();
    let names = [
        "application/json",
        "application/json; charset=utf-8",
        "text/json",
        "application/vnd.tkl+json",
        "APPLICATION/JSON",
        "text/plain;charset=UTF-8",
        "application/x-www-form-urlencoded",
        "application/octet-stream",
    ];
    for (number, name) in names.into_iter().enumerate() {
        let request =
            TestRequest::new("POST", "/ingest/open").header("Content-Type", name).body(alarm(number));
        assert_eq!(request.send(gateway.address()).status, 202, "{name}");
    }
    let nameless = TestRequest::new("POST", "/ingest/open").body(alarm(names.len()));
    assert_eq!(nameless.send(gateway.address()).status, 202);
}

#[test]
fn a_slash_too_many_in_an_address_is_nothing() {
    let gateway = gateway();
    for (number, path) in
        ["/ingest/open/", "//ingest/open", "/ingest//open", "/ingest/open//"].into_iter().enumerate()
    {
        let answer = TestRequest::post(path, alarm(number)).send(gateway.address());
        assert_eq!(answer.status, 202, "{path}: {answer:?}");
    }
    let closed = TestRequest::post("//ingest/closed/", alarm(9)).send(gateway.address());
    check_refused(&closed, 401, "unauthorized");
    for path in ["/-/healthy/", "/api/v1/alerts/"] {
        assert_eq!(gateway.get(path).status, 200, "{path}");
    }
}

/// Python's `zlib` made the bytes: `gzip.compress(b'{"eui":"aa01","name":"door","level":"high"}', mtime=0)`.
#[test]
fn a_compressed_alarm_is_an_alarm() {
    let gateway = gateway();
    let gzip = include_bytes!("alarm.json.gz");
    for request in [
        TestRequest::post("/ingest/open", gzip).header("Content-Encoding", "gzip"),
        TestRequest::post("/ingest/open", gzip),
    ] {
        let answer = request.send(gateway.address());
        assert_eq!(answer.status, 202, "{answer:?}");
    }
    let listed = gateway.get("/api/v1/alerts").json();
    assert_eq!(listed["alerts"][0]["alert"]["labels"]["eui"], "aa01", "{listed}");
}

#[test]
fn who_hangs_up_or_speaks_another_language_disturbs_nobody() {
    let gateway = gateway();
    let silent = TcpStream::connect(gateway.address()).unwrap();
    for (number, bytes) in [
        &b"POST /ingest/open HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"name\""[..],
        b"POST /ingest/open HTTP/1.1\r\nContent-Le",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a browser that wants TLS",
        b"EHLO mail.example.com\r\n",
    ]
    .into_iter()
    .enumerate()
    {
        TcpStream::connect(gateway.address()).unwrap().write_all(bytes).unwrap();
        assert_eq!(gateway.post("open", &alarm(number)).status, 202);
    }
    drop(silent);
    everything_was_told(&gateway, 4);
}
