//! The sandbox's own doors, and how much it takes.

use fanfare_sandbox::FakeAccount;
use fanfare_testkit::raw_exchange;
use serde_json::json;

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
