//! Deliveries: owed, delivered and given up.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::attempt::DeliveryAttempt;
use crate::{AlertSeverity, ContractProgress, DeliveryStage, EscalationCondition, NotificationReason};

/// The filter of a list of deliveries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)] // a mistyped filter must not show everything
#[into_params(parameter_in = Query)]
pub struct DeliveryQuery {
    /// The channel that the deliveries must be on.
    pub channel: Option<String>,
    /// The state that the deliveries must be in: `pending`, `delivered`, `dead` or `discarded`.
    #[param(value_type = Option<DeliveryStage>)]
    pub state: Option<String>, // a text, so that the refusal of another word can name the field
    /// The number of the alert that the deliveries must be of.
    pub alert: Option<i64>,
    /// Deliveries with a smaller number than this are listed, for paging.
    pub before: Option<i64>,
    /// The number of deliveries at most: 100 unless given, 1000 at the most.
    pub limit: Option<u32>,
}

/// A list of deliveries, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryList {
    /// The deliveries found.
    pub deliveries: Vec<ListedDelivery>,
}

/// A delivery with all its attempts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryDetails {
    /// The delivery itself.
    pub delivery: ListedDelivery,
    /// The attempts so far, the oldest first; of more than a thousand, both ends.
    pub attempts: Vec<DeliveryAttempt>,
}

/// One notification owed to one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListedDelivery {
    /// The number of the delivery.
    pub id: i64,
    /// The number of the alert that called for it.
    pub alert_id: i64,
    /// The number of the notification it carries.
    pub notification_id: i64,
    /// The receiver that is told.
    pub receiver: String,
    /// The channel that carries it.
    pub channel: String,
    /// The severity of the alert.
    pub severity: AlertSeverity,
    /// The state of the delivery.
    pub state: DeliveryStage,
    /// The reason to notify.
    pub why: NotificationReason,
    /// The time at which the delivery became owed.
    #[schema(value_type = String, format = DateTime)]
    pub owed_at: Timestamp,
    /// The earliest time of the next attempt, while the delivery is pending.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_at: Option<Timestamp>,
    /// The number of attempts so far.
    pub attempts: i64,
    /// The time at which it was delivered or given up.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub settled_at: Option<Timestamp>,
    /// The last answer, or the reason that it was given up.
    pub reason: Option<String>,
    /// The progress of the contract of its notification.
    pub fulfilment: ContractProgress,
    /// The condition of the rung that called for it; none without an escalation.
    pub escalated: Option<EscalationCondition>,
    /// The number of the digest in which it last went out.
    pub digest: Option<i64>,
}
