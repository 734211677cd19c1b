//! The faults of a mail server, and the stages at which they apply.

use serde::{Deserialize, Serialize};

/// A stage of a mail's way into the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailStage {
    /// Before the banner. The sandbox cannot know yet whose connection it is: up
    /// to AUTH a fault of one account applies to every connection.
    Connect,
    /// The command EHLO or HELO.
    Ehlo,
    /// The command STARTTLS.
    StartTls,
    /// The command AUTH.
    Auth,
    /// The command MAIL FROM.
    Mail,
    /// The command RCPT TO.
    Rcpt,
    /// The command DATA.
    Data,
    /// The dot after the mail.
    Body,
    /// The command NOOP, with which pools check a connection.
    Noop,
    /// The command RSET.
    Rset,
    /// The command QUIT.
    Quit,
}

/// A failure of a mail server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum MailAction {
    /// A reply instead of the right one; after 421 the server hangs up.
    Reply {
        /// The code of the reply.
        code: u16,
        /// The words of the reply.
        text: String,
    },
    /// Any words and a line end instead of a reply.
    Garbage {
        /// The words on the wire.
        text: String,
    },
    /// No reply, ever.
    Hang,
    /// The connection is cut; a mail is not stored.
    Drop,
    /// The connection is cut after the mail was stored.
    StoreAndDrop,
    /// The right reply, after so many milliseconds.
    Late {
        /// The delay in milliseconds.
        millis: u64,
    },
    /// The right reply, one byte at a time.
    Slow {
        /// The pause between two bytes in milliseconds.
        millis: u64,
    },
}

impl MailAction {
    /// True if the command under way goes on in spite of the fault.
    #[must_use]
    pub fn lets_pass(&self) -> bool {
        match self {
            Self::Late { .. } | Self::Slow { .. } => true,
            Self::Reply { .. } | Self::Garbage { .. } | Self::Hang | Self::Drop | Self::StoreAndDrop => false,
        }
    }

    /// The fault in a word or two, for the journal.
    #[must_use]
    pub fn word(&self) -> String {
        match self {
            Self::Reply { code, .. } => format!("SMTP {code}"),
            Self::Garbage { .. } => "garbage".to_owned(),
            Self::Hang => "hang".to_owned(),
            Self::Drop => "drop".to_owned(),
            Self::StoreAndDrop => "drop after storing".to_owned(),
            Self::Late { millis } => format!("late by {millis} ms"),
            Self::Slow { .. } => "slow".to_owned(),
        }
    }
}
