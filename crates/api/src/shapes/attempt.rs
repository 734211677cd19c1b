//! Attempts to deliver.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::AttemptVerdict;

/// The attempts of one delivery, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AttemptList {
    /// The attempts so far; of more than a thousand, both ends: their ordinals tell how many are left out.
    pub attempts: Vec<DeliveryAttempt>,
}

/// One attempt to deliver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryAttempt {
    /// The number of the attempt, from 1.
    pub ordinal: i64,
    /// The time of its beginning.
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
    /// The time of its end.
    #[schema(value_type = String, format = DateTime)]
    pub ended_at: Timestamp,
    /// The outcome in one word.
    pub outcome: AttemptVerdict,
    /// The provider's answer, or what went wrong.
    pub words: String,
}
