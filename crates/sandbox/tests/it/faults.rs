//! Everything that can be made to go wrong.

use std::io::ErrorKind;
use std::time::Duration;

use fanfare_sandbox::{Canned, Fault, FaultSwitch, MailAction, MailStage};
use fanfare_testkit::{RawAnswer, RawMailer, raw_mail};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::client::Fakes;

const ROBOT: &str = "/robot/send?access_token=robot-token";
const BOT: &str = "/cgi-bin/webhook/send?key=bot-key";

/// Long enough for loopback, short enough for a test of silence.
const PATIENCE: Duration = Duration::from_millis(100);

fn text() -> Value {
    json!({"msgtype": "text", "text": {"content": "hot"}})
}

/// Sends a request to a robot with this fault, and counts the messages that people saw.
async fn send_with(fault: Fault) -> (Option<std::io::Result<RawAnswer>>, usize) {
    let fakes = Fakes::start().await;
    fakes.sandbox.set_fault("robot", FaultSwitch::times(fault, 1)).unwrap();
    let body = text().to_string();
    let answer = timeout(PATIENCE, fakes.request("POST", ROBOT, body.as_bytes())).await.ok();
    (answer, fakes.delivered().len())
}

#[tokio::test]
async fn a_closed_connection_brings_no_answer_and_no_message() {
    let (answer, delivered) = send_with(Fault::Close).await;
    assert!(answer.unwrap().is_err());
    assert_eq!(delivered, 0);
}

#[tokio::test]
async fn a_hanging_provider_says_nothing_and_delivers_nothing() {
    let (answer, delivered) = send_with(Fault::Hang).await;
    assert!(answer.is_none());
    assert_eq!(delivered, 0);
}

#[tokio::test]
async fn a_late_provider_has_delivered() {
    let (answer, delivered) = send_with(Fault::Late { millis: 60_000 }).await;
    assert!(answer.is_none());
    assert_eq!(delivered, 1);

    let (answer, delivered) = send_with(Fault::Late { millis: 1 }).await;
    assert_eq!((answer.unwrap().unwrap().errcode(), delivered), (Some(0), 1));
}

#[tokio::test]
async fn a_slow_provider_drips_the_right_answer() {
    let (answer, delivered) = send_with(Fault::Slow { millis: 0 }).await;
    assert_eq!((answer.unwrap().unwrap().errcode(), delivered), (Some(0), 1));
    let (answer, delivered) = send_with(Fault::Slow { millis: 10_000 }).await;
    assert!(answer.is_none());
    assert_eq!(delivered, 1);
}

#[tokio::test]
async fn a_reset_cuts_the_answer_of_a_delivered_message() {
    let (answer, delivered) = send_with(Fault::Reset).await;
    let kind = answer.unwrap().unwrap_err().kind();
    assert!(matches!(kind, ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset), "{kind}");
    assert_eq!(delivered, 1);
}

#[tokio::test]
async fn a_provider_can_hang_up_before_it_has_stored_anything() {
    let (answer, delivered) = send_with(Fault::ResetBeforeStoring).await;
    let kind = answer.unwrap().unwrap_err().kind();
    assert!(matches!(kind, ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset), "{kind}");
    assert_eq!(delivered, 0);
}

#[tokio::test]
async fn a_gateway_answers_for_the_provider() {
    let (answer, delivered) = send_with(Fault::status(502)).await;
    let answer = answer.unwrap().unwrap();
    assert_eq!((answer.status, delivered), (502, 0));
    assert!(answer.body.starts_with("<html>"));

    let (answer, _) = send_with(Fault::too_many_requests(30)).await;
    let answer = answer.unwrap().unwrap();
    assert_eq!(answer.status, 429);
    assert!(answer.head.contains("retry-after: 30"));

    let body = r#"{"error": "no"}"#.to_owned();
    let canned = Canned { status: 400, retry_after: None, content_type: "application/json".to_owned(), body };
    assert_eq!(send_with(Fault::Answer(canned)).await.0.unwrap().unwrap().status, 400);
}

#[tokio::test]
async fn a_wrong_content_type_stands_before_the_right_answer() {
    let (answer, delivered) = send_with(Fault::ContentType { content_type: "text/plain".to_owned() }).await;
    let answer = answer.unwrap().unwrap();
    assert!(answer.head.contains("content-type: text/plain"));
    assert_eq!((answer.errcode(), delivered), (Some(0), 1));
}

