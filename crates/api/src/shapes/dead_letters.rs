//! Dead letters: deliveries that were given up, and contracts that were abandoned.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::attempt::DeliveryAttempt;
use crate::{AlertSeverity, ContractProgress};

/// The filter of a list of dead letters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)] // a mistyped filter must not show everything
#[into_params(parameter_in = Query)]
pub struct DeadLetterQuery {
    /// The channel that the dead letters must be on.
    pub channel: Option<String>,
    /// The receiver that the dead letters must be for.
    pub receiver: Option<String>,
    /// Dead letters given up at this time or later are listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>, format = DateTime)]
    pub since: Option<Timestamp>,
    /// Dead letters given up before this time are listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// The dead letter after which the list continues, for paging, e.g. `d17`.
    pub before: Option<String>,
    /// The number of dead letters at most: 100 unless given, 1000 at the most.
    pub limit: Option<u32>,
}

/// A list of dead letters, those of the newest notification first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetterList {
    /// The dead letters.
    pub dead_letters: Vec<DeadLetterEntry>,
    /// The value of `before` with which the list goes on, also if this part of it is empty; none: nothing is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_before: Option<String>,
}

/// One dead letter: a delivery that was given up, or an abandoned contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetterEntry {
    /// The name: `d17` for a delivery, `n5` for a notification.
    pub id: String,
    /// The number of the alert that called for it.
    pub alert_id: i64,
    /// The subject of the alert, in a few words.
    pub title: String,
    /// The subject in Chinese, where the alert's source gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_zh: Option<String>,
    /// The severity of the alert.
    pub severity: AlertSeverity,
    /// The number of the notification.
    pub notification_id: i64,
    /// The receiver that was to be told.
    pub receiver: String,
    /// The channel; none for a notification.
    pub channel: Option<String>,
    /// The reason that it was given up.
    pub reason: String,
    /// The number of attempts; of a notification, those of all its deliveries.
    pub attempts: u32,
    /// The time at which it was given up.
    #[schema(value_type = String, format = DateTime)]
    pub given_up_at: Timestamp,
    /// The progress of the contract with the receiver.
    pub fulfilment: ContractProgress,
}

/// One dead letter, with every attempt that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetterDetails {
    /// The dead letter.
    pub dead_letter: DeadLetterEntry,
    /// The attempts, the oldest first; none for a notification. Of more than a thousand, both ends.
    pub attempts: Vec<DeliveryAttempt>,
}

/// The dead letters to retry or discard: either `ids`, or at least one of the criteria.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)] // a mistyped filter must not touch everything
pub struct DeadLetterSelection {
    /// The names of the dead letters, e.g. `d17`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids: Option<Vec<String>>,
    /// All dead letters on this channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// All dead letters of this receiver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiver: Option<String>,
    /// All dead letters given up at this time or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<Timestamp>,
    /// All dead letters given up before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// The name of the person who does this; `api` unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The reason of a discard, at most 500 characters; a retry has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The result of a retry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RetryResult {
    /// The number of dead letters that are tried again.
    pub retried: u64,
}

/// The result of a discard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DiscardResult {
    /// The number of dead letters that were discarded.
    pub discarded: u64,
}
