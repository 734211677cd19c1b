//! Acknowledgements of an incident.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The request to acknowledge an alert's incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeRequest {
    /// The name of the person who takes care, at most 64 characters; everybody who was told reads it.
    pub by: String,
}

/// The acknowledgement that holds after the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AcknowledgeResult {
    /// The status of the incident before this request.
    pub status: AcknowledgeStatus,
    /// The name of the person who takes care.
    pub by: String,
    /// The time of the acknowledgement.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// The effect of a request to acknowledge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AcknowledgeStatus {
    /// The request acknowledged the incident.
    Acknowledged,
    /// The incident was acknowledged before, by the person named.
    AlreadyAcknowledged,
}

/// The name of a person who takes care, with the time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AcknowledgedBy {
    /// The name they gave.
    pub by: String,
    /// The time of the acknowledgement.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}
