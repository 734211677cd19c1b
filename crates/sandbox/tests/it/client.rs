//! Fakes with a clock that is set by hand, and the smallest clients there are.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use channel_dingtalk::DingTalk;
use channel_email::fake::{MailServer, SmtpRules};
use channel_wecom::WeCom;
use fanfare_sandbox::{
    FakeAccount, HasFake, ProviderVerdict, Sandbox, SandboxClock, SandboxSettings, SeenMessage,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// When the vector D1 was signed.
pub(crate) const D1_MILLIS: i64 = 1_577_262_236_757;
pub(crate) const D1_SIGN: &str = "hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D";

/// A sandbox with one account of each kind, at the time of D1.
pub(crate) struct Fakes {
    pub(crate) sandbox: Sandbox,
    time: Arc<Mutex<Timestamp>>,
}

impl Fakes {
    pub(crate) async fn start() -> Self {
        Self::with(SmtpRules::default()).await
    }

    pub(crate) async fn with(rules: SmtpRules) -> Self {
        let time = Arc::new(Mutex::new(Timestamp::from_millisecond(D1_MILLIS).unwrap()));
        let shown = Arc::clone(&time);
        let clock = SandboxClock::new(move || *shown.lock().unwrap());
        let providers = vec![DingTalk::fake(), WeCom::fake(), Box::new(MailServer::new(rules))];
        let sandbox = Sandbox::start(SandboxSettings::loopback(clock, providers)).await.unwrap();
        let app = [("corp_id", "corp"), ("secret", "app-secret"), ("agent_id", "7"), ("to_user", "ann|bob")];
        let mail = [
            ("username", "alert@example.com"),
            ("password", "s3cret"),
            ("from", "alert@example.com"),
            ("recipient", "ann@example.com"),
            ("recipient", "bob@example.com"),
        ];
        for account in [
            FakeAccount::new("dingtalk", [("access_token", "robot-token"), ("member", "ann")]).named("robot"),
            FakeAccount::new("dingtalk", [("access_token", "signed"), ("secret", "this is secret")])
                .named("signed"),
            FakeAccount::new("wecom", [("key", "bot-key"), ("member", "ann")]).named("bot"),
            FakeAccount::new("wecom", app).named("app"),
            FakeAccount::new("email", mail).named("mail"),
        ] {
            sandbox.add(&account).unwrap();
        }
        Self { sandbox, time }
    }

    pub(crate) fn smtp_address(&self) -> SocketAddr {
        self.sandbox.server_address("smtp").unwrap()
    }

    pub(crate) fn wait(&self, time: SignedDuration) {
        let mut now = self.time.lock().unwrap();
        *now += time;
    }

    pub(crate) async fn post(&self, target: &str, body: &Value) -> Answer {
        self.request("POST", target, body.to_string().as_bytes()).await.unwrap()
    }

    pub(crate) async fn get(&self, target: &str) -> Answer {
        self.request("GET", target, b"").await.unwrap()
    }

    pub(crate) async fn request(&self, method: &str, target: &str, body: &[u8]) -> io::Result<Answer> {
        exchange(self.sandbox.http_address(), &request(method, target, body)).await
    }

    /// What people saw.
    pub(crate) fn delivered(&self) -> Vec<SeenMessage> {
        self.sandbox.messages().into_iter().filter(|it| it.verdict == ProviderVerdict::Delivered).collect()
    }

    pub(crate) async fn mailer(&self) -> Mailer {
        Mailer::connect(self.smtp_address()).await.unwrap()
    }
}

/// An HTTP answer as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// The value of a header field.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields.find(|(field, _)| *field == name).map(|(_, value)| value)
    }

    /// The code, if the body is JSON and has one.
    pub(crate) fn errcode(&self) -> Option<i64> {
        serde_json::from_str::<Value>(&self.body).ok()?.get("errcode")?.as_i64()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// The bytes of a request, the last on its connection.
pub(crate) fn request(method: &str, target: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "{method} {target} HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// One request on a connection of its own; an error if no whole answer comes.
pub(crate) async fn exchange(address: SocketAddr, request: &[u8]) -> io::Result<Answer> {
    send(TcpStream::connect(address).await?, request).await
}

/// One request on this connection, and the last.
pub(crate) async fn send(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    request: &[u8],
) -> io::Result<Answer> {
    stream.write_all(request).await?;
    stream.flush().await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    let text = String::from_utf8_lossy(&bytes);
    let cut = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(cut)?;
    let head = head.to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).ok_or_else(cut)?;
    if body.len() != length.parse::<usize>().unwrap() {
        return Err(cut());
    }
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Ok(Answer { status, head: head.clone(), body: body.to_owned() })
}

/// A mail with this id.
pub(crate) fn mail(id: &str) -> String {
    format!(
        "From: alert@example.com\r\nTo: ann@example.com\r\nSubject: hot\r\n\
         Date: Wed, 25 Dec 2019 08:23:56 +0000\r\nMessage-ID: <{id}@example.com>\r\n\r\nIt is hot.\r\n"
    )
}

/// An SMTP client that says what it is told to.
pub(crate) struct Mailer(BufReader<TcpStream>);

impl Mailer {
    /// Connects and reads the banner.
    pub(crate) async fn connect(address: SocketAddr) -> io::Result<Self> {
        let mut mailer = Self(BufReader::new(TcpStream::connect(address).await?));
        match mailer.reply().await? {
            220 => Ok(mailer),
            code => Err(io::Error::other(code.to_string())),
        }
    }

    /// Says a line and returns the reply's code.
    pub(crate) async fn say(&mut self, line: &str) -> io::Result<u16> {
        self.send(format!("{line}\r\n").as_bytes()).await
    }

    /// Says each line, and expects the code behind it.
    pub(crate) async fn expect(&mut self, lines: &[(&str, u16)]) {
        for (line, code) in lines {
            assert_eq!(self.say(line).await.unwrap(), *code, "{line}");
        }
    }

    /// Sends bytes and returns the reply's code.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> io::Result<u16> {
        self.0.write_all(bytes).await?;
        self.reply().await
    }

    pub(crate) async fn log_in(&mut self) {
        self.expect(&[("EHLO test", 250), ("AUTH PLAIN AGFsZXJ0QGV4YW1wbGUuY29tAHMzY3JldA==", 235)]).await;
    }

    /// Goes up to the dot with a mail for `recipients`, in a good session.
    pub(crate) async fn deliver(&mut self, recipients: &[&str], mail: &str) -> io::Result<u16> {
        self.say("MAIL FROM:<alert@example.com>").await?;
        for recipient in recipients {
            self.say(&format!("RCPT TO:<{recipient}>")).await?;
        }
        match self.say("DATA").await? {
            354 => self.send(format!("{mail}.\r\n").as_bytes()).await,
            code => Ok(code),
        }
    }

    pub(crate) async fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).await.is_ok_and(|count| count == 0)
    }

    async fn reply(&mut self) -> io::Result<u16> {
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            assert!(line.ends_with("\r\n"));
            if line.as_bytes()[3] == b' ' {
                return Ok(line[..3].parse().unwrap());
            }
        }
    }
}
