//! The rows that a decision writes, a plain value.

use std::sync::Arc;

use jiff::Timestamp;

use super::dead_letter_id::DeadLetterId;
use super::repeat::RepeatKey;
use super::settlement::{AccountHold, Delivery, DigestRef, SendId};
use super::state::{DeliveryStatus, Handled};
use crate::{
    Acknowledgement, Alert, AlertId, ChannelName, ClockLeads, ContractStatus, Decision, DeliveryId,
    DeliveryTerms, DeviceKey, Fingerprint, GroupKey, IncidentDigest, IncidentKey, LastNotified, MessageForm,
    Notification, NotificationId, PolicyId, ReceiverName, RoutePath, Severity, SourceName, Step, Suppression,
    Unless, Why, shifted,
};

/// The rows that a decision writes.
///
/// Each list is one table's. Rows are inserted in the order of their list; new rows name each other by
/// their position, since their numbers come from the store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Alerts to insert.
    pub alerts: Vec<NewAlert>,
    /// Alerts that were seen again: the time of the last sight, and one more repeat.
    pub repeats: Vec<RepeatedAlert>,
    /// Incidents to begin, change or close.
    pub incidents: Vec<IncidentUpdate>,
    /// Notifications to insert.
    pub notifications: Vec<NewNotification>,
    /// Notifications whose contract changes.
    pub updated_notifications: Vec<NotificationUpdate>,
    /// Deliveries to insert.
    pub deliveries: Vec<NewDelivery>,
    /// Deliveries that change.
    pub updated_deliveries: Vec<DeliveryUpdate>,
    /// Attempts to enter.
    pub attempts: Vec<NewAttempt>,
    /// Steps to enter.
    pub steps: Vec<NewStep>,
    /// Acknowledgements to enter.
    pub acknowledgements: Vec<NewAcknowledgement>,
    /// Sends that have ended.
    pub ended_sends: Vec<SendEnd>,
    /// Accounts that must be silent. Of two silences the one that ends later counts, unless it begins only
    /// after the newer one: it was asked for before the clock was set back.
    pub holds: Vec<AccountHold>,
    /// The times at which notifications are evaluated again. No rows: timers, after the commit.
    pub rechecks: Vec<RecheckAt>,
    /// Deliveries that were dead and are owed again. No rows: for the lanes, after the commit.
    pub revived: Vec<Delivery>,
    /// Deliveries that were pending all the while and need wait no longer. No rows: for the lanes.
    pub retry_now: Vec<DeliveryId>,
    /// Deliveries that wait for nothing any more. No rows: their lanes let go of them, after the commit.
    pub withdrawn: Vec<DeliveryId>,
    /// The dead letters that a person has dealt with. No rows: an answer.
    pub dead_letters: Vec<DeadLetterId>,
}

/// An alert, old or new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertRef {
    /// One that the store has.
    Existing(AlertId),
    /// The one at this position of [`Changes::alerts`].
    New(usize),
}

/// A notification, old or new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotificationRef {
    /// One that the store has.
    Existing(NotificationId),
    /// The one at this position of [`Changes::notifications`].
    New(usize),
}

/// An alert to insert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAlert {
    /// The time at which the alert was accepted.
    pub received_at: Timestamp,
    /// The leads of the time scales at that time.
    pub leads: ClockLeads,
    /// The first alert of the same incident: perhaps the new one itself.
    pub incident: AlertRef,
    /// The beginning of the incident, by the source's clock.
    pub since: Timestamp,
    /// The alert; a resolution is completed with the alert that was last told.
    pub alert: Arc<Alert>,
    /// The alert as JSON, if that was made before and still holds.
    pub json: Option<Arc<str>>,
    /// The policy by which was decided.
    pub policy: Option<PolicyId>,
    /// The decisions: one for each receiver.
    pub decisions: Vec<Decision>,
    /// The key by which a mere repeat of the alert is known; `None`: each one is told.
    pub repeat_key: Option<RepeatKey>,
}

/// An alert that was seen again, and of which nobody is told: no row of its own is inserted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepeatedAlert {
    /// The alert that is repeated.
    pub id: AlertId,
    /// The time of the repeat.
    pub seen_at: Timestamp,
    /// The leads of the time scales at that time.
    pub leads: ClockLeads,
    /// The alert as it was sent this time. Not stored: it differs from the first one in its times only.
    pub alert: Arc<Alert>,
    /// The decisions, none of which is to tell.
    pub decisions: Vec<Decision>,
}

