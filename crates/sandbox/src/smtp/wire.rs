//! Lines and mails on the wire, as strict about line ends as a provider.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::time::sleep;

use super::Reply;
use crate::fault::TlsFault;
use crate::tls::{self, Authority, Stream};

/// The longest command line we read: AUTH with an initial response may have 12,288
/// octets (RFC 4954, section 4).
const LINE_BYTES: u64 = 12_288;

/// Octets of a line in a mail, without its end (RFC 5322, section 2.1.1).
const MAIL_LINE_BYTES: usize = 998;

/// A connection, in clear or not.
pub(super) struct Wire {
    stream: BufReader<Box<dyn Stream>>,
    /// Between two bytes of what is said next.
    pause: Option<Duration>,
}

/// One line, or why it is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    Text(String),
    TooLong,
    BareLineEnd,
    NotText,
    End,
}

/// A mail as it came, dots unstuffed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Raw {
    pub(super) bytes: Vec<u8>,
    pub(super) flaw: Option<Flaw>,
}

/// Where a piece of a mail begins. Only a CRLF starts a line: a dot after a bare
/// LF must not end the mail, or a second one can be smuggled in behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    OfLine,
    Elsewhere,
}

/// Why a mail cannot be taken as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    BareLineEnd,
    LongLine,
    TooLarge,
}

impl Wire {
    pub(super) fn new(stream: impl Stream + 'static) -> Self {
        Self { stream: BufReader::new(Box::new(stream)), pause: None }
    }

    /// What is said next goes out byte by byte.
    pub(super) fn drip(&mut self, pause: Duration) {
        self.pause = Some(pause);
    }

    /// The same connection under TLS. What the client has sent ahead in clear
    /// must not be read as if it came through TLS, so it ends the connection.
    pub(super) async fn encrypt(self, authority: &Authority, fault: Option<TlsFault>) -> io::Result<Self> {
        let Self { stream, pause } = self;
        if !stream.buffer().is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "commands before the handshake"));
        }
        let stream = tls::handshake(stream.into_inner(), authority, fault).await?;
        Ok(Self { stream: BufReader::new(stream), pause })
    }

    pub(super) async fn say(&mut self, reply: &Reply) -> io::Result<()> {
        self.utter(&reply.on_the_wire()).await
    }

    /// Says words that need not be a reply.
    pub(super) async fn utter(&mut self, words: &str) -> io::Result<()> {
        let Some(pause) = self.pause.take() else {
            self.stream.write_all(words.as_bytes()).await?;
            return self.stream.flush().await;
        };
        for byte in words.bytes() {
            sleep(pause).await;
            self.stream.write_u8(byte).await?;
            self.stream.flush().await?;
        }
        Ok(())
    }

    pub(super) async fn line(&mut self) -> io::Result<Line> {
        let mut bytes = Vec::new();
        (&mut self.stream).take(LINE_BYTES).read_until(b'\n', &mut bytes).await?;
        if bytes.is_empty() {
            return Ok(Line::End);
        }
        if bytes.pop() != Some(b'\n') {
            return Ok(if bytes.len() as u64 + 1 == LINE_BYTES { Line::TooLong } else { Line::End });
        }
        if bytes.pop() != Some(b'\r') || bytes.contains(&b'\r') {
            return Ok(Line::BareLineEnd);
        }
        Ok(String::from_utf8(bytes).map_or(Line::NotText, Line::Text))
    }

    /// The mail after 354 up to the lonely dot; `None` if the connection ends
    /// before it, and then there was no mail. Of one larger than `limit` bytes
    /// only the size is remembered.
    pub(super) async fn mail(&mut self, limit: usize) -> io::Result<Option<Raw>> {
        let mut raw = Raw::default();
        let mut line = Vec::new();
        let mut start = Start::OfLine;
        loop {
            line.clear();
            (&mut self.stream).take(limit as u64 + 1).read_until(b'\n', &mut line).await?;
            match (start, line.as_slice()) {
                (_, b"") => return Ok(None),
                (Start::OfLine, b".\r\n") => return Ok(Some(raw)),
                (start, line) => raw.add(start, line, limit),
            }
            start = if line.ends_with(b"\r\n") { Start::OfLine } else { Start::Elsewhere };
        }
    }
}

impl Raw {
    fn add(&mut self, start: Start, line: &[u8], limit: usize) {
        let text = line.strip_suffix(b"\r\n");
        if text.is_none_or(|text| text.contains(&b'\r')) {
            self.flaw.get_or_insert(Flaw::BareLineEnd);
        }
        let line = match start {
            Start::OfLine => line.strip_prefix(b".").unwrap_or(line),
            Start::Elsewhere => line,
        };
        if line.len() > MAIL_LINE_BYTES + 2 {
            self.flaw.get_or_insert(Flaw::LongLine);
        }
        if self.bytes.len() + line.len() > limit {
            self.flaw = Some(Flaw::TooLarge);
            self.bytes.clear();
            return;
        }
        if self.flaw != Some(Flaw::TooLarge) {
            self.bytes.extend_from_slice(line);
        }
    }
}
