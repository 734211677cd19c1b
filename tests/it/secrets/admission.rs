//! Strangers: they hear that they are not let in and nothing else, before anything of their request is read.

use super::doors::{Credential, closed_doors, doors_of, gateway, with_token};
use crate::harness::{TestAnswer, TestRequest};

/// Requests that are wrong in every other way too, each to a door that a token closes.
fn wrong_requests() -> Vec<TestRequest> {
    let broken = "{\"by\": ";
    vec![
        TestRequest::get("/api/v1/alerts?limit=many"),
        TestRequest::get("/api/v1/alerts?fingerprint=1"),
        TestRequest::get("/api/v1/alerts/first/explain"),
        TestRequest::get("/api/v1/alerts/4711/explain"),
        TestRequest::get("/api/v1/deliveries?state=lost"),
        TestRequest::get("/api/v1/deliveries?chanel=bot"),
        TestRequest::get("/api/v1/deliveries/first/attempts"),
        TestRequest::get("/api/v1/dead-letters?since=yesterday"),
        TestRequest::get("/api/v1/dead-letters/x1"),
        TestRequest::get("/api/v1/dead-letters/%ff"),
        TestRequest::get("/api/v1/channels/nobody"),
        TestRequest::get("/sandbox/nowhere"),
        TestRequest::post("/api/v1/alerts/first/acknowledge", "{}"),
        TestRequest::post("/api/v1/alerts/1/acknowledge", broken),
        TestRequest::post("/api/v1/dead-letters/retry", broken),
        TestRequest::post("/api/v1/dead-letters/discard", vec![b'x'; 300_000]),
        TestRequest::post("/api/v1/channels/nobody/test", broken),
        TestRequest::post("/ingest/closed?eui=%ff&eui=2", "not JSON"),
        TestRequest::new("POST", "/ingest/closed").header("Content-Type", "text/plain").body("x"),
        TestRequest::post("/ingest/closed", vec![b'x'; 2_000_000]),
        TestRequest::new("PUT", "/sandbox/faults").body("not JSON"),
    ]
}

#[track_caller]
fn check(request: &TestRequest, answer: &TestAnswer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{request:?}: {answer:?}");
    if !request.asks_for_head() {
        assert_eq!(answer.json()["error"]["code"], code, "{request:?}: {answer:?}");
    }
}

#[test]
fn a_stranger_learns_nothing_of_what_else_is_wrong_with_his_request() {
    let gateway = with_token();
    for request in wrong_requests() {
        for request in [request.clone(), request.bearer("wrong")] {
            if let Ok(answer) = request.try_send(gateway.address()) {
                check(&request, &answer, 401, "unauthorized");
            }
        }
    }
}

#[test]
fn whoever_is_elsewhere_learns_nothing_of_what_else_is_wrong_with_his_request() {
    let gateway = gateway("");
    for request in wrong_requests().into_iter().filter(|it| !format!("{it:?}").contains("/ingest/")) {
        let request = request.header("X-Forwarded-For", "203.0.113.7");
        check(&request, &request.send(gateway.address()), 403, "forbidden");
    }
}

/// The answer comes although the body never does.
#[test]
fn no_door_waits_for_the_body_of_a_stranger() {
    let gateway = with_token();
    let sandbox = TestRequest::new("PUT", "/sandbox/faults");
    for request in closed_doors().chain([sandbox]) {
        for promised in [1, 100, 1_000_000, usize::MAX] {
            let answer = request.send_head(promised, gateway.address());
            check(&request, &answer, 401, "unauthorized");
        }
    }
    for request in doors_of(Credential::Linked) {
        let answer = request.send_head(1_000, gateway.address());
        assert_eq!(answer.status, 404, "a link that is not ours: {answer:?}");
    }
    let nowhere = TestRequest::post("/ingest/nobody", "").send_head(1_000, gateway.address());
    assert_eq!(nowhere.json()["error"]["code"], "unknown_source", "{nowhere:?}");
}
