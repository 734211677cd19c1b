//! The smallest clients there are, for tests of the fakes: no library stands between
//! a test and the bytes.

use std::io;
use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// An HTTP answer as it came.
#[derive(Debug)]
pub struct RawAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The status line and the header, in lower case.
    pub head: String,
    /// The body as text.
    pub body: String,
}

impl RawAnswer {
    /// The value of a header field.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields.find(|(field, _)| *field == name).map(|(_, value)| value)
    }

    /// The `errcode` of the body, if it is JSON and has one.
    #[must_use]
    pub fn errcode(&self) -> Option<i64> {
        serde_json::from_str::<Value>(&self.body).ok()?.get("errcode")?.as_i64()
    }

    /// The body, which must be JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// The bytes of a request, the last on its connection.
#[must_use]
pub fn raw_request(method: &str, target: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// Sends a request on a connection of its own.
///
/// # Errors
///
/// If no whole answer comes.
pub async fn raw_exchange(address: SocketAddr, request: &[u8]) -> io::Result<RawAnswer> {
    raw_send(TcpStream::connect(address).await?, request).await
}

/// Sends the last request on this connection.
///
/// # Errors
///
/// If no whole answer comes.
pub async fn raw_send(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    request: &[u8],
) -> io::Result<RawAnswer> {
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
    Ok(RawAnswer { status, head: head.clone(), body: body.to_owned() })
}

/// A mail from `alert@example.com` with this id.
#[must_use]
pub fn raw_mail(id: &str) -> String {
    format!(
        "From: alert@example.com\r\nTo: ann@example.com\r\nSubject: hot\r\n\
         Date: Wed, 25 Dec 2019 08:23:56 +0000\r\nMessage-ID: <{id}@example.com>\r\n\r\nIt is hot.\r\n"
    )
}

/// An SMTP client that sends the lines it is given.
#[derive(Debug)]
pub struct RawMailer(BufReader<TcpStream>);

impl RawMailer {
    /// Connects and reads the banner.
    ///
    /// # Errors
    ///
    /// If there is no server, or its banner is not 220.
    pub async fn connect(address: SocketAddr) -> io::Result<Self> {
        let mut mailer = Self(BufReader::new(TcpStream::connect(address).await?));
        match mailer.reply().await? {
            220 => Ok(mailer),
            code => Err(io::Error::other(code.to_string())),
        }
    }

    /// Sends a line and returns the reply's code.
    pub async fn say(&mut self, line: &str) -> io::Result<u16> {
        self.send(format!("{line}\r\n").as_bytes()).await
    }

    /// Sends each line, and expects the code beside it.
    pub async fn expect(&mut self, lines: &[(&str, u16)]) {
        for (line, code) in lines {
            assert_eq!(self.say(line).await.unwrap(), *code, "{line}");
        }
    }

    /// Sends bytes and returns the reply's code.
    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<u16> {
        self.0.write_all(bytes).await?;
        self.reply().await
    }

    /// Logs in as `alert@example.com` with the password `s3cret`.
    pub async fn log_in(&mut self) {
        self.expect(&[("EHLO test", 250), ("AUTH PLAIN AGFsZXJ0QGV4YW1wbGUuY29tAHMzY3JldA==", 235)]).await;
    }

    /// Goes up to the dot with a mail for `recipients`, in a good session.
    pub async fn deliver(&mut self, recipients: &[&str], mail: &str) -> io::Result<u16> {
        self.say("MAIL FROM:<alert@example.com>").await?;
        for recipient in recipients {
            self.say(&format!("RCPT TO:<{recipient}>")).await?;
        }
        match self.say("DATA").await? {
            354 => self.send(format!("{mail}.\r\n").as_bytes()).await,
            code => Ok(code),
        }
    }

    /// True if the server has closed the connection, and said nothing more.
    pub async fn is_closed(&mut self) -> bool {
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
