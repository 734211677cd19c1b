//! The answer to a source that posted alerts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::heartbeats::HeardHeartbeat;
use crate::{AlertSeverity, AlertState, AlertType, ErrorDetails, IngestStatus, SuppressionReason};

/// The wishes of a source about the answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct IngestQuery {
    /// The wish that nothing be stored: `1` or `true`, or nothing at all behind the name.
    pub dry_run: Option<String>,
}

/// The answer to a source whose body was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IngestResult {
    /// The word for what became of the body.
    pub status: IngestStatus,
    /// The alerts of the body, in their order there.
    #[serde(default)]
    pub alerts: Vec<AcceptedAlert>,
    /// The heartbeats in the body, which are no alerts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heartbeats: Vec<HeardHeartbeat>,
    /// The reasons that parts of the body are no alerts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nothing_to_do: Vec<String>,
    /// The entries of a list that cannot be alerts, each with the fault and its place. The others were taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<ErrorDetails>,
}

/// The answer to a source that asked with `?dry_run=1` what would become of its body. Nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IngestPreview {
    /// The word for what became of the body.
    pub status: IngestStatus,
    /// The alerts of the body, in their order there.
    #[serde(default)]
    pub alerts: Vec<PreviewedAlert>,
    /// The names of the heartbeats in the body, which are no alerts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heartbeats: Vec<String>,
    /// The reasons that parts of the body are no alerts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nothing_to_do: Vec<String>,
    /// The entries of a list that cannot be alerts, each with the fault and its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<ErrorDetails>,
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
    /// The number of the alarm that it ends: of the alert that began it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<i64>,
    /// The meaning that was read out of the body.
    #[serde(flatten)]
    pub reading: AlertReading,
}

/// An alert that would be stored, with the receivers that would be told if it were new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreviewedAlert {
    /// The fingerprint: sixteen lowercase hex digits.
    pub fingerprint: String,
    /// The reported state.
    pub status: AlertState,
    /// The receivers that would be told of a new alarm. Of an end, those are told that were told of its beginning.
    pub would_tell: Vec<String>,
    /// The meaning that was read out of the body.
    #[serde(flatten)]
    pub reading: AlertReading,
}

/// The meaning of one alert's part of a body.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertReading {
    /// The path of the part: `$` for the whole body, `[3]` or `alarms[1]` in a list.
    #[serde(default)]
    pub path: String,
    /// The facts that were understood; an earlier version of the gateway does not tell them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub understood: Option<UnderstoodAlert>,
    /// The paths of the fields that were not understood. They are kept, and can be matched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
    /// The word for the level, if it is none that is known: the source's `unknown_level` took its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_level: Option<String>,
}

/// The facts that were understood of an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnderstoodAlert {
    /// The type: a state that lasts, or a message to pass on.
    pub kind: AlertType,
    /// The severity as the gateway understands it.
    pub severity: AlertSeverity,
    /// The labels: the alarm's name, the device, and those that the source fixes.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// The texts for people.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
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
