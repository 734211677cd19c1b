//! The open incident of a thing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Acknowledgement, AlertId, ReceiverName, Severity};

/// A thing that fires, and what was last said about it to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// The number of its first alert.
    pub id: AlertId,
    /// The beginning, by the source's clock.
    pub since: Timestamp,
    /// The last notification of each receiver that was told.
    pub told: Vec<LastNotified>,
    /// The acknowledgement, as long as it is no worse than it was then.
    pub acknowledged: Option<Acknowledgement>,
}

/// The last notification of a receiver about an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastNotified {
    /// The receiver that was told.
    pub receiver: ReceiverName,
    /// The severity that was told.
    pub severity: Severity,
    /// The time at which it was told, on the scale of promises.
    pub at: Timestamp,
}
