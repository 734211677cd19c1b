//! An SMTP connection: commands out, replies in.

use std::io;
use std::time::Duration;

use fanfare_tls::{PROBE, is_answer_in_tls, misconfiguration};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout_at};

use crate::network::{ByteStream, SETTING_NAMES};
use crate::smtp::raw_reply::{RawReply, ReplyKind};
use crate::smtp::reply::{SmtpFailure, SmtpReply};

/// The time for the rest of a reply whose first words have decided already.
const REST_OF_REPLY: Duration = Duration::from_secs(2);

/// A connection to a server, on which one command waits for the reply to the one before.
pub(crate) struct SmtpConnection {
    stream: BufReader<Box<dyn ByteStream>>,
}

/// The words with which a server accepted a mail.
#[derive(Debug)]
pub(crate) struct MailAcceptance {
    pub(crate) words: String,
    /// Tells whether the conversation can go on.
    pub(crate) conversation: ConversationState,
}

/// The state of a conversation after a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConversationState {
    /// The server waits for the next command.
    InStep,
    /// The reply was cut off, or contradicts itself: the next one might be its rest.
    OutOfStep,
}

impl SmtpConnection {
    pub(crate) fn new(stream: Box<dyn ByteStream>) -> Self {
        Self { stream: BufReader::new(stream) }
    }

    /// The stream itself, and the number of bytes that have come and were not read.
    pub(crate) fn into_stream(self) -> (Box<dyn ByteStream>, usize) {
        let unread = self.stream.buffer().len();
        (self.stream.into_inner(), unread)
    }

    /// Sends a line and waits for the reply, whatever it is.
    pub(crate) async fn command(&mut self, line: &str, deadline: Instant) -> Result<RawReply, SmtpFailure> {
        // What came before the command was sent is no answer to it.
        let stale = self.stream.buffer().len();
        self.stream.consume(stale);
        match timeout_at(deadline, self.write(format!("{line}\r\n").as_bytes())).await {
            Ok(Ok(())) => self.reply(deadline).await,
            // A server that hangs up may have said why.
            Ok(Err(err)) => match self.words_at_the_end().await {
                Some(reply) => Ok(reply),
                None => Err(hung_up_or_lost(&err)),
            },
            Err(_) => Err(SmtpFailure::Silent),
        }
    }

    /// Waits for the reply to what was just sent.
    pub(crate) async fn reply(&mut self, deadline: Instant) -> Result<RawReply, SmtpFailure> {
        let mut reply = RawReply::default();
        let read = timeout_at(deadline, self.read_to_the_end(&mut reply)).await;
        whole(reply, read)
    }

    /// Waits for the server's greeting.
    pub(crate) async fn greeting(&mut self, deadline: Instant) -> Result<RawReply, SmtpFailure> {
        let mut reply = RawReply::default();
        let read = timeout_at(deadline, async {
            while !reply.is_complete() && reply.other_protocol().is_none() {
                self.read_line(&mut reply).await?;
            }
            Ok(())
        });
        let read = read.await;
        match reply.other_protocol() {
            Some(protocol) => Err(SmtpFailure::Misconfigured(format!(
                "the server speaks {protocol} there and not SMTP; check `smtp.host` and `smtp.port`"
            ))),
            None => whole(reply, read),
        }
    }

    /// True if a server that says nothing waits for TLS.
    pub(crate) async fn waits_for_tls(&mut self, deadline: Instant) -> bool {
        let answered = timeout_at(deadline, async {
            self.write(PROBE).await?;
            self.stream.read_u8().await
        });
        matches!(answered.await, Ok(Ok(first)) if is_answer_in_tls(first))
    }

