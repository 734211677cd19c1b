//! A delivery, and the outcome of an attempt of it.

use jiff::Timestamp;

use crate::{
    Account, ChannelName, ClockLeads, DeliveryId, IncidentDigest, MessageForm, NotificationId, Severity,
    SourceName, Unless,
};

/// One notification owed to one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The number of the delivery.
    pub id: DeliveryId,
    /// The notification that is told.
    pub notification: NotificationId,
    /// The source of the alert.
    pub source: SourceName,
    /// The incident, or what would be one, that the alert is of; a channel is told of one thing in order.
    pub about: IncidentDigest,
    /// The channel that is told.
    pub channel: ChannelName,
    /// The severity of the alert: the worst goes first.
    pub severity: Severity,
    /// The time at which the delivery came to be.
    pub owed_at: Timestamp,
    /// The leads of the time scales when its notification came to be.
    pub leads: ClockLeads,
    /// The time before which no attempt is made, on the scale of promises.
    pub next_at: Timestamp,
    /// The number of attempts so far.
    pub attempts: u32,
    /// The number of attempts that failed, other than by being told to wait.
    pub failures: u32,
    /// The form of the next attempt.
    pub form: MessageForm,
    /// The recipients still owed; `None` means all.
    pub only: Option<Vec<String>>,
    /// The condition of the rung that added the delivery: told because it has not come about.
    pub escalated: Option<Unless>,
    /// Tells whether the message asks for an acknowledgement.
    pub asks: bool,
    /// Tells whether the notification is evaluated again after each attempt.
    pub needs_recheck: bool,
    /// The digest in which the delivery went out, which is repeated as it was.
    pub digest: Option<DigestRef>,
}

/// A digest that went out, perhaps in vain: it is repeated with the same deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DigestRef {
    /// The number of the digest.
    pub id: i64,
    /// The time at which it first went out.
    pub made_at: Timestamp,
}

/// The number of one request to a provider, entered before it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendId(pub i64);

/// The outcome of one attempt, for one delivery that it carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The delivery that was attempted.
    pub delivery: DeliveryId,
    /// The notification of the delivery.
    pub notification: NotificationId,
    /// Tells whether that notification is evaluated again after each attempt.
    pub needs_recheck: bool,
    /// The number of the attempt, from 1.
    pub ordinal: u32,
    /// The time at which the attempt began.
    pub started_at: Timestamp,
    /// The time at which the attempt ended.
    pub ended_at: Timestamp,
    /// One word for the end: `delivered`, `partial`, or that of the error.
    pub word: &'static str,
    /// The provider's answer.
    pub words: String,
    /// The outcome for the delivery.
    pub outcome: DeliveryOutcome,
    /// The send as which the attempt was entered, if its account has a budget.
    pub send: Option<SendId>,
    /// The silence that the provider asks of the account.
    pub hold: Option<AccountHold>,
}

/// The outcome of an attempt for a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The provider took it.
    Delivered,
    /// Another attempt follows.
    Pending {
        /// The time before which no attempt is made, on the scale of promises.
        next_at: Timestamp,
        /// The number of failures so far.
        failures: u32,
        /// The form of the next attempt.
        form: MessageForm,
        /// The recipients still owed; `None` means all.
        only: Option<Vec<String>>,
        /// The digest in which it is repeated; `None`: by itself.
        digest: Option<DigestRef>,
    },
    /// The delivery is given up.
    Dead {
        /// The reason for giving up.
        reason: String,
    },
    /// The delivery is given up, and a person has the answer already: it is no dead letter.
    Answered {
        /// The reason for giving up.
        reason: String,
    },
}

/// An account that must be silent for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountHold {
    /// The account that must be silent.
    pub account: Account,
    /// The beginning of the silence, on the scale of what has passed for certain.
    pub since: Timestamp,
    /// The end of the silence, on the same scale.
    pub until: Timestamp,
    /// The provider's words.
    pub reason: String,
}
