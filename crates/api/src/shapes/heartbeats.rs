//! Heartbeats of senders.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::HeartbeatCondition;

/// The answer to a sender whose heartbeat was heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeartbeatResult {
    /// The heartbeat, as `SOURCE/NAME`.
    pub heartbeat: String,
    /// The time up to which it must be heard again.
    #[schema(value_type = String, format = DateTime)]
    pub expected_until: Timestamp,
}

/// A heartbeat in a body of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeardHeartbeat {
    /// The name of the heartbeat.
    pub name: String,
    /// The time up to which it must be heard again; none: no rule of the source expects it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expected_until: Option<Timestamp>,
}

/// The filter of a list of heartbeats.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)] // a mistyped filter must not show everything
#[into_params(parameter_in = Query)]
pub struct HeartbeatQuery {
    /// The source that the heartbeats must be of.
    pub source: Option<String>,
    /// The status that the heartbeats must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub status: Option<HeartbeatCondition>,
}

/// The heartbeats that are expected, by source and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeartbeatList {
    /// The heartbeats that the filter lets through.
    pub heartbeats: Vec<HeartbeatReport>,
}

/// A heartbeat that is expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeartbeatReport {
    /// The source from which it comes.
    pub source: String,
    /// The name; none: any alert of the source is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The status at the moment of the answer.
    pub status: HeartbeatCondition,
    /// The longest time between two of them that is expected, e.g. `1h`.
    pub every: String,
    /// The further time after which one is missing, e.g. `10m`.
    pub grace: String,
    /// The time at which it was last heard since the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_heard: Option<Timestamp>,
    /// The time at which it is missing unless it is heard.
    #[schema(value_type = String, format = DateTime)]
    pub due_at: Timestamp,
}

/// A heartbeat that is not to be expected until it is heard again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForgetHeartbeatRequest {
    /// The heartbeat, as `SOURCE/NAME`.
    pub heartbeat: String,
}

/// The answer to a request that a heartbeat be forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ForgetHeartbeatResult {
    /// The heartbeat that is forgotten.
    pub forgotten: String,
}
