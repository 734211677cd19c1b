//! The words for what an alert reports.

use std::str::FromStr;

use fanfare_core::{Kind, Status};

/// A word for what a part of a body reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StatusWord {
    /// A state of this kind and status.
    Report(Kind, Status),
    /// A report that asks for nothing.
    Ignore,
}

/// The error of parsing a [`StatusWord`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a status: expected firing, resolved, notice or ignore")]
pub(super) struct InvalidStatusWord(String);

/// The words that other systems use, in lower case.
const WORDS: [(StatusWord, &[&str]); 4] = [
    (
        StatusWord::Report(Kind::Alarm, Status::Firing),
        &["firing", "problem", "alerting", "active", "open", "triggered", "raised", "down"],
    ),
    (
        StatusWord::Report(Kind::Alarm, Status::Resolved),
        &[
            "resolved",
            "ok",
            "cleared",
            "clear",
            "recovered",
            "recovery",
            "closed",
            "inactive",
            "normal",
            "up",
        ],
    ),
    (StatusWord::Report(Kind::Notice, Status::Firing), &["notice"]),
    (StatusWord::Ignore, &["ignore"]),
];

impl FromStr for StatusWord {
    type Err = InvalidStatusWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let word = text.trim().to_lowercase();
        let known = WORDS.iter().find(|(_, words)| words.contains(&word.as_str()));
        known.map(|(status, _)| *status).ok_or_else(|| InvalidStatusWord(text.to_owned()))
    }
}
