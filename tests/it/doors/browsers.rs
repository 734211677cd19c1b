//! Requests that web pages have a browser send, also one on the gateway's own machine.

use super::{CONFIG, ENV, alarm, check_refused, gateway};
use crate::harness::{TestAnswer, TestGateway, TestRequest};

const CONSOLE: &str = "https://console.example.com";

/// A gateway that takes requests of one page.
fn gateway_with_console() -> TestGateway {
    let listed = format!("127.0.0.1:0, cors_origins: [\"{CONSOLE}\"] }}");
    TestGateway::start(&CONFIG.replace("127.0.0.1:0 }", &listed), &["--sandbox"], &ENV)
}

fn alerts(gateway: &TestGateway) -> usize {
    gateway.get("/api/v1/alerts").json()["alerts"].as_array().map(Vec::len).unwrap()
}

#[test]
fn whoever_asks_under_another_name_than_this_machines_is_not_taken_for_this_machine() {
    let gateway = gateway();
    for host in [
        "fanfare.test",
        "localhost.evil.com",
        "localhost.evil.com:8780",
        "127.0.0.1.nip.io",
        "evil.com@localhost",
        "0.0.0.0:8780",
        "10.0.0.1",
        "127.1",
        "[::2]",
    ] {
        for path in ["/api/v1/alerts", "/sandbox/messages", "/metrics"] {
            let answer = TestRequest::get(path).host(host).send(gateway.address());
            check_refused(&answer, 403, "forbidden");
        }
        let reload = TestRequest::new("POST", "/-/reload").host(host).send(gateway.address());
        check_refused(&reload, 403, "forbidden");
    }
    let port = gateway.address().port();
    for host in ["localhost", "LOCALHOST.", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]"] {
        for host in [host.to_owned(), format!("{host}:{port}")] {
            let answer = TestRequest::get("/api/v1/alerts").host(&host).send(gateway.address());
            assert_eq!(answer.status, 200, "{host}: {answer:?}");
        }
    }
}

#[test]
fn whoever_looks_as_if_a_proxy_had_passed_him_on_gets_no_more_by_it() {
    let gateway = gateway_with_console();
    let fields = [
        "Forwarded",
        "Via",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Forwarded-Port",
        "X-Real-IP",
        "X-Client-IP",
        "CF-Connecting-IP",
        "True-Client-IP",
        "X-Envoy-External-Address",
        "Tailscale-User-Login",
    ];
    for field in fields {
        let get = |path: &str, host: &str| {
            TestRequest::get(path).host(host).header(field, "1").send(gateway.address()).status
        };
        assert_eq!(get("/metrics", "evil.test"), 403, "{field}");
        assert_eq!(get("/metrics", "localhost"), 200, "{field}");
        assert_eq!(get("/api/v1/alerts", "localhost"), 403, "{field}");
        let page = TestRequest::get("/metrics").header(field, "1").header("Sec-Fetch-Site", "same-origin");
        assert_eq!(page.send(gateway.address()).status, 403, "{field}");
    }
}

#[test]
fn a_target_in_absolute_form_counts_beside_the_host() {
    let gateway = gateway();
    let path = "/api/v1/alerts";
    let evil_target = TestRequest::get(&format!("http://evil.test{path}")).send(gateway.address());
    check_refused(&evil_target, 403, "forbidden");
    let evil_host = TestRequest::get(&format!("http://localhost{path}")).host("evil.test");
    check_refused(&evil_host.send(gateway.address()), 403, "forbidden");
    let two_hosts = TestRequest::get(path).header("Host", "evil.test").send(gateway.address());
    assert_eq!(two_hosts.status, 400, "{two_hosts:?}");
    let both_ours = TestRequest::get(&format!("http://127.0.0.1{path}")).send(gateway.address());
    assert_eq!(both_ours.status, 200, "{both_ours:?}");
}

