//! What one receiver is to be told, once.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Alert, AlertId, NotificationId, ReceiverName, Severity, Unless};

/// What one receiver is to be told, once, and why now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Its number.
    pub id: NotificationId,
    /// The number of the alert that called for it.
    pub alert_id: AlertId,
    /// The first alert of the same incident; equal to `alert_id` for the first. Ties messages together.
    pub incident: AlertId,
    /// Who is told.
    pub receiver: ReceiverName,
    /// Why now.
    pub why: Why,
    /// What is told. For a resolution: what was known while it fired, with the resolution's own words on top.
    pub alert: Arc<Alert>,
    /// When the incident began, by the source's clock.
    pub since: Timestamp,
    /// When we decided to tell it.
    pub owed_at: Timestamp,
    /// Who takes care of it: told with [`Why::Acknowledged`].
    pub acknowledged_by: Option<Acknowledgement>,
    /// Where it can be acknowledged: a link that opens nothing else.
    pub ack_url: Option<String>,
    /// Who is told now is told because this has not come about.
    pub escalated: Option<Unless>,
}

/// Somebody takes care of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// Who, as they named themselves.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Why a receiver is told now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Why {
    /// It began to fire.
    Started,
    /// It fires on, and is worse than when the receiver was last told.
    Worsened {
        /// How bad it was then.
        from: Severity,
    },
    /// It still fires, and `repeat_interval` has passed.
    StillFiring,
    /// Somebody takes care of it.
    Acknowledged,
    /// It has ended.
    Resolved,
    /// It is a message to pass on, not a state.
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
