//! Changes that were written, with the numbers their rows got.

use std::sync::Arc;

use super::changes::{
    AlertRef, Changes, NewAcknowledgement, NewAlert, NewDelivery, NewGroupedAlert, NewNotification, NewStep,
    NotificationRef, Recheck, RecheckAt, RepeatedAlert,
};
use super::dead_letter_id::DeadLetterId;
use super::settlement::Delivery;
use crate::{
    Alert, AlertId, ContractStatus, Decision, DeliveryId, GroupedAlert, MessageForm, Notification,
    NotificationId, Status, Step,
};

/// The numbers of new rows, in the order of the lists of [`Changes`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssignedIds {
    /// The numbers of [`Changes::alerts`].
    pub alerts: Vec<AlertId>,
    /// The numbers of [`Changes::notifications`].
    pub notifications: Vec<NotificationId>,
    /// The numbers of [`Changes::deliveries`].
    pub deliveries: Vec<DeliveryId>,
}

/// Changes that are on the disk, as far as somebody must act on them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Committed {
    /// The alert that was reported.
    pub alerts: Vec<CommittedAlert>,
    /// The new notifications, by number.
    pub notifications: Vec<Arc<Notification>>,
    /// The deliveries that the lanes must carry out: those of earlier notifications first.
    pub deliveries: Vec<Delivery>,
    /// The times at which notifications are evaluated again.
    pub rechecks: Vec<Recheck>,
    /// Deliveries that were pending all the while and need wait no longer.
    pub retry_now: Vec<DeliveryId>,
    /// Deliveries that the lanes must let go of.
    pub withdrawn: Vec<DeliveryId>,
    /// The dead letters that a person has dealt with.
    pub dead_letters: Vec<DeadLetterId>,
    /// The steps that were taken, but for those about a notification that cannot be read.
    pub steps: Vec<CommittedStep>,
    /// True if a contract was abandoned, of a notification that cannot be read too.
    pub has_abandoned: bool,
    /// The acknowledgements by people.
    pub acknowledgements: Vec<NewAcknowledgement>,
}

/// The step by which a contract is abandoned.
const ABANDONED: Step = Step::Settle { status: ContractStatus::Abandoned };

/// A step that is on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedStep {
    /// The notification that is concerned.
    pub notification: Arc<Notification>,
    /// The step that was taken.
    pub step: Step,
}

/// An alert that is on the disk, with all it calls for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedAlert {
    /// The number of the alert; of a mere repeat that of the alert that it repeats.
    pub id: AlertId,
    /// The alert; a resolution is completed with the alert that was last told.
    pub alert: Arc<Alert>,
    /// The decisions: one for each receiver.
    pub decisions: Vec<Decision>,
    /// The record of it: a row of its own, or one more repeat of an earlier alert.
    pub entry: AlertEntry,
    /// The first alert of the incident that it ends.
    pub ended: Option<AlertId>,
}

/// The record of an accepted alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertEntry {
    /// A row of its own.
    New,
    /// One more repeat in the row of an earlier alert.
    Repeat,
}

impl Committed {
    /// The steps by which contracts were abandoned.
    pub fn abandoned(&self) -> impl Iterator<Item = &CommittedStep> {
        self.steps.iter().filter(|it| it.step == ABANDONED)
    }

    /// `changes` that were written, whose new rows got `ids`.
    ///
    /// There must be a number for each new row.
    #[must_use]
    pub fn new(changes: Changes, ids: &AssignedIds) -> Self {
        let notifications: Vec<_> = ids
            .notifications
            .iter()
            .zip(changes.notifications)
            .map(|(id, new)| Arc::new(notification(*id, new, ids)))
            .collect();
        let mut deliveries: Vec<_> =
            ids.deliveries.iter().zip(changes.deliveries).map(|(id, new)| delivery(*id, new, ids)).collect();
        // Earlier notifications are told before what is new.
        deliveries.sort_by_key(|it| ids.notifications.contains(&it.notification));
        deliveries.extend(changes.revived);
        let repeats = changes.repeats.into_iter().map(repeated);
        let alerts = ids.alerts.iter().zip(changes.alerts).map(|(id, new)| accepted(*id, new));
        let has_abandoned = changes.steps.iter().any(|it| it.step == ABANDONED);
        let steps = changes.steps.into_iter().filter_map(|it| step(it, &notifications, ids)).collect();
        Self {
            alerts: repeats.chain(alerts).collect(),
            notifications,
            deliveries,
            rechecks: changes.rechecks.into_iter().map(|it| recheck(it, ids)).collect(),
            retry_now: changes.retry_now,
            withdrawn: changes.withdrawn,
            dead_letters: changes.dead_letters,
            steps,
            has_abandoned,
            acknowledgements: changes.acknowledgements,
        }
    }