/// Requests of a page, both those that a browser sends unasked and those that it asks us about first.
#[test]
fn a_page_of_another_origin_can_post_nowhere_not_even_where_no_token_is_asked_for() {
    let gateway = gateway();
    let as_page = |name: &str, value: &str, content_type: &str| {
        let request = TestRequest::new("POST", "/ingest/open").header(name, value).body(alarm(1));
        let request =
            if content_type.is_empty() { request } else { request.header("Content-Type", content_type) };
        request.send(gateway.address())
    };
    let types =
        ["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""];
    for content_type in types {
        for (name, value) in [
            ("Origin", "https://evil.test"),
            ("Origin", "null"),
            ("Origin", CONSOLE),
            ("Origin", "http://localhost"), // as the host calls itself: its name may have been pointed here
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
            ("Sec-Fetch-Site", "same-origin"),
        ] {
            check_refused(&as_page(name, value, content_type), 403, "forbidden_origin");
        }
    }
    for (method, path) in [("PUT", "/sandbox/faults"), ("DELETE", "/sandbox/messages"), ("POST", "/nowhere")]
    {
        let request = TestRequest::new(method, path).header("Origin", "https://evil.test");
        check_refused(&request.send(gateway.address()), 403, "forbidden_origin");
    }
    assert_eq!(alerts(&gateway), 0);
    let by_a_program = as_page("Sec-Fetch-Site", "none", "application/json");
    assert_eq!(by_a_program.status, 202, "{by_a_program:?}");
}

#[test]
fn a_token_lets_no_page_post_that_is_not_listed() {
    let gateway = gateway();
    let post = |origin: &str| {
        let request = TestRequest::post("/ingest/closed", alarm(1)).bearer(super::SOURCE_TOKEN);
        request.header("Origin", origin).send(gateway.address())
    };
    check_refused(&post("https://evil.test"), 403, "forbidden_origin");
    assert_eq!(alerts(&gateway), 0);
}

fn preflight(gateway: &TestGateway, path: &str, origin: &str) -> TestAnswer {
    TestRequest::new("OPTIONS", path)
        .header("Origin", origin)
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "authorization,content-type")
        .header("Access-Control-Request-Private-Network", "true")
        .send(gateway.address())
}

#[test]
fn a_listed_page_may_ask_and_post_and_read_the_answers() {
    let gateway = gateway_with_console();
    let asked = preflight(&gateway, "/ingest/closed", CONSOLE);
    assert_eq!((asked.status, asked.body.as_str()), (204, ""), "{asked:?}");
    for (name, value) in [
        ("Access-Control-Allow-Origin", CONSOLE),
        ("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, DELETE"),
        ("Access-Control-Allow-Headers", "authorization, content-type"),
        ("Access-Control-Allow-Private-Network", "true"),
        ("Vary", "origin"),
    ] {
        assert_eq!(asked.header(name), Some(value), "{asked:?}");
    }
    assert_eq!(asked.header("Access-Control-Allow-Credentials"), None, "there are no cookies here");

    let from_console = |request: TestRequest| {
        let request = request.header("Origin", CONSOLE).header("Sec-Fetch-Site", "cross-site");
        request.send(gateway.address())
    };
    let closed = || TestRequest::post("/ingest/closed", alarm(1));
    for (request, status) in [
        (TestRequest::post("/ingest/open", alarm(1)), 202),
        (closed().bearer(super::SOURCE_TOKEN), 202),
        (closed(), 401), // and the page can read why
        (TestRequest::get("/api/v1/alerts"), 200),
        (TestRequest::get("/nowhere"), 404),
    ] {
        let answer = from_console(request);
        assert_eq!(answer.status, status, "{answer:?}");
        assert_eq!(answer.header("Access-Control-Allow-Origin"), Some(CONSOLE), "{answer:?}");
        assert_eq!(answer.header("Vary"), Some("origin"), "{answer:?}");
    }
}

#[test]
fn a_page_that_is_not_listed_is_shown_nothing() {
    let gateway = gateway_with_console();
    for origin in
        ["https://evil.test", "null", "https://console.example.com.evil.test", "http://console.example.com"]
    {
        check_refused(&preflight(&gateway, "/ingest/open", origin), 403, "forbidden_origin");
        let requests = [
            TestRequest::post("/ingest/open", alarm(1)),
            TestRequest::get("/api/v1/alerts"),
            TestRequest::get("/metrics"),
            TestRequest::get("/-/healthy"),
        ];
        for request in requests {
            let answer = request.header("Origin", origin).send(gateway.address());
            assert_eq!(answer.header("Access-Control-Allow-Origin"), None, "{answer:?}");
        }
    }
    assert_eq!(alerts(&gateway), 0);
    let no_page = gateway.get("/-/healthy");
    assert_eq!(no_page.header("Access-Control-Allow-Origin"), None);
    assert_eq!(no_page.header("Vary"), Some("origin"), "a cache keeps them apart");
}
