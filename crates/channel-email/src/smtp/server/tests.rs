use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;

fn build(settings: &Value) -> Result<SmtpServer, BuildError> {
    SmtpServer::build(serde_json::from_value(settings.clone()).unwrap())
}

#[track_caller]
fn check_refused(settings: &Value, field: &str, words: &str) {
    let err = build(settings).unwrap_err();
    assert_eq!(err.field, field);
    assert!(err.message.contains(words), "{err}");
    assert!(!err.message.contains("s3cret"), "{err}");
}

#[test]
fn a_login_has_a_name_and_a_password() {
    check_refused(&json!({ "host": "x", "username": "alert" }), "smtp.password", "stand together");
    check_refused(&json!({ "host": "x", "password": "s3cret" }), "smtp.username", "stand together");
    build(&json!({ "host": "x" })).unwrap();
}

#[test]
fn a_password_does_not_cross_a_network_in_the_clear() {
    let clear =
        |host: &str| json!({ "host": host, "tls": "none", "username": "alert", "password": "s3cret" });
    check_refused(&clear("smtp.example.com"), "smtp.tls", "`allow_clear_auth: true`");
    check_refused(&clear("192.168.1.2"), "smtp.tls", "`allow_clear_auth: true`");
    for loopback in ["localhost", "127.0.0.1", "::1", "[::1]", "::ffff:127.0.0.1"] {
        build(&clear(loopback)).unwrap();
    }
    let mut allowed = clear("smtp.example.com");
    allowed["allow_clear_auth"] = json!(true);
    build(&allowed).unwrap();
    build(&json!({ "host": "smtp.example.com", "tls": "none" })).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_server_that_cannot_be_reached_is_soon_known_as_such() {
    // It takes connections, and never says a word.
    let proxy = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("http://{}", proxy.local_addr().unwrap());
    let server = build(&json!({ "host": "x", "tls": "none", "proxy": proxy })).unwrap();
    let start = Instant::now();
    let err = server.open(start + Duration::from_secs(30)).await.err().unwrap();
    assert_eq!(err.word(), "transient", "{err}");
    assert!(start.elapsed() < Duration::from_secs(11), "{:?}", start.elapsed());
}

#[test]
fn what_cannot_be_is_refused_with_what_would_be_right() {
    check_refused(&json!({ "host": "" }), "smtp.host", "must name the server");
    check_refused(&json!({ "host": "not a name" }), "smtp.host", "`not a name`");
    check_refused(&json!({ "host": "x", "ca_file": "/nowhere/ca.pem" }), "smtp.ca_file", "`/nowhere/ca.pem`");
    let no_pem = tempfile::NamedTempFile::new().unwrap();
    check_refused(&json!({ "host": "x", "ca_file": no_pem.path() }), "smtp.ca_file", "holds no certificate");
    check_refused(
        &json!({ "host": "x", "hello": "a\r\nMAIL FROM:<b>" }),
        "smtp.hello",
        "must be a host name",
    );
}

#[test]
fn an_account_is_a_login_towards_its_recipients_and_shows_no_name() {
    let account = |host: &str, username: &str, to: &str| {
        let server = build(&json!({ "host": host, "username": username, "password": "s3cret" })).unwrap();
        server.account(&[to.to_owned()])
    };
    let one = account("x", "alert@example.com", "oncall@example.com");
    assert_eq!(one, account("x", "alert@example.com", "oncall@example.com"));
    assert_ne!(one, account("y", "alert@example.com", "oncall@example.com"));
    assert_ne!(one, account("x", "other@example.com", "oncall@example.com"));
    assert_ne!(one, account("x", "alert@example.com", "gone@example.com"));
    assert!(!one.as_str().contains("alert"));
}

#[test]
fn a_fault_of_one_way_to_a_server_is_none_of_another() {
    let account = |settings: &Value| build(settings).unwrap().account(&[]);
    let ways = [
        json!({ "host": "x", "tls": "implicit", "port": 465 }),
        json!({ "host": "x", "tls": "starttls", "port": 587 }),
        json!({ "host": "x", "tls": "starttls", "port": 465 }),
        json!({ "host": "x", "tls": "none", "port": 465 }),
        json!({ "host": "x", "tls": "implicit", "port": 465, "proxy": "http://proxy.example.com:3128" }),
    ];
    let accounts: BTreeSet<_> = ways.iter().map(account).collect();
    assert_eq!(accounts.len(), ways.len());
}

#[test]
fn the_way_to_a_server_is_its_address_and_the_proxys() {
    let way = |settings| build(&settings).unwrap().egress();
    assert_eq!(way(json!({ "host": "smtp.example.com" })).as_str(), "smtp.example.com:465");
    assert_eq!(
        way(json!({ "host": "::1", "port": 25, "proxy": "http://10.0.0.1:3128" })).as_str(),
        "[::1]:25 via http://10.0.0.1:3128"
    );
}
