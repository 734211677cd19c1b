//! Replies: a code of three digits, an enhanced one (RFC 3463) where there is one, and a text.

use std::borrow::Cow;

/// A reply to a sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InletReply {
    pub(crate) code: u16,
    lines: Vec<Cow<'static, str>>,
}

impl InletReply {
    /// A reply of one line.
    pub(crate) fn new(code: u16, text: impl Into<Cow<'static, str>>) -> Self {
        Self { code, lines: vec![text.into()] }
    }

    /// A reply of several lines.
    pub(crate) fn of_lines(code: u16, lines: Vec<Cow<'static, str>>) -> Self {
        Self { code, lines }
    }

    /// The bytes as they are sent.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let last = self.lines.len().saturating_sub(1);
        let line = |(index, text): (usize, &Cow<'static, str>)| {
            format!("{}{}{text}\r\n", self.code, if index == last { ' ' } else { '-' })
        };
        self.lines.iter().enumerate().map(line).collect::<String>().into_bytes()
    }

    /// The text of the last line, without the enhanced code, for the log.
    pub(crate) fn reason(&self) -> &str {
        let text = self.lines.last().map_or("", |it| it.as_ref());
        match text.split_once(' ') {
            Some((code, rest)) if code.bytes().all(|it| it.is_ascii_digit() || it == b'.') => rest,
            Some(_) | None => text,
        }
    }
}
