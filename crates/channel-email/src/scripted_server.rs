//! An SMTP server on loopback that answers by script. For tests.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// The line that the server is about to answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClientLine<'a> {
    /// Counts connections from 1.
    pub(crate) connection: usize,
    /// The client's line; empty for the greeting, `.` for the end of a mail.
    pub(crate) line: &'a str,
}

/// The answer of the server.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ScriptedAnswer {
    /// The answer of a good-natured server.
    Usual,
    /// An answer of these words.
    Say(&'static str),
    /// An answer of these words, and then the end of the connection.
    SayAndHangUp(&'static str),
    /// An answer of these bytes and no more, not even the end of a line.
    Raw(&'static [u8]),
    /// An answer of these bytes, and then the end of the connection.
    RawAndHangUp(&'static [u8]),
    /// The end of the connection, without an answer.
    HangUp,
    /// Hanging up, but with the mail kept.
    KeepAndHangUp,
    /// The answer of a good-natured server, after so long.
    Late(Duration),
    /// No answer at all.
    Silence,
}

/// The point from which the server encrypts.
#[derive(Clone)]
pub(crate) enum Encryption {
    None,
    Implicit(TlsAcceptor),
    StartTls(TlsAcceptor),
}

/// A mail the server took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SeenMail {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) data: String,
}

impl SeenMail {
    /// The lines of the header, unfolded.
    pub(crate) fn headers(&self) -> Vec<String> {
        let (head, _) = self.data.split_once("\r\n\r\n").unwrap();
        head.replace("\r\n ", " ").split("\r\n").map(str::to_owned).collect()
    }

    /// The texts of all headers called `name`.
    pub(crate) fn header(&self, name: &str) -> Vec<String> {
        let prefix = format!("{name}: ");
        self.headers().iter().filter_map(|line| line.strip_prefix(&prefix)).map(str::to_owned).collect()
    }
}

/// The record of what the server saw.
#[derive(Debug, Default)]
pub(crate) struct SeenTraffic {
    pub(crate) connections: usize,
    pub(crate) lines: Vec<String>,
    pub(crate) mails: Vec<SeenMail>,
}

type SmtpScript = dyn Fn(ClientLine<'_>) -> ScriptedAnswer + Send + Sync;

/// A running server; it ends with its handle.
pub(crate) struct ScriptedServer {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<SeenTraffic>>,
    task: JoinHandle<()>,
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl ScriptedServer {
    pub(crate) async fn start(
        script: impl Fn(ClientLine<'_>) -> ScriptedAnswer + Send + Sync + 'static,
    ) -> Self {
        Self::encrypted(Encryption::None, script).await
    }

    pub(crate) async fn encrypted(
        encryption: Encryption,
        script: impl Fn(ClientLine<'_>) -> ScriptedAnswer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(SeenTraffic::default()));
        let (script, shared): (Arc<SmtpScript>, _) = (Arc::new(script), Arc::clone(&seen));
        let task = tokio::spawn(async move {
            loop {
                let (tcp, _) = listener.accept().await.unwrap();
                let connection = {
                    let mut seen = shared.lock().unwrap();
                    seen.connections += 1;
                    seen.connections
                };
                let talk =
                    ScriptedConnection { connection, script: Arc::clone(&script), seen: Arc::clone(&shared) };
                tokio::spawn(serve(tcp, encryption.clone(), talk));
            }
        });
        Self { address, seen, task }
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    pub(crate) fn mails(&self) -> Vec<SeenMail> {
        self.seen.lock().unwrap().mails.clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen.lock().unwrap().lines.clone()
    }

    pub(crate) fn said(&self, line: &str) -> usize {
        self.lines().iter().filter(|it| it.as_str() == line).count()
    }
}

trait ScriptedStream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> ScriptedStream for T {}

struct ScriptedConnection {
    connection: usize,
    script: Arc<SmtpScript>,
    seen: Arc<Mutex<SeenTraffic>>,
}

async fn serve(tcp: TcpStream, encryption: Encryption, talk: ScriptedConnection) {
    tcp.set_nodelay(true).unwrap();
    let (mut wire, upgrade): (BufReader<Box<dyn ScriptedStream>>, _) = match encryption {
        Encryption::None => (BufReader::new(Box::new(tcp)), None),
        Encryption::StartTls(acceptor) => (BufReader::new(Box::new(tcp)), Some(acceptor)),
        Encryption::Implicit(acceptor) => {
            let Ok(tls) = acceptor.accept(tcp).await else { return };
            (BufReader::new(Box::new(tls)), None)
        }
    };
    let offer = if upgrade.is_some() { OFFER_WITH_TLS } else { OFFER };
    let mut mail = SeenMail::default();
    let mut previous = String::new();
    if talk.answer(&mut wire, "", "220 fake ESMTP", &mail).await.is_none() {
        return;
    }
    while let Some(line) = next_line(&mut wire).await {
        talk.seen.lock().unwrap().lines.push(line.clone());
        let usual = usual_answer(&line, &previous, offer);
        let Some(said) = talk.answer(&mut wire, &line, usual, &mail).await else { return };
        match line.split([' ', ':']).next().unwrap() {
            "STARTTLS" => {
                let Ok(tls) = upgrade.as_ref().unwrap().accept(wire.into_inner()).await else { return };
                wire = BufReader::new(Box::new(tls));
            }
            "MAIL" => mail = SeenMail { from: between_brackets(&line), ..SeenMail::default() },
            "RCPT" if said.starts_with(b"2") => mail.to.push(between_brackets(&line)),
            "DATA" if said.starts_with(b"3") => {
                mail.data = read_data(&mut wire).await;
                if talk.answer(&mut wire, ".", "250 2.0.0 Ok: queued as 4711", &mail).await.is_none() {
                    return;
                }
            }
            _ => {}
        }
        previous = line;
    }
}

const OFFER: &str = "250-fake\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME";
const OFFER_WITH_TLS: &str = "250-fake\r\n250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME";

/// The answer of a good-natured server to `line`, said after `previous`.
fn usual_answer(line: &str, previous: &str, offer: &'static str) -> &'static str {
    match line.split([' ', ':']).next().unwrap() {
        "EHLO" => offer,
        "STARTTLS" => "220 go ahead",
        "AUTH" if line == "AUTH LOGIN" => "334 VXNlcm5hbWU6",
        "AUTH" => "235 2.7.0 welcome",
        "DATA" => "354 go ahead",
        "HELO" | "MAIL" | "RCPT" | "RSET" => "250 2.0.0 Ok",
        _ if previous == "AUTH LOGIN" => "334 UGFzc3dvcmQ6",
        _ => "235 2.7.0 welcome",
    }
}

impl ScriptedConnection {
    /// Answers, and hands back what was said; `None` if the conversation is over.
    async fn answer(
        &self,
        wire: &mut BufReader<Box<dyn ScriptedStream>>,
        line: &str,
        usual: &'static str,
        mail: &SeenMail,
    ) -> Option<&'static [u8]> {
        let keep = || self.seen.lock().unwrap().mails.push(mail.clone());
        let (words, end, over) = match (self.script)(ClientLine { connection: self.connection, line }) {
            ScriptedAnswer::Usual => (usual.as_bytes(), "\r\n", false),
            ScriptedAnswer::Say(words) => (words.as_bytes(), "\r\n", false),
            ScriptedAnswer::SayAndHangUp(words) => (words.as_bytes(), "\r\n", true),
            ScriptedAnswer::Raw(bytes) => (bytes, "", false),
            ScriptedAnswer::RawAndHangUp(bytes) => (bytes, "", true),
            ScriptedAnswer::HangUp => return None,
            ScriptedAnswer::KeepAndHangUp => {
                keep();
                return None;
            }
            ScriptedAnswer::Late(pause) => {
                tokio::time::sleep(pause).await;
                (usual.as_bytes(), "\r\n", false)
            }
            ScriptedAnswer::Silence => std::future::pending().await,
        };
        let is_yes = words.split(|byte| *byte == b'\n').any(|line| line.trim_ascii_start().starts_with(b"2"));
        if line == "." && is_yes {
            keep();
        }
        wire.get_mut().write_all(&[words, end.as_bytes()].concat()).await.ok()?;
        wire.get_mut().flush().await.ok()?;
        (!over).then_some(words)
    }
}

async fn next_line(wire: &mut BufReader<Box<dyn ScriptedStream>>) -> Option<String> {
    let mut line = String::new();
    let read = wire.read_line(&mut line).await.ok()?;
    (read > 0).then(|| line.strip_suffix("\r\n").expect("a line ends in CRLF").to_owned())
}

/// The mail, without the dots that stand for dots.
async fn read_data(wire: &mut BufReader<Box<dyn ScriptedStream>>) -> String {
    let mut data = String::new();
    while let Some(line) = next_line(wire).await {
        if line == "." {
            break;
        }
        assert!(line.len() <= 998, "RFC 5322 §2.1.1");
        assert!(!line.contains(['\r', '\n', '\0']), "RFC 5321 §2.3.8");
        data.push_str(line.strip_prefix('.').unwrap_or(&line));
        data.push_str("\r\n");
    }
    data
}

fn between_brackets(line: &str) -> String {
    let (_, rest) = line.split_once('<').unwrap();
    rest.split_once('>').unwrap().0.to_owned()
}

/// A certificate authority, as PEM, and a server for `name` that it vouches for.
pub(crate) fn certified(name: &str) -> (String, TlsAcceptor) {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(vec![]).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_pem = ca.self_signed(&ca_key).unwrap().pem();
    let key = KeyPair::generate().unwrap();
    let issuer = Issuer::new(ca, ca_key);
    let certificate =
        CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    (ca_pem, TlsAcceptor::from(Arc::new(config)))
}
