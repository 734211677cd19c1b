//! The replies of the mail server.

/// A reply of one or more lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServerReply {
    pub(super) code: u16,
    pub(super) lines: Vec<String>,
}

impl ServerReply {
    /// A reply of one line.
    pub(super) fn new(code: u16, text: &str) -> Self {
        Self { code, lines: vec![text.to_owned()] }
    }

    /// True if the server hangs up after the reply.
    pub(super) fn ends_the_connection(&self) -> bool {
        self.code == 421 || self.code == 221
    }

    /// The text of all lines.
    pub(super) fn words(&self) -> String {
        self.lines.join(" ")
    }

    /// The reply as it goes over the wire.
    pub(super) fn on_the_wire(&self) -> String {
        let last = self.lines.len().saturating_sub(1);
        let line = |(index, text): (usize, &String)| {
            let separator = if index == last { ' ' } else { '-' };
            format!("{}{separator}{text}\r\n", self.code)
        };
        self.lines.iter().enumerate().map(line).collect()
    }
}
