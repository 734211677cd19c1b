//! What was last said about a thing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Acknowledgement, AlertId, ReceiverName, Severity};

/// A fingerprint that fires, and what was last said about it to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// The number of its first alert.
    pub id: AlertId,
    /// When it began, by the source's clock.
    pub since: Timestamp,
    /// Who was told that it fires, and when last.
    pub told: Vec<LastNotified>,
    /// Who takes care of it, as bad as it was last told.
    pub acknowledged: Option<Acknowledgement>,
}

/// What a receiver was last told of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastNotified {
    /// Who.
    pub receiver: ReceiverName,
    /// How bad it was said to be.
    pub severity: Severity,
    /// When.
    pub at: Timestamp,
}
