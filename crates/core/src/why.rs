//! The reasons to notify.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Severity;

/// The reason for which a receiver is told now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Why {
    /// The alert began to fire.
    Started,
    /// The alert fires on, and is worse than when the receiver was last told.
    Worsened {
        /// The severity that was told then.
        from: Severity,
    },
    /// The alert still fires, and `repeat_interval` has passed.
    StillFiring,
    /// A person takes care of it.
    Acknowledged,
    /// The incident has ended.
    Resolved,
    /// The alert is a message to pass on, not a state.
    Notice,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started => f.write_str("started"),
            Self::Worsened { from } => write!(f, "worsened from {from}"),
            Self::StillFiring => f.write_str("still firing"),
            Self::Acknowledged => f.write_str("acknowledged"),
            Self::Resolved => f.write_str("resolved"),
            Self::Notice => f.write_str("notice"),
        }
    }
}