impl RepeatedAlert {
    /// The reasons for which nobody is told, each once, in the order of the receivers.
    #[must_use]
    pub fn reasons(&self) -> Vec<Suppression> {
        let mut reasons = Vec::new();
        for reason in self.decisions.iter().filter_map(Decision::suppression) {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        reasons
    }
}

/// A change of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IncidentUpdate {
    /// An incident begins, or somebody was told of it again.
    Keep {
        /// The key of the incident; of one that is open the key under which it is kept.
        key: IncidentKey,
        /// The first alert. Does not change while the incident is open.
        first: AlertRef,
        /// The newest alert that somebody was told of.
        last: AlertRef,
        /// The beginning, by the source's clock. Does not change while the incident is open.
        since: Timestamp,
        /// The device, if ends that fit no alarm of their own may mean this one. Does not change either.
        device: Option<DeviceKey>,
        /// The last notification of each receiver.
        told: Vec<LastNotified>,
        /// The acknowledgement that still counts.
        acknowledged: Option<Acknowledgement>,
    },
    /// A person takes care of the incident, if it is the one that is open.
    Acknowledge {
        /// The fingerprint of the incident.
        fingerprint: Fingerprint,
        /// The first alert.
        first: AlertId,
        /// The acknowledgement by a person.
        acknowledged: Acknowledgement,
    },
    /// The incident that is kept under a key is over.
    Close(IncidentKey),
}

/// A notification to insert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotification {
    /// The alert that called for it.
    pub alert_id: AlertRef,
    /// The first alert of the same incident.
    pub incident: AlertRef,
    /// The group of alerts that it tells of.
    pub group: GroupKey,
    /// The alert that it tells of.
    pub alert: Arc<Alert>,
    /// The other alerts of the group, in the order in which they are told.
    pub others: Vec<NewGroupedAlert>,
    /// The beginning of the incident, by the source's clock.
    pub since: Timestamp,
    /// The receiver that is told.
    pub receiver: ReceiverName,
    /// The route that points at the receiver.
    pub route: Option<RoutePath>,
    /// The reason for telling it now.
    pub why: Why,
    /// The time at which it was decided. Its contract counts by the wall clock of that time, as if nobody set it.
    pub owed_at: Timestamp,
    /// The leads of the time scales at that time.
    pub leads: ClockLeads,
    /// The number of channels that are told first.
    pub first_channels: usize,
    /// The terms; `None`: no evaluation will ever be needed.
    pub terms: Option<Arc<DeliveryTerms>>,
    /// Tells whether messages ask for an acknowledgement.
    pub asks: bool,
    /// The acknowledgement that it tells of.
    pub acknowledged_by: Option<Acknowledgement>,
    /// The status of the contract.
    pub status: ContractStatus,
    /// The number of rungs that have been dealt with.
    pub climbed: usize,
    /// The time of the next evaluation even if nothing happens.
    pub next_check_at: Option<Timestamp>,
}

/// One more alert of a new notification's group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGroupedAlert {
    /// The alert, old or new.
    pub id: AlertRef,
    /// The content of the alert.
    pub alert: Arc<Alert>,
}

/// The new state of a notification's contract, all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotificationUpdate {
    /// The notification that is concerned.
    pub id: NotificationId,
    /// The status of the contract.
    pub status: ContractStatus,
    /// The number of rungs that have been dealt with.
    pub climbed: usize,
    /// The time of the next evaluation even if nothing happens.
    pub next_check_at: Option<Timestamp>,
    /// The action of a person about it, if it is abandoned.
    pub handled: Option<Handled>,
}

