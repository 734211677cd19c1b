//! The mail server under TLS.

use std::io;

use channel_email::fake::{ClearAuth, SmtpRules, SmtpTls};
use fanfare_sandbox::{Fault, FaultSwitch};
use fanfare_testkit::TestSandbox;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::client::Fakes;
use crate::handshake::{Complaint, EVERY_TLS_FAULT, encrypt};

const AUTH: &str = "AUTH PLAIN AGFsZXJ0QGV4YW1wbGUuY29tAHMzY3JldA==";

async fn fakes(tls: SmtpTls) -> TestSandbox {
    let smtp = SmtpRules { tls, clear_auth: ClearAuth::Refused, ..SmtpRules::default() };
    Fakes::with(smtp).await
}

async fn connect(fakes: &TestSandbox) -> TcpStream {
    TcpStream::connect(fakes.smtp_address()).await.unwrap()
}

/// A connection on which the server has just agreed to STARTTLS.
async fn after_starttls(fakes: &TestSandbox) -> BufReader<TcpStream> {
    let mut clear = BufReader::new(connect(fakes).await);
    say(&mut clear, "").await;
    say(&mut clear, "EHLO test").await;
    assert!(say(&mut clear, "STARTTLS").await.starts_with("220"));
    clear
}

async fn implicit(fakes: &TestSandbox) -> io::Result<TlsStream<TcpStream>> {
    encrypt(connect(fakes).await, fakes.sandbox.ca_pem()).await
}

async fn explicit(fakes: &TestSandbox) -> io::Result<TlsStream<TcpStream>> {
    encrypt(after_starttls(fakes).await.into_inner(), fakes.sandbox.ca_pem()).await
}

/// Says a line, if any, and returns the whole reply.
async fn say(stream: &mut BufReader<impl AsyncRead + AsyncWrite + Unpin>, line: &str) -> String {
    if !line.is_empty() {
        stream.write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
        stream.flush().await.unwrap();
    }
    let mut reply = String::new();
    loop {
        let start = reply.len();
        stream.read_line(&mut reply).await.unwrap();
        if reply.as_bytes()[start + 3] == b' ' {
            return reply;
        }
    }
}

#[tokio::test]
async fn after_starttls_the_client_begins_anew_and_may_log_in() {
    let fakes = fakes(SmtpTls::StartTls).await;
    let mut clear = BufReader::new(connect(&fakes).await);
    say(&mut clear, "").await;
    let offer = say(&mut clear, "EHLO test").await;
    assert!(offer.contains("STARTTLS") && !offer.contains("AUTH"), "{offer}");
    assert!(say(&mut clear, AUTH).await.starts_with("538"));
    assert!(say(&mut clear, "MAIL FROM:<alert@example.com>").await.starts_with("530"));
    assert!(say(&mut clear, "STARTTLS").await.starts_with("220"));

    let mut tls = BufReader::new(encrypt(clear.into_inner(), fakes.sandbox.ca_pem()).await.unwrap());
    assert!(say(&mut tls, AUTH).await.starts_with("503"));
    let offer = say(&mut tls, "EHLO test").await;
    assert!(!offer.contains("STARTTLS") && offer.contains("AUTH"), "{offer}");
    assert!(say(&mut tls, AUTH).await.starts_with("235"));
}

#[tokio::test]
async fn implicit_tls_comes_before_the_banner() {
    let fakes = fakes(SmtpTls::Implicit).await;
    let mut tls = BufReader::new(implicit(&fakes).await.unwrap());
    assert!(say(&mut tls, "").await.starts_with("220"));
    say(&mut tls, "EHLO test").await;
    assert!(say(&mut tls, AUTH).await.starts_with("235"));
}

#[tokio::test]
async fn a_mail_servers_handshake_fails_as_often_as_it_is_to() {
    for fault in EVERY_TLS_FAULT {
        let (first, second) = (fakes(SmtpTls::Implicit).await, fakes(SmtpTls::StartTls).await);
        for fakes in [&first, &second] {
            fakes.sandbox.set_fault("mail", FaultSwitch::times(Fault::Tls(fault), 1)).unwrap();
        }
        let expected = Complaint::about(fault);
        assert_eq!(Complaint::of(&implicit(&first).await.unwrap_err()), expected, "{fault:?}");
        assert!(implicit(&first).await.is_ok(), "{fault:?}");
        assert_eq!(Complaint::of(&explicit(&second).await.unwrap_err()), expected, "{fault:?}");
        assert!(explicit(&second).await.is_ok(), "{fault:?}");
    }
}

#[tokio::test]
async fn commands_sent_ahead_of_the_handshake_end_the_connection() {
    let fakes = fakes(SmtpTls::StartTls).await;
    let mut clear = BufReader::new(connect(&fakes).await);
    say(&mut clear, "").await;
    say(&mut clear, "EHLO test").await;
    say(&mut clear, "STARTTLS\r\nNOOP").await;
    assert!(encrypt(clear.into_inner(), fakes.sandbox.ca_pem()).await.is_err());
}