#[tokio::test]
async fn any_code_can_be_answered_in_the_providers_form() {
    let (answer, delivered) = send_with(Fault::Errcode { code: -1, words: "系统繁忙".to_owned() }).await;
    assert_eq!(answer.unwrap().unwrap().json(), json!({"errcode": -1, "errmsg": "系统繁忙"}));
    assert_eq!(delivered, 0);

    let fakes = Fakes::start().await;
    let fault = Fault::Errcode { code: -1, words: "system busy".to_owned() };
    fakes.sandbox.set_fault("bot", FaultSwitch::always(fault)).unwrap();
    let words = fakes.post(BOT, &text()).await.json()["errmsg"].as_str().unwrap().to_owned();
    assert!(words.starts_with("system busy, hint: [") && words.contains("from ip: 127.0.0.1"));
}

#[tokio::test]
async fn a_fault_strikes_its_target_only_and_so_often() {
    let fakes = Fakes::start().await;
    fakes.sandbox.set_fault("robot", FaultSwitch::times(Fault::status(503), 2)).unwrap();
    assert_eq!(fakes.post(BOT, &text()).await.status, 200);
    for status in [503, 503, 200] {
        assert_eq!(fakes.post(ROBOT, &text()).await.status, status);
    }
    assert_eq!(fakes.sandbox.stats()["robot"].broken, 2);
    assert!(fakes.sandbox.set_fault("nobody", FaultSwitch::always(Fault::Close)).is_err());
}

#[tokio::test]
async fn a_fault_can_strike_one_path_alone() {
    let fakes = Fakes::start().await;
    let token = "/cgi-bin/gettoken?corpid=corp&corpsecret=app-secret";
    let send = "/cgi-bin/message/send?access_token=sandbox-token-0-1";
    let message = json!({"touser": "ann", "agentid": 7, "msgtype": "text", "text": {"content": "hot"}});
    assert_eq!(fakes.get(token).await.json()["access_token"], "sandbox-token-0-1");

    fakes
        .sandbox
        .set_fault("app", FaultSwitch::always(Fault::status(503)).at("/cgi-bin/message/send"))
        .unwrap();
    assert_eq!((fakes.get(token).await.status, fakes.post(send, &message).await.status), (200, 503));
    let put = br#"{"fault": {"answer": {"status": 502}}, "path": "/cgi-bin/gettoken", "times": 1}"#;
    assert_eq!(fakes.request("PUT", "/sandbox/faults/app", put).await.unwrap().status, 200);
    assert_eq!((fakes.post(send, &message).await.status, fakes.get(token).await.status), (200, 502));
    assert_eq!(fakes.get(token).await.status, 200);
}

#[tokio::test]
async fn the_stages_of_a_mail_fail_one_by_one() {
    let reply = |code: u16| MailAction::Reply { code, text: "4.0.0 not now".to_owned() };
    let check = async |stage, expected: [u16; 5]| {
        let fakes = Fakes::start().await;
        let fault = Fault::mail(stage, reply(451));
        fakes.sandbox.set_fault("mail", FaultSwitch::times(fault, 1)).unwrap();
        let mut mailer = fakes.mailer().await;
        let auth = "AUTH PLAIN AGFsZXJ0QGV4YW1wbGUuY29tAHMzY3JldA==";
        let (from, to) = ("MAIL FROM:<alert@example.com>", "RCPT TO:<ann@example.com>");
        let mut codes = Vec::new();
        for line in ["EHLO test", auth, from, to, "DATA"] {
            codes.push(mailer.say(line).await.unwrap());
        }
        assert_eq!(codes, expected, "{stage:?}");
    };
    check(MailStage::Ehlo, [451, 503, 503, 503, 503]).await;
    check(MailStage::Auth, [250, 451, 530, 503, 503]).await;
    check(MailStage::Mail, [250, 235, 451, 503, 503]).await;
    check(MailStage::Rcpt, [250, 235, 250, 451, 554]).await;
    check(MailStage::Data, [250, 235, 250, 250, 451]).await;
}

#[tokio::test]
async fn a_server_that_is_closing_says_421_and_hangs_up() {
    let fakes = Fakes::start().await;
    let fault = Fault::mail(MailStage::Connect, MailAction::Reply { code: 421, text: "4.3.2 no".to_owned() });
    fakes.sandbox.set_fault("mail", FaultSwitch::times(fault, 1)).unwrap();
    let err = RawMailer::connect(fakes.smtp_address()).await.err().unwrap();
    assert_eq!(err.to_string(), "421");
    assert!(RawMailer::connect(fakes.smtp_address()).await.is_ok());
}

