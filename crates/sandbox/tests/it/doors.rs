//! The sandbox's own doors, and how much it takes.

use fanfare_sandbox::FakeAccount;
use std::net::SocketAddr;
use std::time::Duration;

use fanfare_testkit::raw_exchange;
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::client::Fakes;

const ROBOT: &str = "/robot/send?access_token=robot-token";

#[tokio::test]
async fn messages_can_be_read_and_cleared() {
    let fakes = Fakes::start().await;
    let hot = json!({"msgtype": "markdown", "markdown": {"title": "Cold room", "text": "hot @ann"}, "at": {"atUserIds": ["ann"]}});
    fakes.post(ROBOT, &hot).await;
    let messages = fakes.get("/sandbox/messages").await.json();
    let message = &messages[0];
    assert_eq!((&message["kind"], &message["target"]), (&json!("dingtalk"), &json!("robot")));
    assert_eq!((&message["title"], &message["text"]), (&json!("Cold room"), &json!("hot @ann")));
    assert_eq!(message["mentioned"], json!(["ann"]));
    assert_eq!(message["verdict"], json!({"outcome": "delivered"}));

    fakes.request("DELETE", "/sandbox/messages", b"").await.unwrap();
    assert_eq!(fakes.get("/sandbox/messages").await.json(), json!([]));
    assert_eq!(fakes.get("/sandbox/stats").await.json()["robot"]["delivered"], 1);
}

#[tokio::test]
async fn faults_can_be_switched() {
    let fakes = Fakes::start().await;
    let put = async |target: &str, body: &str| {
        fakes.request("PUT", &format!("/sandbox/faults{target}"), body.as_bytes()).await.unwrap().status
    };
    assert_eq!(put("/robot", r#"{"fault": {"answer": {"status": 503}}, "times": 1}"#).await, 200);
    assert_eq!(fakes.get("/sandbox/faults").await.json()["robot"][0]["times"], 1);
    assert_eq!(fakes.post(ROBOT, &json!({})).await.status, 503);
    assert_eq!(fakes.get("/sandbox/faults").await.json(), json!({}));

    assert_eq!(put("", r#"[{"fault": "punish"}]"#).await, 200);
    assert_eq!(fakes.post(ROBOT, &json!({})).await.json()["status"], 1111);
    fakes.request("DELETE", "/sandbox/faults/*", b"").await.unwrap();
    assert_eq!(fakes.post(ROBOT, &json!({})).await.errcode(), Some(400_105));

    assert_eq!(put("/nobody", r#"{"fault": "hang"}"#).await, 404);
    assert_eq!(put("/robot", r#"{"fault": "explode"}"#).await, 400);
    assert_eq!(fakes.request("POST", "/sandbox/faults/robot", b"").await.unwrap().status, 405);
    assert_eq!(fakes.get("/sandbox/elsewhere").await.status, 404);
    assert_eq!(fakes.get("/elsewhere").await.status, 404);
}

#[tokio::test]
async fn a_server_can_mount_the_same_doors() {
    let fakes = Fakes::start().await;
    let control = fakes.sandbox.control("GET", "/sandbox/messages", b"");
    assert_eq!((control.status, control.json.as_str()), (200, "[]"));
}

#[tokio::test]
async fn an_account_without_a_name_gets_one_that_tells_nothing() {
    let fakes = Fakes::start().await;
    let robot = FakeAccount::new("dingtalk", [("access_token", "another-token")]);
    assert_eq!(fakes.sandbox.add(&robot).as_deref(), Ok("dingtalk-1"));
}

/// Two thousand requests one after the other on one connection: the sandbox is
/// not what a burst waits for. (The bound is far above what it takes.)
#[tokio::test]
async fn thousands_of_messages_are_no_burden() {
    let fakes = Fakes::start().await;
    let settings = [("access_token", "fast"), ("limits", "none")];
    fakes.sandbox.add(&FakeAccount::new("dingtalk", settings).named("fast")).unwrap();
    let body = json!({"msgtype": "text", "text": {"content": "hot"}}).to_string();
    let one = |connection: &str| {
        format!(
            "POST /robot/send?access_token=fast HTTP/1.1\r\nHost: x\r\nConnection: {connection}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let all = one("keep-alive").repeat(1_999) + &one("close");
    // All answers come on one stream; only that they came is of interest.
    raw_exchange(fakes.sandbox.http_address(), all.as_bytes()).await.unwrap_err();
    assert_eq!(fakes.sandbox.stats()["fast"].delivered, 2_000);
    assert!(fakes.sandbox.violations().is_empty());
}

async fn is_cut(stream: &mut TcpStream) -> bool {
    let read = timeout(Duration::from_millis(100), stream.read(&mut [0; 1])).await;
    read.is_ok_and(|read| read.unwrap_or(0) == 0)
}

/// Silent clients, more than may stay, in the order in which they came.
async fn besiege(address: SocketAddr) -> Vec<TcpStream> {
    let mut clients = Vec::new();
    for _ in 0..130 {
        clients.push(TcpStream::connect(address).await.unwrap());
    }
    clients
}

#[tokio::test]
async fn silent_clients_keep_nobody_else_out() {
    let fakes = Fakes::start().await;
    let mut silent = besiege(fakes.sandbox.http_address()).await;
    let body = json!({"msgtype": "text", "text": {"content": "hot"}});
    assert_eq!(fakes.post(ROBOT, &body).await.errcode(), Some(0));
    assert!(is_cut(&mut silent[0]).await, "the one that has waited longest");
    assert!(!is_cut(&mut silent[129]).await, "there is room for the others");

    let mut silent = besiege(fakes.smtp_address()).await;
    let mut greeted = TcpStream::connect(fakes.smtp_address()).await.unwrap();
    let mut greeting = [0; 3];
    greeted.read_exact(&mut greeting).await.unwrap();
    assert_eq!(&greeting, b"220");
    let mut rest = Vec::new();
    timeout(Duration::from_secs(5), silent[0].read_to_end(&mut rest)).await.expect("it is cut").unwrap_or(0);
}

#[tokio::test]
async fn pages_in_a_browser_neither_read_messages_nor_switch_faults() {
    let fakes = Fakes::start().await;
    let ask = async |method: &str, fields: &str| {
        let body = r#"{"fault": "hang"}"#;
        let request = format!(
            "{method} /sandbox/faults/robot HTTP/1.1\r\n{fields}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        raw_exchange(fakes.sandbox.http_address(), request.as_bytes()).await.unwrap().status
    };
    for fields in [
        "Host: localhost\r\nOrigin: https://evil.test",
        "Host: localhost\r\nOrigin: null",
        "Host: localhost\r\nSec-Fetch-Site: cross-site",
        "Host: evil.test",
        "Host: localhost.evil.test:80",
        "Host: 127.0.0.1.nip.io",
        "Host: 0.0.0.0:80",
    ] {
        for method in ["GET", "PUT", "DELETE"] {
            assert_eq!(ask(method, fields).await, 403, "{method} {fields}");
        }
    }
    assert_eq!(fakes.sandbox.faults().len(), 0);
    for fields in
        ["Host: localhost:80", "Host: 127.0.0.1", "Host: [::1]:80", "Host: [::1]\r\nSec-Fetch-Site: none"]
    {
        assert_eq!(ask("PUT", fields).await, 200, "{fields}");
    }
}
