//! The state that a decision needs, as plain values.

use std::sync::Arc;

use jiff::Timestamp;

use super::repeat::RepeatKey;
use crate::{
    Acknowledgement, Alert, AlertId, ChannelDelivery, ChannelName, ClockLeads, ContractState, ContractStatus,
    DeliveryId, DeliveryProgress, DeliveryTerms, DeviceKey, Incident, IncidentKey, Kind, Notification,
    NotificationId, ReceiverName, Unless,
};

/// A part of the state that must be read before a decision.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum StateKey {
    /// The open incident of a key by itself: [`DecisionState::incident`] without
    /// the alerts of [`OpenIncident`], and, if it is open, [`DecisionState::newest_alert`].
    Incident(IncidentKey),
    /// The open incident of a key with the alerts of [`OpenIncident`] and
    /// [`DecisionState::of_incident`]: enough to close it; and, if it is not open,
    /// [`DecisionState::newest_alert`].
    WholeIncident(IncidentKey),
    /// The open alarms of a device, read only where no incident is open under a key before this one:
    /// [`DecisionState::open_of_device`].
    OpenOfDevice(DeviceKey),
    /// A notification: one more of [`DecisionState::notifications`], if there is one.
    Notification(NotificationId),
    /// A notification like the above, and [`DecisionState::of_incident`] of its incident, open or not.
    IncidentOf(NotificationId),
}

/// The state that was read for a decision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DecisionState {
    /// The open incident that a key names.
    pub incident: Option<OpenIncident>,
    /// The newest alarm of the thing that a key names.
    pub newest_alert: Option<NewestAlert>,
    /// The open incidents of the device that a key names, in the order in which they began: no more than
    /// [`OpenIncident::MOST_OF_DEVICE`] and one.
    pub open_of_device: Vec<OpenIncident>,
    /// The notifications of the incident that a key names.
    pub of_incident: IncidentNotifications,
    /// The notifications that keys name, in the order of the keys.
    pub notifications: Vec<NotificationState>,
}

/// The newest alarm of a thing, for its repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewestAlert {
    /// The number of the alert.
    pub id: AlertId,
    /// The key by which a mere repeat is known; `None`: it was written before repeats were counted.
    pub repeat_key: Option<RepeatKey>,
    /// The time of its arrival, by the wall clock; `None` if it cannot be read.
    pub received_at: Option<Timestamp>,
}

/// An incident that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenIncident {
    /// The key under which it is kept: one that an earlier version began has no identity in it.
    pub key: IncidentKey,
    /// The incident that is open.
    pub incident: Incident,
    /// The newest alert that somebody was told of: it completes a resolution.
    pub last_alert: Option<Arc<Alert>>,
    /// The newest alert since then, of which nobody was told: it has the newest text.
    pub untold_alert: Option<Arc<Alert>>,
}

impl OpenIncident {
    /// The most open incidents of one device among which an end may find the one that it means: more are not looked
    /// through for each end that a sender repeats with every reading.
    pub const MOST_OF_DEVICE: usize = 100;
}

/// The notifications of one incident, as far as decisions about the whole incident need them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncidentNotifications {
    /// The notifications with a [`NotificationRecord::next_check_at`], by number.
    pub scheduled: Vec<NotificationState>,
    /// The channels on which something was owed, in the order in which it came to be: one entry for each
    /// delivery, or for each different one.
    pub told: Vec<ToldChannel>,
    /// The newest notification of the incident.
    pub newest: Option<NotificationId>,
}

/// A channel on which a receiver was owed something of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldChannel {
    /// The receiver that was told.
    pub receiver: ReceiverName,
    /// The channel that was told.
    pub channel: ChannelName,
    /// The content of the notification.
    pub content: ToldContent,
}

/// The content of a notification that somebody was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToldContent {
    /// The content is an alert.
    Alert,
    /// An acknowledgement by a person.
    Acknowledgement,
}

/// A notification as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationState {
    /// The number of the notification.
    pub id: NotificationId,
    /// The deliveries, by number.
    pub deliveries: Vec<DeliveryState>,
    /// The message and its contract, as far as they can be read.
    pub content: NotificationContent,
}

/// The content of a notification as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotificationContent {
    /// Everything can be read.
    Readable(NotificationRecord),
    /// The message or the terms cannot be read any more: nobody else can be told by them.
    Unreadable {
        /// The status of the contract, as far as it is known.
        status: ContractStatus,
        /// The time of the next evaluation; `None`: nothing was left to be done.
        next_check_at: Option<Timestamp>,
        /// The action of a person about an abandoned notification.
        handled: Option<Handled>,
    },
}

/// The content of a notification and the state of its contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationRecord {
    /// The content to be told.
    pub notification: Arc<Notification>,
    /// The leads of the time scales when the notification came to be.
    pub leads: ClockLeads,
    /// The terms; `None`: on the channels of the deliveries, together and at leisure.
    pub terms: Option<Arc<DeliveryTerms>>,
    /// The number of rungs that have been dealt with.
    pub climbed: usize,
    /// The status of the contract when it was last evaluated.
    pub status: ContractStatus,
    /// The time of the next evaluation even if nothing happens, by the clock of the contract; `None`: nothing is
    /// left to be done.
    pub next_check_at: Option<Timestamp>,
    /// The action of a person about an abandoned notification.
    pub handled: Option<Handled>,
    /// The first acknowledgement that covers the notification.
    pub acknowledged_by: Option<Acknowledgement>,
    /// The status of the incident.
    pub incident: IncidentStatus,
}

