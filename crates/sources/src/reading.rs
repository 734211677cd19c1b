//! What comes of a body.

use fanfare_core::Alert;

/// What a body said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// What is to be dealt with, in the body's order.
    pub alerts: Vec<Alert>,
    /// What was understood and asks for nothing. The sender did no wrong.
    pub nothing_to_do: Vec<NothingToDo>,
}

/// A part of a body that asks for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NothingToDo {
    /// Where it stands, as in [`Unreadable::path`].
    pub path: String,
    /// Why there is nothing to do, for people.
    pub reason: &'static str,
}

/// Why a body is refused, as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct Unreadable {
    /// Whose kind of fault it is.
    pub fault: Fault,
    /// Where, e.g. `params.level` or `[3].eui`; `$` for the whole body.
    pub path: String,
    /// What was found (never its text, which may be a secret) and what was expected.
    pub message: String,
}

/// What is wrong with a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is not JSON.
    Malformed,
    /// It is JSON, but cannot be an alert.
    NotAnAlert,
}

impl Fault {
    /// The word for it in an answer's `code`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::NotAnAlert => "not_an_alert",
        }
    }
}
