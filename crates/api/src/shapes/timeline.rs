//! The events of an alert, in the order in which they happened.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::steps::StepDetails;
use super::terms::ReceiverTerms;
use crate::{AlertSeverity, AttemptVerdict, NotificationReason, SuppressionReason};

/// An event of an alert, with its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimelineEvent {
    /// The time of the event; of an attempt, the time of its end.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The event itself.
    #[serde(flatten)]
    pub what: EventDetails,
}

/// An event of an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventDetails {
    /// The alert was stored with all it called for, and its source was answered.
    Accepted {
        /// The number of the alert.
        alert: i64,
        /// The name of the source.
        source: String,
        /// The severity on arrival.
        severity: AlertSeverity,
    },
    /// A receiver was not told.
    Held {
        /// The name of the receiver.
        receiver: String,
        /// The route that points at the receiver; none where the receiver was told before.
        route: Option<String>,
        /// The reason for the silence.
        #[schema(value_type = String)]
        reason: SuppressionReason,
    },
    /// A notification of a receiver began.
    Owed {
        /// The number of the notification.
        notification: i64,
        /// The name of the receiver.
        receiver: String,
        /// The route that points at the receiver; none where the receiver was told before.
        route: Option<String>,
        /// The reason to notify.
        why: NotificationReason,
        /// The channels that were told at once.
        channels: Vec<String>,
        /// The terms; none: all channels, without a time limit.
        terms: Option<ReceiverTerms>,
    },
    /// An attempt to deliver ended.
    Attempt {
        /// The number of the notification.
        notification: i64,
        /// The name of the receiver.
        receiver: String,
        /// The number of the delivery.
        delivery: i64,
        /// The name of the channel.
        channel: String,
        /// The number of the attempt, from 1.
        attempt: i64,
        /// The outcome in one word.
        outcome: AttemptVerdict,
        /// The provider's words, or what went wrong.
        words: String,
        /// The milliseconds that the attempt took.
        latency_ms: u64,
        /// The number of the digest that carried it.
        digest: Option<i64>,
    },
    /// A delivery was given up.
    GivenUp {
        /// The number of the notification.
        notification: i64,
        /// The name of the receiver.
        receiver: String,
        /// The number of the delivery.
        delivery: i64,
        /// The name of the channel.
        channel: String,
        /// The reason for giving up.
        reason: String,
    },
    /// A step was taken about a notification.
    Step {
        /// The number of the notification.
        notification: i64,
        /// The name of the receiver.
        receiver: String,
        /// The step and its reason.
        #[serde(flatten)]
        step: StepDetails,
    },
    /// The gateway was started again while something was still to be done.
    Restarted {
        /// The channels on which an attempt was cut off by the end of the run before: it may have been delivered.
        /// Known of the last start only.
        cut_off: Vec<String>,
    },
    /// The incident was reported in other words than before, whether anybody was told or not.
    Reworded {
        /// The number of the alert that reported it.
        alert: i64,
        /// The texts of the alert, on one line.
        text: String,
    },
    /// The incident was acknowledged.
    Acknowledged {
        /// The notification whose link was followed, or whose alert was named.
        notification: i64,
        /// The name of the person who takes care.
        by: String,
    },
}
