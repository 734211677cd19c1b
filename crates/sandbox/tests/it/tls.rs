//! The mail server under TLS.

use std::sync::Arc;

use fanfare_sandbox::{ClearAuth, Rules, SmtpRules, SmtpTls};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::{PrivatePkcs8KeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig, crypto};

use crate::client::Fakes;

const AUTH: &str = "AUTH PLAIN AGFsZXJ0QGV4YW1wbGUuY29tAHMzY3JldA==";

/// A server's and a client's side of one self-made certificate for `name`.
fn certificate(name: &str) -> (Arc<ServerConfig>, Arc<ClientConfig>) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed([name.to_owned()]).unwrap();
    let provider = Arc::new(crypto::ring::default_provider());
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der()).into();
    let server =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
    let server =
        server.unwrap().with_no_client_auth().with_single_cert(vec![cert.der().clone()], key).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).unwrap();
    let client = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let client = client.unwrap().with_root_certificates(roots).with_no_client_auth();
    (Arc::new(server), Arc::new(client))
}

async fn fakes(tls: SmtpTls) -> Fakes {
    let smtp = SmtpRules { tls, clear_auth: ClearAuth::Refused, ..SmtpRules::default() };
    Fakes::with(Rules { smtp, ..Rules::default() }).await
}

async fn encrypt(
    stream: TcpStream,
    client: Arc<ClientConfig>,
) -> std::io::Result<impl AsyncRead + AsyncWrite + Unpin> {
    let name = ServerName::try_from("mail.example.com").unwrap();
    TlsConnector::from(client).connect(name, stream).await
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
    let (server, client) = certificate("mail.example.com");
    let fakes = fakes(SmtpTls::StartTls(server)).await;
    let mut clear = BufReader::new(TcpStream::connect(fakes.sandbox.smtp_address()).await.unwrap());
    say(&mut clear, "").await;
    let offer = say(&mut clear, "EHLO test").await;
    assert!(offer.contains("STARTTLS") && !offer.contains("AUTH"), "{offer}");
    assert!(say(&mut clear, AUTH).await.starts_with("538"));
    assert!(say(&mut clear, "MAIL FROM:<alert@example.com>").await.starts_with("530"));
    assert!(say(&mut clear, "STARTTLS").await.starts_with("220"));

    let mut tls = BufReader::new(encrypt(clear.into_inner(), client).await.unwrap());
    assert!(say(&mut tls, AUTH).await.starts_with("503"));
    let offer = say(&mut tls, "EHLO test").await;
    assert!(!offer.contains("STARTTLS") && offer.contains("AUTH"), "{offer}");
    assert!(say(&mut tls, AUTH).await.starts_with("235"));
}

#[tokio::test]
async fn implicit_tls_comes_before_the_banner() {
    let (server, client) = certificate("mail.example.com");
    let fakes = fakes(SmtpTls::Implicit(server)).await;
    let stream = TcpStream::connect(fakes.sandbox.smtp_address()).await.unwrap();
    let mut tls = BufReader::new(encrypt(stream, client).await.unwrap());
    assert!(say(&mut tls, "").await.starts_with("220"));
    say(&mut tls, "EHLO test").await;
    assert!(say(&mut tls, AUTH).await.starts_with("235"));
}

#[tokio::test]
async fn a_certificate_of_another_name_is_the_clients_to_refuse() {
    let (server, client) = certificate("other.example.com");
    let fakes = fakes(SmtpTls::Implicit(server)).await;
    let stream = TcpStream::connect(fakes.sandbox.smtp_address()).await.unwrap();
    assert!(encrypt(stream, client).await.is_err());
}

#[tokio::test]
async fn commands_sent_ahead_of_the_handshake_end_the_connection() {
    let (server, client) = certificate("mail.example.com");
    let fakes = fakes(SmtpTls::StartTls(server)).await;
    let mut clear = BufReader::new(TcpStream::connect(fakes.sandbox.smtp_address()).await.unwrap());
    say(&mut clear, "").await;
    say(&mut clear, "EHLO test").await;
    say(&mut clear, "STARTTLS\r\nNOOP").await;
    assert!(encrypt(clear.into_inner(), client).await.is_err());
}
