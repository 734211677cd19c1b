//! The explanation of an alert: its routing, its notifications and its timeline.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::acknowledge::AcknowledgedBy;
use super::alerts::{AlertContent, SuppressedReceiver};
use super::attempt::DeliveryAttempt;
use super::steps::ExplainedStep;
use super::terms::ReceiverTerms;
use super::timeline::TimelineEvent;
use crate::{
    AlertState, ContractProgress, DeliveryStage, EscalationCondition, LetterHandling, NotificationReason,
    SuppressionReason,
};

/// Everything that happened to one alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertExplanation {
    /// The number of the alert.
    pub id: i64,
    /// The time of acceptance.
    #[schema(value_type = String, format = DateTime)]
    pub received_at: Timestamp,
    /// The number of mere repeats: the same alert sent again, of which nobody was told.
    #[serde(default)]
    pub repeats: u32,
    /// The time of the last repeat; none if there is no repeat.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub repeated_at: Option<Timestamp>,
    /// The reasons that nobody was told of the last repeat; none if there is no repeat, or they were not kept.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub repeat_reasons: Vec<SuppressionReason>,
    /// The number of the first alert of the incident.
    pub incident: i64,
    /// The beginning of the incident, by the source's clock.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// The alert as it was sent.
    pub alert: AlertContent,
    /// The number of the policy that decided; none for an alert from before policies were kept.
    pub policy: Option<i64>,
    /// The receivers that were not told.
    pub held: Vec<SuppressedReceiver>,
    /// The notifications, in the order of their numbers.
    pub notifications: Vec<ExplainedNotification>,
    /// The acknowledgements of the incident.
    pub acknowledgements: Vec<ExplainedAcknowledgement>,
    /// Earlier alerts of the incident that somebody was told of, the newest first; at most 100.
    pub before: Vec<IncidentAlert>,
    /// Later alerts of the incident that somebody was told of, the oldest first; at most 100.
    pub after: Vec<IncidentAlert>,
    /// The texts of the incident, the oldest first: each that differs from the one before. None: it never changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<ReportedText>,
    /// The way in which the receivers were chosen.
    pub routing: RoutingExplanation,
    /// The events, the oldest first.
    pub timeline: Vec<TimelineEvent>,
    /// The rows that are left out between the beginnings and the ends of long lists; none: nothing is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<LeftOutRows>,
}

/// The text of an incident, from one report on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportedText {
    /// The number of the alert that reported it.
    pub alert: i64,
    /// The time of acceptance.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The title and the other texts of the alert, on one line.
    pub text: String,
}

/// The numbers of rows that an explanation leaves out: of a list of more than a hundred it has both ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftOutRows {
    /// Notifications, with all that belongs to them.
    pub notifications: u64,
    /// Numbers of the alerts that a notification tells of.
    pub alerts: u64,
    /// Deliveries, with their attempts.
    pub deliveries: u64,
    /// Attempts of deliveries that are not left out.
    pub attempts: u64,
    /// Steps of notifications that are not left out.
    pub steps: u64,
    /// Acknowledgements of the incident.
    pub acknowledgements: u64,
}

/// A notification of one receiver, with all that happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExplainedNotification {
    /// The number of the notification.
    pub id: i64,
    /// The numbers of the alerts that it tells of, in the order in which they are told.
    #[serde(default)]
    pub alerts: Vec<i64>,
    /// The name of the receiver.
    pub receiver: String,
    /// The route that points at the receiver; none where the receiver was told before.
    pub route: Option<String>,
    /// The reason to notify.
    pub why: NotificationReason,
    /// The time of its beginning.
    #[schema(value_type = String, format = DateTime)]
    pub owed_at: Timestamp,
    /// The terms; none: all channels, without a time limit.
    pub terms: Option<ReceiverTerms>,
    /// The progress of the contract.
    pub fulfilment: ContractProgress,
    /// The time at which something is due even if nothing happens.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub look_at: Option<Timestamp>,
    /// The way in which a person handled an abandoned contract.
    pub dealt_with: Option<LetterHandling>,
    /// The acknowledgement that the notification tells of.
    pub acknowledgement: Option<AcknowledgedBy>,
    /// The deliveries, in the order in which their channels were added.
    pub deliveries: Vec<ExplainedDelivery>,
    /// The steps, in their order.
    pub steps: Vec<ExplainedStep>,
}

