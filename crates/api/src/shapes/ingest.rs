//! The answer to a source that posted alerts.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AlertState, IngestStatus, SuppressionReason};

/// The answer to a source whose body was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IngestResult {
    /// The word for what became of the body.
    pub status: IngestStatus,
    /// The alerts of the body, in their order there.
    #[serde(default)]
    pub alerts: Vec<AcceptedAlert>,
    /// The reasons that parts of the body are no alerts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nothing_to_do: Vec<String>,
}

/// An alert that is stored, with the receivers that are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AcceptedAlert {
    /// The number of the alert.
    pub id: i64,
    /// The fingerprint: sixteen lowercase hex digits.
    pub fingerprint: String,
    /// The reported state.
    pub status: AlertState,
    /// The receivers that are told.
    pub told: Vec<String>,
    /// The receivers that are not told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<HeldReceiver>,
}

/// A receiver that is not told of an accepted alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeldReceiver {
    /// The name of the receiver.
    pub receiver: String,
    /// The reason for the silence.
    #[schema(value_type = String)]
    pub reason: SuppressionReason,
}
