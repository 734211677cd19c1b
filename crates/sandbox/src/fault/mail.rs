//! What a mail server can do wrong, and when.

use serde::{Deserialize, Serialize};

/// A stage of a mail's way into the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailStage {
    /// Before the banner. The sandbox cannot know yet whose connection it is: up
    /// to AUTH a fault of one mailbox strikes every connection.
    Connect,
    /// EHLO or HELO.
    Ehlo,
    /// STARTTLS.
    StartTls,
    /// AUTH.
    Auth,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA.
    Data,
    /// The dot after the mail.
    Body,
    /// NOOP, with which pools check a connection.
    Noop,
    /// RSET.
    Rset,
    /// QUIT.
    Quit,
}

/// What a mail server does wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum MailAction {
    /// This reply instead of the right one; after 421 the server hangs up.
    Reply {
        /// Its code.
        code: u16,
        /// Its words.
        text: String,
    },
    /// These words and a line end instead of a reply, whatever they are.
    Garbage {
        /// Which.
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
        /// How long.
        millis: u64,
    },
    /// The right reply, one byte at a time.
    Slow {
        /// How long between two bytes.
        millis: u64,
    },
}

impl MailAction {
    /// Whether what is under way goes on in spite of it.
    pub(crate) fn lets_pass(&self) -> bool {
        match self {
            Self::Late { .. } | Self::Slow { .. } => true,
            Self::Reply { .. } | Self::Garbage { .. } | Self::Hang | Self::Drop | Self::StoreAndDrop => false,
        }
    }

    /// The fault in a word, for the record.
    pub(crate) fn word(&self) -> String {
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