/// A delivery of a notification, with its attempts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExplainedDelivery {
    /// The number of the delivery.
    pub id: i64,
    /// The name of the channel.
    pub channel: String,
    /// The time at which the channel was added.
    #[schema(value_type = String, format = DateTime)]
    pub called_at: Timestamp,
    /// The condition of the rung that called for it; none without an escalation.
    pub escalated: Option<EscalationCondition>,
    /// The state of the delivery.
    pub state: DeliveryStage,
    /// The earliest time of the next attempt, while the delivery is pending: not before its channel may send.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_at: Option<Timestamp>,
    /// The beginning of the attempt that is under way; none if none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub under_way_since: Option<Timestamp>,
    /// The number of attempts so far.
    pub attempted: u32,
    /// The time at which it was delivered or given up.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub settled_at: Option<Timestamp>,
    /// The last answer, or the reason that it was given up.
    pub reason: Option<String>,
    /// The number of the digest in which it last went out.
    pub digest: Option<i64>,
    /// The attempts, the oldest first.
    pub attempts: Vec<DeliveryAttempt>,
}

/// An acknowledgement of the incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExplainedAcknowledgement {
    /// The name of the person who takes care.
    pub by: String,
    /// The time of the acknowledgement.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The notification whose link was followed, or whose alert was named.
    pub notification: i64,
    /// The newest notification that it covers.
    pub up_to: i64,
}

/// Another alert of the same incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IncidentAlert {
    /// The number of the alert.
    pub id: i64,
    /// The time of acceptance.
    #[schema(value_type = String, format = DateTime)]
    pub received_at: Timestamp,
    /// The reported state.
    pub status: AlertState,
}

/// The way in which the receivers of an alert were chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum RoutingExplanation {
    /// By the routing tree, as it was when the alert came.
    Routes {
        /// Every route in the order of the config, with the reason that the alert went there or not.
        routes: Vec<RouteCheck>,
    },
    /// By the earlier notifications: receivers that were told of the beginning are told of the end.
    ToldBefore,
    /// By the sender: a test of a channel, or an alert of the gateway about itself.
    Chosen,
    /// By a policy that is not known any more.
    Unknown {
        /// The reason that it is not known.
        why: String,
        /// The reason that it is not known, for programs.
        because: PolicyGap,
    },
}

/// The reason that a policy is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PolicyGap {
    /// The policy was not kept when the alert came.
    NotKept,
    /// The policy that was kept cannot be read.
    Unreadable,
}

/// A route, and the reason that an alert went there or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RouteCheck {
    /// The path of the route in the config, e.g. `route.routes[0]`.
    pub route: String,
    /// The name of its receiver.
    pub receiver: String,
    /// The result of its matchers.
    pub matched: bool,
    /// The reason for the result, in English.
    pub why: String,
    /// The reason for the result, for programs; none from a gateway of an earlier version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<RouteReason>,
}

/// The reason that an alert went to a route or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum RouteReason {
    /// The route has no matchers.
    Everything,
    /// All its matchers match.
    Matched {
        /// The matchers as the config writes them.
        matchers: Vec<String>,
    },
    /// A matcher asks for a label that the alert does not have.
    NoLabel {
        /// The first matcher that does not match.
        matcher: String,
        /// The label that is missing.
        label: String,
    },
    /// A matcher asks for another text than the label has.
    OtherText {
        /// The first matcher that does not match.
        matcher: String,
        /// The text of the label.
        text: String,
    },
    /// A route before it matched, and does not say `continue`.
    NotTried {
        /// The path of that route.
        taken: String,
    },
}

impl fmt::Display for RouteReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("matches everything"),
            Self::Matched { matchers } => write!(f, "matches {}", matchers.join(", ")),
            Self::NoLabel { matcher, label } => write!(f, "not {matcher}: the alert has no `{label}`"),
            Self::OtherText { matcher, text } => write!(f, "not {matcher}: it is `{text}`"),
            Self::NotTried { taken } => {
                write!(f, "not tried: {taken} matched and does not say `continue`")
            }
        }
    }
}