    /// The new notification `id`.
    #[must_use]
    pub fn notification(&self, id: NotificationId) -> Option<&Arc<Notification>> {
        find(&self.notifications, id)
    }
}

impl AssignedIds {
    /// The number of `alert`.
    #[must_use]
    pub fn alert(&self, alert: AlertRef) -> AlertId {
        match alert {
            AlertRef::Existing(id) => id,
            AlertRef::New(index) => self.alerts[index],
        }
    }

    /// The number of `notification`.
    #[must_use]
    pub fn notification(&self, notification: NotificationRef) -> NotificationId {
        match notification {
            NotificationRef::Existing(id) => id,
            NotificationRef::New(index) => self.notifications[index],
        }
    }
}

/// The notification `id` of `notifications`, which stand by number.
fn find(notifications: &[Arc<Notification>], id: NotificationId) -> Option<&Arc<Notification>> {
    let index = notifications.binary_search_by_key(&id, |it| it.id).ok()?;
    notifications.get(index)
}

fn step(new: NewStep, notifications: &[Arc<Notification>], ids: &AssignedIds) -> Option<CommittedStep> {
    let NewStep { notification, subject, at: _, step } = new;
    let found = || find(notifications, ids.notification(notification)).map(Arc::clone);
    Some(CommittedStep { notification: subject.or_else(found)?, step })
}

fn accepted(id: AlertId, new: NewAlert) -> CommittedAlert {
    let NewAlert {
        received_at: _,
        leads: _,
        incident,
        since: _,
        alert,
        json: _,
        policy: _,
        decisions,
        repeat_key: _,
    } = new;
    // A resolution is of an earlier incident only if it ends it.
    let ended = match (alert.status, incident) {
        (Status::Resolved, AlertRef::Existing(first)) => Some(first),
        (Status::Resolved, AlertRef::New(_)) | (Status::Firing, _) => None,
    };
    CommittedAlert { id, alert, decisions, entry: AlertEntry::New, ended }
}

fn repeated(RepeatedAlert { id, seen_at: _, leads: _, alert, decisions }: RepeatedAlert) -> CommittedAlert {
    CommittedAlert { id, alert, decisions, entry: AlertEntry::Repeat, ended: None }
}

fn notification(id: NotificationId, new: NewNotification, ids: &AssignedIds) -> Notification {
    Notification {
        id,
        alert_id: ids.alert(new.alert_id),
        incident: ids.alert(new.incident),
        group: new.group,
        receiver: new.receiver,
        why: new.why,
        alert: new.alert,
        others: new.others.into_iter().map(|it| grouped(it, ids)).collect(),
        since: new.since,
        owed_at: new.owed_at,
        acknowledged_by: new.acknowledged_by,
        ack_url: None,
        escalated: None,
    }
}

fn grouped(NewGroupedAlert { id, alert }: NewGroupedAlert, ids: &AssignedIds) -> GroupedAlert {
    GroupedAlert { id: ids.alert(id), alert }
}

fn delivery(id: DeliveryId, new: NewDelivery, ids: &AssignedIds) -> Delivery {
    let next_at = new.next_at();
    let NewDelivery {
        notification,
        source,
        about,
        channel,
        severity,
        owed_at,
        notification_owed_at: _,
        leads,
        escalated,
        asks,
        needs_recheck,
    } = new;
    Delivery {
        id,
        notification: ids.notification(notification),
        source,
        about,
        channel,
        severity,
        owed_at,
        leads,
        next_at,
        attempts: 0,
        failures: 0,
        form: MessageForm::Full,
        only: None,
        escalated,
        asks,
        needs_recheck,
        digest: None,
    }
}

fn recheck(RecheckAt { notification, at }: RecheckAt, ids: &AssignedIds) -> Recheck {
    Recheck { notification: ids.notification(notification), at }
}
