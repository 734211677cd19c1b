//! The result of reading a body.

use fanfare_core::{Alert, HeartbeatName};

/// The alerts of a body, and what became of its other parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The alerts, in the body's order.
    pub alerts: Vec<ReadAlert>,
    /// The names of the heartbeats in it.
    pub heartbeats: Vec<HeartbeatName>,
    /// The parts that were understood and ask for nothing. They are no fault of the sender.
    pub nothing_to_do: Vec<NothingToDo>,
    /// The entries of a list that cannot be alerts. Such an entry costs only itself; a body without any
    /// entry that can be taken is refused as a whole.
    pub refused: Vec<Unreadable>,
    /// The fault of a body that is almost what it should be, and was read all the same.
    pub mended: Option<Unreadable>,
}

impl Reading {
    /// The reading, or the first fault if a body has nothing else.
    pub(crate) fn unless_all_refused(mut self) -> Result<Self, Unreadable> {
        let is_taken =
            !(self.alerts.is_empty() && self.heartbeats.is_empty() && self.nothing_to_do.is_empty());
        if is_taken || self.refused.is_empty() {
            return Ok(self);
        }
        Err(self.refused.swap_remove(0))
    }
}

/// An alert, and what of its part of the body was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadAlert {
    /// The alert that its part of the body reports.
    pub alert: Alert,
    /// The path of its part, as in [`Unreadable::path`], e.g. `$`, `[3]` or `alarms[1]`.
    pub path: String,
    /// The paths of the fields that were not understood, from [`Self::path`] on. They are kept in [`Alert::extra`].
    pub unread: Vec<String>,
    /// The word for the level, if no table has it.
    pub unknown_level: Option<String>,
}

/// A part of a body that asks for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NothingToDo {
    /// The path of the part, as in [`Unreadable::path`].
    pub path: String,
    /// The reason, for people.
    pub reason: &'static str,
}

/// The refusal of a whole body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct Unreadable {
    /// The kind of fault.
    pub fault: BodyFault,
    /// The path of the fault, e.g. `params.level` or `[3].eui`; `$` for the whole body.
    pub path: String,
    /// The kind of value that was found (never its text, which may be a secret) and what was expected.
    pub message: String,
}

/// The kind of fault of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyFault {
    /// The body is not JSON.
    Malformed,
    /// The body is JSON, but cannot be an alert.
    NotAnAlert,
}

impl BodyFault {
    /// The fault's word in an answer's `code`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::NotAnAlert => "not_an_alert",
        }
    }
}
