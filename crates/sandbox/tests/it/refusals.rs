//! Doors at which nobody listens for a while.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use fanfare_sandbox::{Fault, FaultSwitch};
use fanfare_testkit::{raw_exchange, raw_mail, raw_request};
use tokio::net::TcpStream;
use tokio::task::yield_now;
use tokio::time::timeout;

use crate::client::Fakes;

const ROBOT: &str = "/robot/send?access_token=robot-token";
const TEXT: &[u8] = br#"{"msgtype": "text", "text": {"content": "hot"}}"#;

/// Long enough for a door to open or close.
const PATIENCE: Duration = Duration::from_secs(10);

/// Connects again and again until it ends like that.
async fn until(door: SocketAddr, expected: Result<(), ErrorKind>) {
    let tried = async {
        while TcpStream::connect(door).await.map(drop).map_err(|err| err.kind()) != expected {
            yield_now().await;
        }
    };
    timeout(PATIENCE, tried).await.unwrap();
}

const REFUSED: Result<(), ErrorKind> = Err(ErrorKind::ConnectionRefused);

#[tokio::test]
async fn a_door_that_refuses_opens_again_where_it_was() {
    let fakes = Fakes::start().await;
    let door = fakes.sandbox.open_http("robot").await.unwrap();
    let post = raw_request("POST", ROBOT, TEXT);
    assert_eq!(raw_exchange(door, &post).await.unwrap().errcode(), Some(0));
    for _ in 0..2 {
        fakes.sandbox.set_fault("robot", FaultSwitch::always(Fault::Refuse)).unwrap();
        // Who is quicker than the door is served no more either.
        raw_exchange(door, &post).await.unwrap_err();
        until(door, REFUSED).await;
        fakes.sandbox.clear_faults("robot");
        until(door, Ok(())).await;
    }
    assert_eq!(fakes.delivered().len(), 1);
    assert_eq!(raw_exchange(door, &post).await.unwrap().errcode(), Some(0));
}

#[tokio::test]
async fn a_door_refuses_alone() {
    let fakes = Fakes::start().await;
    let [robots, others] =
        [fakes.sandbox.open_http("robot").await.unwrap(), fakes.sandbox.open_https("tls").await.unwrap()];
    fakes.sandbox.set_fault("robot", FaultSwitch::always(Fault::Refuse)).unwrap();
    until(robots, REFUSED).await;
    until(others, Ok(())).await;
    until(fakes.smtp_address(), Ok(())).await;
}

#[tokio::test]
async fn the_first_door_stays_open_so_that_a_refusal_can_be_switched_off() {
    let fakes = Fakes::start().await;
    let all = fakes.request("PUT", "/sandbox/faults", br#"{"fault": "refuse"}"#).await.unwrap();
    assert_eq!(all.status, 200);
    assert!(fakes.request("POST", ROBOT, TEXT).await.is_err());
    assert!(fakes.delivered().is_empty());
    fakes.request("DELETE", "/sandbox/faults", b"").await.unwrap();
    assert_eq!(fakes.request("POST", ROBOT, TEXT).await.unwrap().errcode(), Some(0));
}

#[tokio::test]
async fn a_mail_server_that_refuses_cuts_who_is_connected() {
    let fakes = Fakes::start().await;
    let mut mailer = fakes.mailer().await;
    mailer.log_in().await;
    fakes.sandbox.set_fault("mail", FaultSwitch::always(Fault::Refuse)).unwrap();
    until(fakes.smtp_address(), REFUSED).await;
    assert!(mailer.deliver(&["ann@example.com"], &raw_mail("1")).await.is_err());

    fakes.sandbox.clear_faults("mail");
    until(fakes.smtp_address(), Ok(())).await;
    let mut mailer = fakes.mailer().await;
    mailer.log_in().await;
    assert_eq!(mailer.deliver(&["ann@example.com"], &raw_mail("1")).await.unwrap(), 250);
    assert_eq!(fakes.delivered().len(), 1);
}
