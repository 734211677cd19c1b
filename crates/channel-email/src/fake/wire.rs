//! Lines and mails on the wire, with line ends as strict as at a provider.

use std::io;
use std::time::Duration;

use fanfare_sandbox::{DuplexStream, SandboxState, TlsFault};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::time::sleep;

use super::reply::ServerReply;

/// The longest command line we read: AUTH with an initial response may have 12,288
/// octets (RFC 4954, section 4).
const LINE_BYTES: u64 = 12_288;

/// Octets of a line in a mail, without its end (RFC 5322, section 2.1.1).
const MAIL_LINE_BYTES: usize = 998;

/// A connection, in clear or not.
pub(super) struct SmtpWire {
    stream: BufReader<Box<dyn DuplexStream>>,
    /// The pause between two bytes of the next reply.
    pause: Option<Duration>,
}

/// The next line, or the reason why it is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SmtpLine {
    Text(String),
    TooLong,
    BareLineEnd,
    NotText,
    End,
}

/// A mail as it came, dots unstuffed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct RawMail {
    pub(super) bytes: Vec<u8>,
    pub(super) flaw: Option<WireFlaw>,
}

/// The place where a piece of a mail begins. Only a CRLF starts a line: a dot after a bare
/// LF must not end the mail, or a second one can be smuggled in behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PieceStart {
    OfLine,
    Elsewhere,
}

/// A reason why a mail cannot be taken as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WireFlaw {
    BareLineEnd,
    LongLine,
    TooLarge,
}

impl SmtpWire {
    pub(super) fn new(stream: impl DuplexStream + 'static) -> Self {
        Self { stream: BufReader::new(Box::new(stream)), pause: None }
    }

    /// Makes the next reply go out byte by byte.
    pub(super) fn slow_down(&mut self, pause: Duration) {
        self.pause = Some(pause);
    }

    /// The same connection under TLS. Commands sent ahead in clear must not be read
    /// as if they came through TLS, so they end the connection.
    pub(super) async fn encrypt(self, sandbox: &SandboxState, fault: Option<TlsFault>) -> io::Result<Self> {
        let Self { stream, pause } = self;
        if !stream.buffer().is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "commands before the handshake"));
        }
        let stream = sandbox.handshake(stream.into_inner(), fault).await?;
        Ok(Self { stream: BufReader::new(stream), pause })
    }

    /// Writes a reply.
    pub(super) async fn reply(&mut self, reply: &ServerReply) -> io::Result<()> {
        self.write_raw(&reply.on_the_wire()).await
    }

    /// Writes words that need not be a reply.
    pub(super) async fn write_raw(&mut self, words: &str) -> io::Result<()> {
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

    /// Reads one line.
    pub(super) async fn line(&mut self) -> io::Result<SmtpLine> {
        let mut bytes = Vec::new();
        (&mut self.stream).take(LINE_BYTES).read_until(b'\n', &mut bytes).await?;
        if bytes.is_empty() {
            return Ok(SmtpLine::End);
        }
        if bytes.pop() != Some(b'\n') {
            return Ok(if bytes.len() as u64 + 1 == LINE_BYTES { SmtpLine::TooLong } else { SmtpLine::End });
        }
        if bytes.pop() != Some(b'\r') || bytes.contains(&b'\r') {
            return Ok(SmtpLine::BareLineEnd);
        }
        Ok(String::from_utf8(bytes).map_or(SmtpLine::NotText, SmtpLine::Text))
    }

    /// Reads the mail after 354 up to the lonely dot; `None` if the connection ends
    /// before it, and then there was no mail. A mail larger than `limit` bytes is
    /// kept as a flaw without its bytes.
    pub(super) async fn mail(&mut self, limit: usize) -> io::Result<Option<RawMail>> {
        let mut raw = RawMail::default();
        let mut line = Vec::new();
        let mut start = PieceStart::OfLine;
        loop {
            line.clear();
            (&mut self.stream).take(limit as u64 + 1).read_until(b'\n', &mut line).await?;
            match (start, line.as_slice()) {
                (_, b"") => return Ok(None),
                (PieceStart::OfLine, b".\r\n") => return Ok(Some(raw)),
                (start, line) => raw.add(start, line, limit),
            }
            start = if line.ends_with(b"\r\n") { PieceStart::OfLine } else { PieceStart::Elsewhere };
        }
    }
}

impl RawMail {
    fn add(&mut self, start: PieceStart, line: &[u8], limit: usize) {
        let text = line.strip_suffix(b"\r\n");
        if text.is_none_or(|text| text.contains(&b'\r')) {
            self.flaw.get_or_insert(WireFlaw::BareLineEnd);
        }
        let line = match start {
            PieceStart::OfLine => line.strip_prefix(b".").unwrap_or(line),
            PieceStart::Elsewhere => line,
        };
        if line.len() > MAIL_LINE_BYTES + 2 {
            self.flaw.get_or_insert(WireFlaw::LongLine);
        }
        if self.bytes.len() + line.len() > limit {
            self.flaw = Some(WireFlaw::TooLarge);
            self.bytes.clear();
            return;
        }
        if self.flaw != Some(WireFlaw::TooLarge) {
            self.bytes.extend_from_slice(line);
        }
    }
}
