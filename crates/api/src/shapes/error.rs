//! A request that was not carried out.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A request that was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorResponse {
    /// The reason and its place.
    pub error: ErrorDetails,
}

/// The reason that a request was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorDetails {
    /// A word for programs, e.g. `unauthorized`.
    pub code: String,
    /// A sentence for people: the reason, and what would be right.
    pub message: String,
    /// The place in the body, e.g. `alarm.id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}