    /// Sends a mail and the final dot.
    ///
    /// After an error the server has no mail: the dot is the last to leave.
    pub(crate) async fn send_mail(&mut self, mail: &[u8], deadline: Instant) -> Result<(), SmtpFailure> {
        let failure = match timeout_at(deadline, self.write(&dot_stuffed(mail))).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(err)) => hung_up_or_lost(&err),
            Err(_) => SmtpFailure::Lost("the server does not read on".to_owned()),
        };
        // A server that refuses a mail before its end, and hangs up, has said why.
        let refusal =
            self.words_at_the_end().await.and_then(|reply| reply.expect(ReplyKind::Completion).err());
        Err(refusal.unwrap_or(failure))
    }

    /// Waits for the answer to the final dot.
    ///
    /// Whatever is said with 2xx is a yes, also when its words are garbage, when it never ends,
    /// and when the connection breaks in the middle of it: to send the mail again would be
    /// to send it twice.
    pub(crate) async fn acceptance(&mut self, deadline: Instant) -> Result<MailAcceptance, SmtpFailure> {
        let mut reply = RawReply::default();
        let first = timeout_at(deadline, self.read_to_first_code(&mut reply)).await;
        if reply.code().is_some() {
            let rest = deadline.min(Instant::now() + REST_OF_REPLY);
            self.read_until(rest, &mut reply).await;
        }
        match (reply.summary(), first) {
            (Some(summary), _) if reply.says_yes() => {
                let in_step = reply.is_complete() && reply.expect(ReplyKind::Completion).is_ok();
                let conversation =
                    if in_step { ConversationState::InStep } else { ConversationState::OutOfStep };
                Ok(MailAcceptance { words: summary.to_string(), conversation })
            }
            (Some(_), _) => Err(refusal(reply)),
            (None, Ok(Err(err))) if reply.len() == 0 => Err(hung_up_or_lost(&err)),
            (None, Err(_)) if reply.len() == 0 => Err(SmtpFailure::Silent),
            (None, Ok(_) | Err(_)) => Err(SmtpFailure::Lost(reply.not_smtp())),
        }
    }

    /// The reply that has come from a server that takes no more.
    async fn words_at_the_end(&mut self) -> Option<RawReply> {
        let mut reply = RawReply::default();
        let soon = Instant::now() + REST_OF_REPLY;
        self.read_until(soon, &mut reply).await;
        reply.code().is_some().then_some(reply)
    }

    /// Reads what there is of a reply before `deadline`; what is missing is missing.
    async fn read_until(&mut self, deadline: Instant, reply: &mut RawReply) {
        timeout_at(deadline, self.read_to_the_end(reply)).await.ok();
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    async fn read_to_first_code(&mut self, reply: &mut RawReply) -> io::Result<()> {
        while reply.code().is_none() {
            self.read_line(reply).await?;
        }
        Ok(())
    }

    async fn read_to_the_end(&mut self, reply: &mut RawReply) -> io::Result<()> {
        while !reply.is_complete() {
            self.read_line(reply).await?;
        }
        Ok(())
    }

    /// Reads one line, or as much of it as has come. What has been read is in `reply` even if
    /// the future is dropped.
    async fn read_line(&mut self, reply: &mut RawReply) -> io::Result<()> {
        let chunk = self.stream.fill_buf().await?;
        let line = chunk.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
        let (read, is_end) = (line.len(), chunk.is_empty());
        if is_end && reply.partial.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if reply.len() + read > RawReply::LONGEST {
            return Err(io::Error::other("the answer has no end"));
        }
        reply.partial.extend_from_slice(line);
        self.stream.consume(read);
        if is_end || reply.partial.ends_with(b"\n") {
            reply.end_line();
        }
        Ok(())
    }
}

/// The failure that a reply means which is no yes.
fn refusal(reply: RawReply) -> SmtpFailure {
    match reply.expect(ReplyKind::Completion) {
        Err(failure) => failure,
        Ok(reply) => SmtpFailure::Lost(reply.not_smtp()),
    }
}

/// The whole reply, or the reason why it has not come.
fn whole(reply: RawReply, read: Result<io::Result<()>, Elapsed>) -> Result<RawReply, SmtpFailure> {
    match read {
        Ok(Ok(())) => Ok(reply),
        Ok(Err(err)) if reply.len() == 0 => Err(hung_up_or_lost(&err)),
        Ok(Err(err)) => Err(SmtpFailure::Lost(cut_off(&reply, &err.to_string()))),
        Err(_) if reply.len() == 0 => Err(SmtpFailure::Silent),
        Err(_) => Err(SmtpFailure::Lost(cut_off(&reply, "no answer in time"))),
    }
}

fn cut_off(reply: &RawReply, why: &str) -> String {
    match reply.summary() {
        Some(SmtpReply { code, words }) => format!("{why} after `{code} {words}`"),
        None => reply.not_smtp(),
    }
}

fn hung_up_or_lost(err: &io::Error) -> SmtpFailure {
    // In TLS 1.3 a server refuses a client after the handshake.
    if let Some(words) = misconfiguration(err, SETTING_NAMES) {
        return SmtpFailure::Misconfigured(words);
    }
    if HUNG_UP.contains(&err.kind()) { SmtpFailure::HungUp } else { SmtpFailure::Lost(err.to_string()) }
}

/// The errors of a connection that the other side has ended.
const HUNG_UP: [io::ErrorKind; 4] = [
    io::ErrorKind::UnexpectedEof,
    io::ErrorKind::BrokenPipe,
    io::ErrorKind::ConnectionAborted,
    io::ErrorKind::ConnectionReset,
];

/// `mail` with its lines ended by CRLF, a dot before each that begins with one (RFC 5321
/// §4.5.2), and the line of one dot that ends it.
fn dot_stuffed(mail: &[u8]) -> Vec<u8> {
    let mut stuffed = Vec::with_capacity(mail.len() + mail.len() / 64 + 5);
    for line in mail.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        if line.starts_with(b".") {
            stuffed.push(b'.');
        }
        stuffed.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        stuffed.extend_from_slice(b"\r\n");
    }
    stuffed.extend_from_slice(b".\r\n");
    stuffed
}

#[cfg(test)]
mod tests;