/// The status of a notification's incident. What is no alarm has none that fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncidentStatus {
    /// The incident fires.
    Open,
    /// The incident is over, or there never was one.
    Over,
}

/// The action of a person about an abandoned notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handled {
    /// The person had the deliveries tried again.
    Retried,
    /// The person discarded the notification.
    Discarded,
}

/// A delivery as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryState {
    /// The number of the delivery.
    pub id: DeliveryId,
    /// The channel that was told.
    pub channel: ChannelName,
    /// The time at which the delivery came to be: that of the notification, unless it was added later.
    pub owed_at: Timestamp,
    /// The status of the delivery.
    pub status: DeliveryStatus,
    /// The time before which no attempt is made, on the scale of promises.
    pub next_at: Timestamp,
    /// The number of attempts so far.
    pub attempts: u32,
    /// The end of the last attempt.
    pub last_attempt_at: Option<Timestamp>,
    /// The recipients still owed; `None` means all.
    pub only: Option<Vec<String>>,
    /// The condition of the rung that added the delivery.
    pub escalated: Option<Unless>,
    /// The last answer, or the reason for which the delivery is dead.
    pub reason: Option<String>,
}

/// The status of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// The delivery is still owed.
    Pending,
    /// Confirmed by the provider.
    Delivered,
    /// Given up; waits for a person.
    Dead,
    /// Given up, and discarded by a person.
    Discarded,
}

impl DeliveryStatus {
    /// The word for the status in the API and in the store.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
            Self::Discarded => "discarded",
        }
    }
}

impl Handled {
    /// The word for the action in the store.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Retried => "retried",
            Self::Discarded => "discarded",
        }
    }
}

impl DecisionState {
    /// The notification `id`, if it was read.
    pub(super) fn notification(&self, id: NotificationId) -> Option<&NotificationState> {
        self.notifications.iter().find(|it| it.id == id)
    }
}

impl NotificationState {
    /// The content and the contract; `None` if they cannot be read any more.
    #[must_use]
    pub fn record(&self) -> Option<&NotificationRecord> {
        match &self.content {
            NotificationContent::Readable(record) => Some(record),
            NotificationContent::Unreadable { .. } => None,
        }
    }

    /// The status of the contract.
    pub(super) fn status(&self) -> ContractStatus {
        match &self.content {
            NotificationContent::Readable(record) => record.status,
            NotificationContent::Unreadable { status, .. } => *status,
        }
    }

    /// Tells whether the contract is abandoned and no person has dealt with it.
    pub(super) fn is_unhandled(&self) -> bool {
        let handled = match &self.content {
            NotificationContent::Readable(record) => record.handled,
            NotificationContent::Unreadable { handled, .. } => *handled,
        };
        self.status() == ContractStatus::Abandoned && handled.is_none()
    }

    /// The terms that hold for the notification.
    pub(super) fn terms(&self, record: &NotificationRecord) -> Arc<DeliveryTerms> {
        let channels = || self.deliveries.iter().map(|it| it.channel.clone()).collect();
        record.terms.clone().unwrap_or_else(|| Arc::new(DeliveryTerms::plain(channels())))
    }

    /// The state of the contract.
    pub(super) fn contract(&self, record: &NotificationRecord) -> ContractState {
        let has_ended = record.incident == IncidentStatus::Over;
        ContractState {
            owed_at: record.notification.owed_at,
            deliveries: self.deliveries.iter().map(DeliveryState::progress).collect(),
            climbed: record.climbed,
            status: record.status,
            acknowledged: record.acknowledged_by.is_some(),
            resolved: has_ended && record.notification.alert.kind == Kind::Alarm, // a notice has no end
        }
    }

    /// The time of a step that is taken at `now`: not before the end of any attempt, whichever of two that end at
    /// the same time is settled first, and whatever somebody sets the clock to.
    pub(super) fn step_time(&self, now: Timestamp) -> Timestamp {
        self.deliveries.iter().filter_map(|it| it.last_attempt_at).fold(now, Timestamp::max)
    }

    /// Tells whether a delivery has this status.
    pub(super) fn has(&self, status: DeliveryStatus) -> bool {
        self.deliveries.iter().any(|it| it.status == status)
    }
}

impl DeliveryState {
    fn progress(&self) -> ChannelDelivery {
        let progress = match self.status {
            DeliveryStatus::Delivered => DeliveryProgress::Delivered,
            // A channel that has served some recipients works.
            DeliveryStatus::Pending if self.attempts > 0 && self.only.is_none() => DeliveryProgress::Retrying,
            DeliveryStatus::Pending => DeliveryProgress::Pending,
            DeliveryStatus::Dead | DeliveryStatus::Discarded => DeliveryProgress::Dead,
        };
        ChannelDelivery { channel: self.channel.clone(), at: self.owed_at, progress }
    }
}
