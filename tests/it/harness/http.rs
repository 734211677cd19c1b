//! HTTP as it is on the wire, so that a test can also say what a library would not.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use serde_json::Value;

use super::PATIENCE;

/// A request, put together piece by piece.
#[derive(Debug, Clone)]
pub(crate) struct TestRequest {
    head: String,
    body: Vec<u8>,
}

/// The answer to one request.
#[derive(Debug, Clone)]
pub(crate) struct TestAnswer {
    pub(crate) status: u16,
    /// Status line and header fields.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl TestRequest {
    /// One without a body.
    pub(crate) fn new(method: &str, path: &str) -> Self {
        let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        Self { head, body: Vec::new() }
    }

    /// Tells whether only the head of the answer is asked for, which has no body.
    pub(crate) fn asks_for_head(&self) -> bool {
        self.head.starts_with("HEAD ")
    }

    pub(crate) fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// A POST of JSON.
    pub(crate) fn post(path: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::new("POST", path).header("Content-Type", "application/json").body(body)
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.head.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }
    }

    /// Sends the head, which promises a body of so many bytes, and waits for the answer without sending one.
    #[track_caller]
    pub(crate) fn send_head(&self, promised: usize, to: SocketAddr) -> TestAnswer {
        let mut stream = TcpStream::connect(to).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(format!("{}Content-Length: {promised}\r\n\r\n", self.head).as_bytes()).unwrap();
        let mut answer = Vec::new();
        loop {
            let mut part = [0; 4096];
            let read = stream.read(&mut part);
            answer.extend_from_slice(&part[..*read.as_ref().unwrap_or(&0)]);
            let parsed = TestAnswer::parse(&answer);
            let length = |it: &TestAnswer| it.header("Content-Length")?.parse().ok();
            let is_whole = |it: &TestAnswer| {
                self.head.starts_with("HEAD ")
                    || length(it).is_none_or(|length: usize| it.body.len() >= length)
            };
            // The server goes on listening for the rest of the request, for a while.
            match parsed {
                Some(answer) if is_whole(&answer) => {
                    return answer;
                }
                _ if read.as_ref().is_ok_and(|it| *it > 0) => {}
                _ => panic!("no answer from {to}: {read:?}"),
            }
        }
    }

    /// The request under another host than this machine's.
    pub(crate) fn host(self, host: &str) -> Self {
        Self { head: self.head.replace("Host: localhost", &format!("Host: {host}")), ..self }
    }

    /// Sends it and waits for the answer.
    #[track_caller]
    pub(crate) fn send(&self, to: SocketAddr) -> TestAnswer {
        self.try_send(to).unwrap_or_else(|err| panic!("no answer from {to}: {err}"))
    }

    /// The same, where nobody may be listening.
    pub(crate) fn try_send(&self, to: SocketAddr) -> std::io::Result<TestAnswer> {
        let mut stream = TcpStream::connect(to)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut request = format!("{}Content-Length: {}\r\n\r\n", self.head, self.body.len()).into_bytes();
        request.extend_from_slice(&self.body);
        // A server that has heard enough answers before it has heard all.
        let sent = stream.write_all(&request);
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        match TestAnswer::parse(&answer) {
            Some(answer) => Ok(answer),
            None => sent.and(read).and(Err(std::io::ErrorKind::UnexpectedEof.into())),
        }
    }
}

impl TestAnswer {
    /// `None` if it was cut off before the body.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let whole = String::from_utf8_lossy(bytes);
        let (head, body) = whole.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Self { status, head: head.to_owned(), body: body.to_owned() })
    }

    /// The value of a header field.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let fields = self.head.lines().filter_map(|line| line.split_once(':'));
        fields.filter(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
    }

    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|err| panic!("not JSON ({err}): {self:?}"))
    }
}