/// A delivery to insert: pending, without attempts, in full, to all recipients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// The notification that is concerned.
    pub notification: NotificationRef,
    /// The source of the alert.
    pub source: SourceName,
    /// The incident, or what would be one, that the alert is of.
    pub about: IncidentDigest,
    /// The channel that is told.
    pub channel: ChannelName,
    /// The severity of the alert.
    pub severity: Severity,
    /// The time at which it comes to be, by the clock of the contract, and before which no attempt is made.
    pub owed_at: Timestamp,
    /// The time at which its notification came to be.
    pub notification_owed_at: Timestamp,
    /// The leads of the time scales when its notification came to be.
    pub leads: ClockLeads,
    /// The condition of the rung that adds it.
    pub escalated: Option<Unless>,
    /// Tells whether the message asks for an acknowledgement.
    pub asks: bool,
    /// Tells whether the notification is evaluated again after each attempt.
    pub needs_recheck: bool,
}

/// A change of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryUpdate {
    /// The delivery that is concerned.
    pub id: DeliveryId,
    /// The change of its columns.
    pub change: DeliveryChange,
}

/// The columns of a delivery that change; the others stay as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryChange {
    /// The delivery has come to an end.
    Settled {
        /// The end: delivered or dead.
        status: DeliveryStatus,
        /// The number of attempts.
        attempts: u32,
        /// The time at which it happens.
        settled_at: Timestamp,
        /// The provider's answer, or the reason for giving up.
        reason: String,
    },
    /// Another attempt follows.
    Again {
        /// The number of attempts.
        attempts: u32,
        /// The time before which no attempt is made, on the scale of promises.
        next_at: Timestamp,
        /// The number of failures so far.
        failures: u32,
        /// The form of the next attempt.
        form: MessageForm,
        /// The recipients still owed; `None` means all.
        only: Option<Vec<String>>,
        /// The provider's answer.
        reason: String,
        /// The digest in which it is repeated.
        digest: Option<DigestRef>,
    },
    /// A dead delivery is pending again: no failures, in full form, not settled, without a reason, in no digest.
    Revived {
        /// The time before which no attempt is made, on the scale of promises.
        next_at: Timestamp,
    },
    /// A pending delivery need wait no longer.
    Hastened {
        /// The time before which no attempt is made, on the scale of promises.
        next_at: Timestamp,
    },
    /// A dead delivery waits for nobody any more.
    Discarded {
        /// The reason of its death, and the person's.
        reason: String,
    },
}

/// One attempt, with the provider's answer. Replaces an earlier record of the same attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAttempt {
    /// The delivery that is concerned.
    pub delivery: DeliveryId,
    /// The number of the attempt, from 1.
    pub ordinal: u32,
    /// The time at which it began.
    pub started_at: Timestamp,
    /// The time at which it ended.
    pub ended_at: Timestamp,
    /// One word for the end.
    pub word: &'static str,
    /// The provider's answer.
    pub words: String,
}

/// A step to enter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewStep {
    /// The notification that is concerned.
    pub notification: NotificationRef,
    /// The content of the notification; `None` if it is new, or cannot be read. No row: a report, after the commit.
    pub subject: Option<Arc<Notification>>,
    /// The time at which it happens.
    pub at: Timestamp,
    /// The step that was taken.
    pub step: Step,
}

/// An acknowledgement to enter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAcknowledgement {
    /// The first alert of the incident.
    pub incident: AlertId,
    /// The notification whose link was followed.
    pub notification: NotificationId,
    /// The newest notification of the incident; later ones are not covered.
    pub up_to: NotificationId,
    /// The person and the time.
    pub acknowledgement: Acknowledgement,
}

/// A send that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendEnd {
    /// The send that has ended.
    pub send: SendId,
    /// The time at which it happens, on the scale of what has passed for certain.
    pub ended_at: Timestamp,
}

/// The time at which a notification, old or new, is evaluated again, on the scale of promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecheckAt {
    /// The notification that is concerned.
    pub notification: NotificationRef,
    /// The time; `None`: nothing is left to be done.
    pub at: Option<Timestamp>,
}

/// The time at which a notification is evaluated again even if nothing happens to it, on the scale of promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recheck {
    /// The notification that is concerned.
    pub notification: NotificationId,
    /// The time; `None`: nothing is left to be done.
    pub at: Option<Timestamp>,
}

impl NewDelivery {
    /// The time before which no attempt is made, on the scale of promises.
    #[must_use]
    pub fn next_at(&self) -> Timestamp {
        shifted(self.owed_at, self.leads.promise)
    }
}

impl Changes {
    /// Tells whether nothing is written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
