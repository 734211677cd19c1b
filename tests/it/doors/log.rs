//! The log's lines about callers who are turned away.

use super::{SOURCE_TOKEN, alarm, gateway};
use crate::harness::{PATIENCE, TestGateway, TestRequest, until};

/// The lines about refused requests.
pub(super) fn refusals(gateway: &TestGateway) -> Vec<String> {
    gateway.log().lines().filter(|it| it.contains("Refused a request")).map(str::to_owned).collect()
}

#[test]
fn whoever_shows_no_token_costs_one_line_with_his_address_however_often_he_comes() {
    let gateway = gateway();
    for _ in 0..300 {
        assert_eq!(gateway.post("closed", "{}").status, 401);
    }
    until("it stands in the log", || !refusals(&gateway).is_empty(), PATIENCE);
    let lines = refusals(&gateway);
    // One at once, and one each ten seconds.
    assert!((1..=3).contains(&lines.len()), "{lines:#?}");
    for words in ["door=\"ingest\"", "status=401", "caller.address=127.0.0.1:", "source.name=\"closed\""] {
        assert!(lines[0].contains(words), "{words}: {}", lines[0]);
    }
    let metrics = gateway.get("/metrics").body;
    assert!(metrics.contains("fanfare_http_requests_total{door=\"ingest\",code=\"401\"} 300"), "{metrics}");
}

#[test]
fn each_kind_of_refusal_has_its_line() {
    let gateway = gateway();
    for number in 0..20 {
        assert_eq!(gateway.post("closed", "{}").status, 401);
        assert_eq!(gateway.post("open", "{}").status, 422);
        assert_eq!(gateway.post(&format!("nobody-{number}"), "{}").status, 404);
        let elsewhere = TestRequest::get("/api/v1/alerts").header("Via", "1.1 proxy");
        assert_eq!(elsewhere.send(gateway.address()).status, 403);
    }
    let of =
        |status: u16| refusals(&gateway).iter().filter(|it| it.contains(&format!("status={status}"))).count();
    for status in [401, 422, 404, 403] {
        until("it stands in the log", || of(status) > 0, PATIENCE);
        assert!((1..=3).contains(&of(status)), "{status}: {:#?}", refusals(&gateway));
    }
    assert!(!gateway.log().contains("nobody-"), "a stranger writes nothing into the log: {}", gateway.log());
}

#[test]
fn whoever_has_shown_the_token_is_told_of_each_time() {
    let gateway = gateway();
    for _ in 0..5 {
        let answer = TestRequest::post("/ingest/closed", "{}").bearer(SOURCE_TOKEN).send(gateway.address());
        assert_eq!(answer.status, 422);
    }
    until("each refusal stands in the log", || refusals(&gateway).len() == 5, PATIENCE);
}

#[test]
fn what_is_no_request_costs_one_line_too() {
    use std::io::{Read as _, Write as _};
    let gateway = gateway();
    for _ in 0..100 {
        for bytes in [
            &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 TLS"[..],
            b"EHLO mail.example.com\r\n\r\n",
            b"GET / HTTP/1.1\r\n\r\n",
        ] {
            let mut stream = std::net::TcpStream::connect(gateway.address()).unwrap();
            stream.write_all(bytes).unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).unwrap();
            assert!(answer.starts_with(b"HTTP/1.1 400"), "{}", String::from_utf8_lossy(&answer));
        }
    }
    assert_eq!(gateway.post("open", &alarm(1)).status, 202);
    assert!(gateway.log().lines().count() < 40, "{}", gateway.log());
    until("it stands in the log", || !refusals(&gateway).is_empty(), PATIENCE);
    assert!((1..=3).contains(&refusals(&gateway).len()), "{}", gateway.log());
    let metrics = gateway.get("/metrics").body;
    assert!(metrics.contains("fanfare_http_requests_total{door=\"none\",code=\"400\"} 300"), "{metrics}");
}
