//! Alerts that were accepted.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{AlertSeverity, AlertState, AlertType, ContractProgress, NotificationReason, SuppressionReason};

/// The filter of a list of alerts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)] // a mistyped filter must not show everything
#[into_params(parameter_in = Query)]
pub struct AlertQuery {
    /// The fingerprint that the alerts must have: sixteen lowercase hex digits.
    pub fingerprint: Option<String>,
    /// The status that the alerts must report: `firing` or `resolved`.
    #[param(value_type = Option<AlertState>)]
    pub status: Option<String>, // texts, so that the refusal of another word can name the field
    /// The severity that the alerts must have.
    #[param(value_type = Option<AlertSeverity>)]
    pub severity: Option<String>,
    /// The source that the alerts must come from.
    pub source: Option<String>,
    /// The receiver that must have been notified.
    pub receiver: Option<String>,
    /// The state that the contract with a receiver must have.
    #[param(value_type = Option<ContractProgress>)]
    pub contract: Option<String>,
    /// The time of acceptance of the oldest alert.
    #[param(value_type = Option<String>, format = DateTime)]
    pub since: Option<String>,
    /// Matchers with commas between them, as in a route, all of which must match.
    pub matchers: Option<String>,
    /// Alerts with a smaller number than this are listed, for paging.
    pub before: Option<i64>,
    /// The number of alerts at most: 100 unless given, 1000 at the most.
    pub limit: Option<u32>,
}

/// A list of accepted alerts, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertList {
    /// The alerts found.
    pub alerts: Vec<ListedAlert>,
    /// The value of `before` with which a search by more than the fingerprint goes on; none: nothing is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_before: Option<i64>,
}

/// An accepted alert, with the state of the contracts with its receivers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListedAlert {
    /// The number of the alert.
    pub id: i64,
    /// The time of acceptance.
    #[schema(value_type = String, format = DateTime)]
    pub received_at: Timestamp,
    /// The number of the first alert of the same incident.
    pub incident: i64,
    /// The alert as it was sent.
    pub alert: AlertContent,
    /// The receivers that were not told.
    pub held: Vec<SuppressedReceiver>,
    /// The notifications that the alert called for.
    pub notifications: Vec<NotificationSummary>,
}

/// An alert as its source sent it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertContent {
    /// The identity of an alert across repeats: sixteen lowercase hex digits.
    pub fingerprint: String,
    /// The type: a lasting state or a message.
    pub kind: AlertType,
    /// The reported state.
    pub status: AlertState,
    /// The severity, as the gateway understood it.
    pub severity: AlertSeverity,
    /// The severity in the sender's own word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity_sent: Option<String>,
    /// The labels that routes are matched against, with `source` and `severity` among them.
    pub labels: BTreeMap<String, String>,
    /// Free text for people: `title`, `description`, `content`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// Everything else of the body, as dotted paths and texts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<String, String>,
    /// The people to mention.
    #[serde(default, skip_serializing_if = "MentionedPeople::is_empty")]
    pub mention: MentionedPeople,
    /// The time of the event, by the sender's clock.
    #[schema(value_type = String, format = DateTime)]
    pub starts_at: Timestamp,
    /// The end, if the sender has said when it ends, or has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ends_at: Option<Timestamp>,
    /// A page about the alert at its source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator_url: Option<String>,
}

/// The people that a message mentions, where the channel can.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MentionedPeople {
    /// Mobile numbers, as the sender wrote them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mobiles: Vec<String>,
    /// User ids of the channel's provider.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub user_ids: Vec<String>,
    /// All members of the group.
    #[serde(default)]
    pub all: bool,
}

impl MentionedPeople {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A receiver that was not told of an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SuppressedReceiver {
    /// The name of the receiver.
    pub receiver: String,
    /// The route that points at the receiver; none where the receiver was told before.
    #[serde(default)]
    pub route: Option<String>,
    /// The reason for the silence.
    #[schema(value_type = String)]
    pub reason: SuppressionReason,
}

/// A notification of one receiver, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotificationSummary {
    /// The number of the notification.
    pub id: i64,
    /// The receiver that is told.
    pub receiver: String,
    /// The reason to notify.
    pub why: NotificationReason,
    /// The deliveries, counted by their state.
    pub deliveries: NotificationTally,
    /// The progress of the contract with the receiver.
    pub contract: ContractProgress,
}

/// The deliveries of one notification, counted by their state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotificationTally {
    /// Deliveries that their providers confirmed.
    pub delivered: u32,
    /// Deliveries that are still owed.
    pub pending: u32,
    /// Deliveries that were given up, discarded ones among them.
    pub dead: u32,
}
