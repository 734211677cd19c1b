//! The HTTP fakes behind TLS.

use std::io;
use std::net::SocketAddr;

use fanfare_sandbox::{Fault, FaultSwitch, TlsFault};
use fanfare_testkit::{RawAnswer, raw_request, raw_send};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::client::Fakes;
use crate::handshake::{Complaint, EVERY_TLS_FAULT, encrypt};

const ROBOT: &str = "/robot/send?access_token=robot-token";
const BOT: &str = "/cgi-bin/webhook/send?key=bot-key";

fn text() -> Value {
    json!({"msgtype": "text", "text": {"content": "hot"}})
}

/// Posts under TLS, trusting the authority in `pem`.
async fn post(door: SocketAddr, pem: &str, target: &str) -> io::Result<RawAnswer> {
    let stream = encrypt(TcpStream::connect(door).await?, pem).await?;
    raw_send(stream, &raw_request("POST", target, text().to_string().as_bytes())).await
}

#[tokio::test]
async fn behind_tls_are_the_same_fakes() {
    let fakes = Fakes::start().await;
    let door = fakes.sandbox.open_https("tls").await.unwrap();
    assert_eq!(post(door, fakes.sandbox.ca_pem(), ROBOT).await.unwrap().errcode(), Some(0));
    assert_eq!(fakes.post(ROBOT, &text()).await.errcode(), Some(0));
    assert_eq!(fakes.delivered().len(), 2);
}

#[tokio::test]
async fn each_sandbox_has_an_authority_of_its_own() {
    let (fakes, others) = (Fakes::start().await, Fakes::start().await);
    let door = fakes.sandbox.open_https("tls").await.unwrap();
    let err = post(door, others.sandbox.ca_pem(), ROBOT).await.unwrap_err();
    assert_eq!(Complaint::of(&err), Complaint::UnknownIssuer);
}

#[tokio::test]
async fn a_handshake_fails_as_often_as_it_is_to_and_delivers_nothing() {
    for fault in EVERY_TLS_FAULT {
        let fakes = Fakes::start().await;
        let door = fakes.sandbox.open_https("tls").await.unwrap();
        fakes.sandbox.set_fault("tls", FaultSwitch::times(Fault::Tls(fault), 1)).unwrap();
        let err = post(door, fakes.sandbox.ca_pem(), ROBOT).await.unwrap_err();
        assert_eq!(Complaint::of(&err), Complaint::about(fault), "{fault:?}: {err}");
        assert!(fakes.delivered().is_empty(), "{fault:?}");
        assert_eq!(post(door, fakes.sandbox.ca_pem(), ROBOT).await.unwrap().errcode(), Some(0), "{fault:?}");
    }
}

#[tokio::test]
async fn a_bad_handshake_is_one_doors_and_everybodys_who_comes_through_it() {
    let fakes = Fakes::start().await;
    let (robots, bots) =
        (fakes.sandbox.open_https("robot").await.unwrap(), fakes.sandbox.open_https("bot").await.unwrap());
    fakes.sandbox.set_fault("robot", FaultSwitch::always(Fault::Tls(TlsFault::Expired))).unwrap();
    for target in [ROBOT, BOT] {
        assert!(post(robots, fakes.sandbox.ca_pem(), target).await.is_err());
        assert_eq!(post(bots, fakes.sandbox.ca_pem(), target).await.unwrap().errcode(), Some(0));
    }
    assert_eq!(fakes.post(ROBOT, &text()).await.errcode(), Some(0));

    fakes.sandbox.clear_all_faults();
    fakes.sandbox.set_fault("*", FaultSwitch::always(Fault::Tls(TlsFault::Expired))).unwrap();
    for door in [robots, bots] {
        assert!(post(door, fakes.sandbox.ca_pem(), ROBOT).await.is_err());
    }
}

#[tokio::test]
async fn the_other_faults_strike_behind_tls_too() {
    let fakes = Fakes::start().await;
    let door = fakes.sandbox.open_https("tls").await.unwrap();
    fakes.sandbox.set_fault("robot", FaultSwitch::times(Fault::status(503), 1)).unwrap();
    assert_eq!(post(door, fakes.sandbox.ca_pem(), ROBOT).await.unwrap().status, 503);
    assert_eq!(post(door, fakes.sandbox.ca_pem(), ROBOT).await.unwrap().status, 200);
}

#[tokio::test]
async fn handshakes_can_be_switched_by_json() {
    let fakes = Fakes::start().await;
    let put =
        async |body: &str| fakes.request("PUT", "/sandbox/faults/tls", body.as_bytes()).await.unwrap().status;
    let all = json!([
        {"fault": {"tls": "refused"}, "times": 1},
        {"fault": {"tls": "unknown_authority"}, "times": 1},
        {"fault": {"tls": "expired"}, "times": 1},
        {"fault": {"tls": "other_host"}, "times": 1},
        {"fault": {"tls": "plaintext"}, "times": 1},
        {"fault": {"tls": "cut"}, "times": 1},
    ]);
    assert_eq!(put(&all.to_string()).await, 404);
    let door = fakes.sandbox.open_https("tls").await.unwrap();
    assert_eq!(put(&all.to_string()).await, 200);
    assert_eq!(put(r#"{"fault": {"tls": "rusty"}}"#).await, 400);
    for fault in EVERY_TLS_FAULT {
        let err = post(door, fakes.sandbox.ca_pem(), ROBOT).await.unwrap_err();
        assert_eq!(Complaint::of(&err), Complaint::about(fault), "{err}");
    }
    assert_eq!(fakes.get("/sandbox/faults").await.json(), json!({}));
    assert_eq!(post(door, fakes.sandbox.ca_pem(), ROBOT).await.unwrap().errcode(), Some(0));
}
