//! A reply as it comes over the wire: bytes, of which the code decides.

use std::borrow::Cow;

use encoding_rs::GB18030;

use crate::smtp::reply::{SmtpFailure, SmtpReply};

/// A reply as it comes over the wire, as far as it has come.
///
/// "A client MUST determine its actions only by the reply code, not by the text" and "any
/// text, including no text at all, MUST be acceptable" (RFC 5321 §4.2), in whatever
/// encoding it is. Lines end with CRLF or LF; one without a code belongs to the text.
#[derive(Debug, Default)]
pub(crate) struct RawReply {
    lines: Vec<Vec<u8>>,
    /// The beginning of the line that is still coming.
    pub(crate) partial: Vec<u8>,
}

/// The kind of reply that a command waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReplyKind {
    /// The command is done: 2xx.
    Completion,
    /// The server waits for more: 3xx.
    Intermediate,
}

/// A line that begins with a code.
struct CodedLine<'a> {
    code: u16,
    position: LinePosition,
    text: &'a [u8],
}

/// The position of a line in its reply.
#[derive(PartialEq, Eq)]
enum LinePosition {
    /// Another line follows: `250-`.
    Inner,
    /// The reply ends with it: `250 `, or the code alone.
    Last,
}

impl RawReply {
    /// The most bytes of one reply, all its lines together: RFC 5321 §4.5.3.1.5 allows 512 a
    /// line, and a banner of legal notices has a hundred of them.
    pub(crate) const LONGEST: usize = 64 * 1024;

    /// Ends the line that was coming.
    pub(crate) fn end_line(&mut self) {
        self.lines.push(std::mem::take(&mut self.partial));
    }

    /// The number of bytes that have come.
    pub(crate) fn len(&self) -> usize {
        self.lines.iter().map(Vec::len).sum::<usize>() + self.partial.len()
    }

    /// True once the last line has come whole.
    pub(crate) fn is_complete(&self) -> bool {
        let last = self.lines.last().and_then(|line| coded(self.at_code(line)));
        last.is_some_and(|line| line.position == LinePosition::Last)
    }

    /// The code of its newest line that has one. All lines should have the same.
    pub(crate) fn code(&self) -> Option<u16> {
        self.codes().last()
    }

    /// True if any of its lines says 2xx.
    pub(crate) fn says_yes(&self) -> bool {
        self.codes().any(|code| kind_of(code) == Some(ReplyKind::Completion))
    }

    /// The texts of its lines, without the codes.
    pub(crate) fn texts(&self) -> Vec<Cow<'_, str>> {
        let text = |line| coded(self.at_code(line)).map_or(line, |it| it.text).trim_ascii();
        self.all_lines().map(|line| decoded(text(line))).collect()
    }

    /// The text of all lines, as a person reads it.
    pub(crate) fn words(&self) -> String {
        self.texts().join(" ")
    }

    /// The reply with its code; `None` if nothing that has come has one.
    pub(crate) fn summary(&self) -> Option<SmtpReply> {
        self.code().map(|code| SmtpReply::new(code, &self.words()))
    }

    /// The reply itself, if it is of the `expected` kind. Another one that refuses nothing is
    /// no yes: a 354 after the final dot would be taken for a delivery.
    pub(crate) fn expect(self, expected: ReplyKind) -> Result<Self, SmtpFailure> {
        match self.summary() {
            Some(reply) if kind_of(reply.code) == Some(expected) => Ok(self),
            Some(reply) if matches!(reply.code, 400..600) => Err(SmtpFailure::Refused(reply)),
            Some(reply) => Err(SmtpFailure::Lost(format!("the server is out of step: {reply}"))),
            None => Err(SmtpFailure::Lost(self.not_smtp())),
        }
    }

    /// The words for bytes of which none are a reply.
    pub(crate) fn not_smtp(&self) -> String {
        let words = SmtpReply::new(0, &self.words()).words;
        if words.is_empty() { "no answer".to_owned() } else { format!("the answer is not SMTP: `{words}`") }
    }

    /// The protocol of a server that greets by another than SMTP.
    pub(crate) fn other_protocol(&self) -> Option<&'static str> {
        let first = self.all_lines().find(|line| !line.is_empty())?;
        OTHER_GREETINGS.iter().find(|(greeting, _)| first.starts_with(greeting)).map(|(_, name)| *name)
    }

    fn codes(&self) -> impl Iterator<Item = u16> {
        self.all_lines().filter_map(|line| coded(self.at_code(line)).map(|it| it.code))
    }

    /// The line from the place where its code would stand. Some filters put a blank before every
    /// line; where the first has none, a number after a blank belongs to the text.
    fn at_code<'a>(&self, line: &'a [u8]) -> &'a [u8] {
        let first = self.all_lines().find(|line| !line.is_empty());
        let is_indented = first.is_some_and(|first| first.starts_with(b" ") || first.starts_with(b"\t"));
        if is_indented { line.trim_ascii_start() } else { line }
    }

    fn all_lines(&self) -> impl Iterator<Item = &[u8]> {
        let partial = Some(&self.partial).filter(|line| !line.is_empty());
        self.lines.iter().chain(partial).map(|line| line.trim_ascii_end())
    }
}

/// The first words of servers that listen where somebody expects a mail server.
const OTHER_GREETINGS: &[(&[u8], &str)] =
    &[(b"* OK", "IMAP"), (b"+OK", "POP3"), (b"SSH-", "SSH"), (b"HTTP/", "HTTP"), (b"RFB ", "VNC")];

fn kind_of(code: u16) -> Option<ReplyKind> {
    match code {
        200..300 => Some(ReplyKind::Completion),
        300..400 => Some(ReplyKind::Intermediate),
        _ => None,
    }
}

fn coded(line: &[u8]) -> Option<CodedLine<'_>> {
    let (code, rest) = line.split_first_chunk::<3>()?;
    let is_code = code.iter().all(u8::is_ascii_digit) && code[0] != b'0';
    let code = code.iter().fold(0, |code, digit| code * 10 + u16::from(digit.wrapping_sub(b'0')));
    let (position, text) = match rest {
        [b'-', text @ ..] => (LinePosition::Inner, text),
        [digit, ..] if digit.is_ascii_digit() => return None,
        text => (LinePosition::Last, text),
    };
    is_code.then_some(CodedLine { code, position, text })
}

/// The text of a line: UTF-8, or else what Chinese servers speak, or else as much of it as can be read.
fn decoded(text: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(text)
        .ok()
        .map(Cow::Borrowed)
        .or_else(|| GB18030.decode_without_bom_handling_and_without_replacement(text))
        .unwrap_or_else(|| String::from_utf8_lossy(text))
}

#[cfg(test)]
mod tests;