#[tokio::test]
async fn a_connection_lost_at_the_dot_has_stored_the_mail_or_not() {
    let check = async |action, delivered| {
        let fakes = Fakes::start().await;
        let fault = Fault::mail(MailStage::Body, action);
        fakes.sandbox.set_fault("mail", FaultSwitch::always(fault)).unwrap();
        let mut mailer = fakes.mailer().await;
        mailer.log_in().await;
        assert!(mailer.deliver(&["ann@example.com"], &raw_mail("1")).await.is_err());
        assert_eq!(fakes.delivered().len(), delivered);
    };
    check(MailAction::Drop, 0).await;
    check(MailAction::StoreAndDrop, 1).await;
}

#[tokio::test]
async fn a_mail_without_its_dot_is_no_mail() {
    let fakes = Fakes::start().await;
    let mut mailer = fakes.mailer().await;
    mailer.log_in().await;
    mailer
        .expect(&[("MAIL FROM:<alert@example.com>", 250), ("RCPT TO:<ann@example.com>", 250), ("DATA", 354)])
        .await;
    drop(mailer);
    let mut other = fakes.mailer().await;
    other.expect(&[("EHLO test", 250)]).await;
    assert!(fakes.delivered().is_empty());
}

#[tokio::test]
async fn a_server_can_hang_at_any_stage() {
    let fakes = Fakes::start().await;
    let fault = Fault::mail(MailStage::Rcpt, MailAction::Hang);
    fakes.sandbox.set_fault("mail", FaultSwitch::times(fault, 1)).unwrap();
    let mut mailer = fakes.mailer().await;
    mailer.log_in().await;
    let said = timeout(PATIENCE, mailer.deliver(&["ann@example.com"], &raw_mail("1"))).await;
    assert!(said.is_err());
}

#[tokio::test]
async fn a_slow_mail_server_drips_its_reply_to_a_mail_it_has() {
    let check = async |millis, replies: usize| {
        let fakes = Fakes::start().await;
        fakes.sandbox.set_fault("mail", FaultSwitch::times(Fault::Slow { millis }, 1)).unwrap();
        let mut mailer = fakes.mailer().await;
        mailer.log_in().await;
        let said = timeout(PATIENCE, mailer.deliver(&["ann@example.com"], &raw_mail("1"))).await;
        assert_eq!(said.iter().filter(|it| it.as_ref().is_ok_and(|code| *code == 250)).count(), replies);
        assert_eq!(fakes.delivered().len(), 1);
    };
    check(0, 1).await;
    check(10_000, 0).await;
}

#[tokio::test]
async fn what_is_no_mail_server_says_something_else() {
    let fakes = Fakes::start().await;
    let garbage = MailAction::Garbage { text: "HTTP/1.1 400 Bad Request".to_owned() };
    let fault = Fault::mail(MailStage::Connect, garbage);
    fakes.sandbox.set_fault("mail", FaultSwitch::times(fault, 1)).unwrap();
    let mut said = String::new();
    let mut stream = TcpStream::connect(fakes.smtp_address()).await.unwrap();
    stream.read_to_string(&mut said).await.unwrap();
    assert_eq!(said, "HTTP/1.1 400 Bad Request\r\n");
    fakes.mailer().await.log_in().await;
}

#[tokio::test]
async fn recipients_fail_one_by_one() {
    let fakes = Fakes::start().await;
    let greylisted = FaultSwitch::times(Fault::recipient("ann@example.com", 450, "4.2.0 greylisted"), 1);
    fakes.sandbox.set_faults("mail", vec![greylisted]).unwrap();
    let mut mailer = fakes.mailer().await;
    mailer.log_in().await;
    let both = ["ann@example.com", "bob@example.com"];
    assert_eq!(mailer.deliver(&both, &raw_mail("1")).await.unwrap(), 250);
    assert_eq!(mailer.deliver(&both, &raw_mail("1")).await.unwrap(), 250);
    let recipients: Vec<_> = fakes.delivered().into_iter().map(|it| it.shown.recipients.len()).collect();
    assert_eq!(recipients, [1, 2]);
}

#[tokio::test]
async fn a_shutdown_cuts_every_connection() {
    let fakes = Fakes::start().await;
    let mut mailer = fakes.mailer().await;
    fakes.sandbox.shutdown().await;
    assert!(mailer.is_closed().await);
    assert!(fakes.request("POST", ROBOT, b"{}").await.is_err());
}
