//! Clients that wait to be told that their body is wanted.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::*;
use crate::harness::{PATIENCE, until};

/// A connection on which the head of a request was sent, and no byte of its body.
struct WaitingClient(BufReader<TcpStream>);

impl WaitingClient {
    fn send(gateway: &TestGateway, target: &str, length: usize, fields: &str) -> Self {
        let mut stream = TcpStream::connect(gateway.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let host = gateway.address();
        write!(
            stream,
            "POST {target} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{fields}Expect: 100-continue\r\n\r\n"
        )
        .unwrap();
        Self(BufReader::new(stream))
    }

    /// The status of the next answer.
    fn status(&mut self) -> u16 {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        let status = line.split(' ').nth(1).and_then(|it| it.parse().ok());
        status.unwrap_or_else(|| panic!("no status in {line:?}"))
    }
}

#[test]
fn only_whoever_is_let_in_is_asked_for_the_body() {
    let gateway = TestGateway::start(&with_api_token(), &["--sandbox"], &ENV);
    let (source, api) = (format!("Bearer {SOURCE_TOKEN}"), format!("Bearer {API_TOKEN}"));
    for (target, field, value, expected) in [
        ("/ingest/closed", "X-Nothing", "", 401),
        ("/ingest/closed", "Authorization", "Bearer guessed", 401),
        ("/ingest/closed", "Authorization", &api, 401),
        ("/ingest/closed?severity=high", "X-Nothing", "", 401),
        ("/ingest/closed", "Authorization", &source, 100),
        ("/ingest/open", "X-Nothing", "", 100),
        ("/ingest/open", "Origin", "https://evil.test", 403),
        ("/ingest/nobody", "X-Nothing", "", 404),
        ("/api/v1/dead-letters/retry", "X-Nothing", "", 401),
        ("/api/v1/dead-letters/retry", "Authorization", &source, 401),
        ("/api/v1/dead-letters/retry", "Authorization", &api, 100),
        ("/-/reload", "X-Nothing", "", 401),
        ("/sandbox/faults", "X-Nothing", "", 401),
    ] {
        let mut client = WaitingClient::send(&gateway, target, 1 << 20, &format!("{field}: {value}\r\n"));
        assert_eq!(client.status(), expected, "{target} {value}");
    }
}

#[test]
fn an_alert_is_accepted_from_a_client_that_waited_to_be_asked() {
    let gateway = gateway();
    let body = alarm(1);
    let mut client = WaitingClient::send(&gateway, "/ingest/open", body.len(), "Connection: close\r\n");
    assert_eq!(client.status(), 100);
    client.0.get_mut().write_all(body.as_bytes()).unwrap();
    let mut rest = String::new();
    client.0.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("HTTP/1.1 202"), "{rest}");
}

#[test]
fn a_refusal_before_the_body_is_logged_counted_and_told_in_the_usual_form() {
    let gateway = gateway();
    let mut client = WaitingClient::send(&gateway, "/ingest/closed", 9, "Connection: close\r\n");
    assert_eq!(client.status(), 401);
    let mut rest = String::new();
    client.0.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("www-authenticate: Bearer") && rest.contains(r#""code":"unauthorized""#), "{rest}");
    let metrics = gateway.get("/metrics").body;
    assert!(metrics.contains(r#"fanfare_http_requests_total{door="ingest",code="401"} 1"#), "{metrics}");
    until("it stands in the log", || !log::refusals(&gateway).is_empty(), PATIENCE);
    let lines = log::refusals(&gateway);
    assert_eq!(lines.len(), 1, "{lines:?}");
    for words in ["status=401", "caller.address=127.0.0.1:", "source.name=\"closed\""] {
        assert!(lines[0].contains(words), "{words}: {}", lines[0]);
    }
}
