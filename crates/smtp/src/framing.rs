//! Lines and mails in a stream of bytes, wherever the network cuts it.
//!
//! A line ends with CR LF, and a mail with a line of one dot, whose neighbours are CR LF too (RFC 5321, 4.1.1.4).
//! Servers that take a bare LF for the end of a line can be made to see two mails where others see one. In a mail it
//! is a character like any other, and in a command a mistake that is named.

/// The bytes of a line at most, its end included: what a login with a long token takes. All other commands have at
/// most [`LONGEST_COMMAND`].
const LONGEST_LINE: usize = 4096;

/// The bytes of a command at most, its end included (RFC 5321, 4.5.3.1.4).
pub(crate) const LONGEST_COMMAND: usize = 512;

/// The bytes by which a mail may exceed its limit before its sender is hung up on.
const FLOOD: usize = 4 * 1024 * 1024;

/// The bytes that have come and were not looked at yet.
#[derive(Debug, Default)]
pub(crate) struct InputBuffer {
    bytes: Vec<u8>,
    /// The beginning of a line was dropped because it is too long.
    is_skipping: bool,
}

/// A line of the sender's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum InputLine {
    /// The line without its end.
    Whole(Vec<u8>),
    /// More than a line may have.
    TooLong,
    /// A line with a bare CR or LF.
    BareNewline,
}

/// A mail that is being received.
#[derive(Debug)]
pub(crate) struct MailReader {
    limit: usize,
    mail: Vec<u8>,
    at: ByteContext,
    /// The bytes that have come since the mail is known to be too long; `None`: it is not.
    excess: Option<usize>,
}

/// The place of a mail at which its next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ByteContext {
    LineStart,
    Text,
    AfterCr,
    /// Behind a dot at the start of a line.
    AfterDot,
    /// Behind a dot and CR.
    AfterDotCr,
}

/// The knowledge of whether the end of a mail is among the bytes that have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MailEnd {
    Seen,
    Awaited,
}

/// The progress of a mail.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum MailProgress {
    /// The end has not come yet.
    Unfinished,
    /// The whole mail.
    Whole(Vec<u8>),
    /// The end of a mail that is longer than the limit.
    TooLong,
    /// Far more than the limit: its end is not awaited.
    Flood,
}

impl InputBuffer {
    /// Adds bytes that have come.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Tells whether nothing waits to be looked at.
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty() && !self.is_skipping
    }

    /// Forgets what was not looked at.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes the next line, once its end has come.
    pub(crate) fn take_line(&mut self) -> Option<InputLine> {
        let Some(end) = self.bytes.iter().position(|it| *it == b'\n') else {
            if self.bytes.len() > LONGEST_LINE {
                self.is_skipping = true;
                self.bytes.clear();
            }
            return None;
        };
        let line: Vec<u8> = self.bytes.drain(..=end).collect();
        if std::mem::take(&mut self.is_skipping) || line.len() > LONGEST_LINE {
            return Some(InputLine::TooLong);
        }
        Some(match line.strip_suffix(b"\r\n") {
            Some(whole) if !whole.contains(&b'\r') => InputLine::Whole(whole.to_vec()),
            Some(_) | None => InputLine::BareNewline,
        })
    }

    /// Hands what has come to `mail`, up to its end.
    pub(crate) fn feed(&mut self, mail: &mut MailReader) -> MailProgress {
        let mut taken = 0;
        let is_whole = self.bytes.iter().any(|byte| {
            taken += 1;
            mail.push(*byte)
        });
        self.bytes.drain(..taken);
        mail.progress(if is_whole { MailEnd::Seen } else { MailEnd::Awaited })
    }
}

impl MailReader {
    /// A mail of which nothing has come; it may have `limit` bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, mail: Vec::new(), at: ByteContext::LineStart, excess: None }
    }

    /// The bytes that are held of it.
    pub(crate) fn held(&self) -> usize {
        self.mail.len()
    }

    /// Drops what has come and takes no more: whatever follows, the mail is too long.
    pub(crate) fn give_up(&mut self) {
        self.mail = Vec::new();
        self.excess.get_or_insert(0);
    }

    /// Takes a byte; true if the mail ends with it.
    fn push(&mut self, byte: u8) -> bool {
        let (kept, at): (&[u8], ByteContext) = match (self.at, byte) {
            (ByteContext::AfterDotCr, b'\n') => return true,
            (ByteContext::LineStart, b'.') => (&[], ByteContext::AfterDot),
            (ByteContext::AfterDot, b'\r') => (&[], ByteContext::AfterDotCr),
            (ByteContext::AfterCr, b'\n') => (b"\n", ByteContext::LineStart),
            (ByteContext::AfterDotCr, b'\r') => (b"\r\r", ByteContext::AfterCr),
            (ByteContext::AfterDotCr, _) => (&[b'\r', byte], ByteContext::Text),
            (ByteContext::LineStart | ByteContext::Text | ByteContext::AfterCr, b'\r') => {
                (b"\r", ByteContext::AfterCr)
            }
            (
                ByteContext::LineStart | ByteContext::Text | ByteContext::AfterCr | ByteContext::AfterDot,
                _,
            ) => (&[byte], ByteContext::Text),
        };
        self.at = at;
        match &mut self.excess {
            Some(excess) => *excess += 1,
            None if self.mail.len() + kept.len() > self.limit => self.give_up(),
            None => self.mail.extend_from_slice(kept),
        }
        false
    }

    fn progress(&mut self, end: MailEnd) -> MailProgress {
        match (end, self.excess) {
            (MailEnd::Seen, Some(_)) => MailProgress::TooLong,
            (MailEnd::Seen, None) => MailProgress::Whole(std::mem::take(&mut self.mail)),
            (MailEnd::Awaited, Some(excess)) if excess > FLOOD => MailProgress::Flood,
            (MailEnd::Awaited, Some(_) | None) => MailProgress::Unfinished,
        }
    }
}

#[cfg(test)]
mod tests;
