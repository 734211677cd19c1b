//! Dead letters that a person has tried again, or discards.

use std::sync::Arc;

use jiff::Timestamp;

use super::builder::ChangesBuilder;
use super::changes::{Changes, DeliveryChange, DeliveryUpdate, NewStep, NotificationRef, NotificationUpdate};
use super::context::DecisionContext;
use super::dead_letter_id::DeadLetterId;
use super::settlement::Delivery;
use super::state::{
    DecisionState, DeliveryState, DeliveryStatus, Handled, NotificationContent, NotificationRecord,
    NotificationState,
};
use crate::clock::whole_millis;
use crate::{ContractState, ContractStatus, DeliveryId, LedgerSentence, MessageForm, Step};

/// The person who discards dead letters, and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscardReason {
    /// The person's name for themselves.
    pub by: String,
    /// The reason, for the ledger.
    pub reason: String,
}

/// The dead letters of one notification that still wait for a person.
struct WaitingLetters<'a> {
    waiting: Vec<DeadLetterId>,
    state: &'a NotificationState,
    extent: Extent,
}

/// The part of a notification that dead letters stand for.
enum Extent {
    /// The deliveries that they name.
    Deliveries,
    /// The whole notification, pending deliveries too.
    Notification,
}

impl<'a> WaitingLetters<'a> {
    fn waiting(state: &'a NotificationState, letters: &[DeadLetterId]) -> Option<Self> {
        let mut waiting: Vec<_> =
            letters.iter().copied().filter(|it| state.waits_for_a_person(*it)).collect();
        waiting.dedup();
        let has_all = waiting.contains(&DeadLetterId::Notification(state.id));
        let extent = if has_all { Extent::Notification } else { Extent::Deliveries };
        (!waiting.is_empty()).then_some(Self { waiting, state, extent })
    }

    /// The dead deliveries that are meant, by number.
    fn deliveries(&self) -> impl Iterator<Item = &'a DeliveryState> {
        self.state.deliveries.iter().filter(|it| match self.extent {
            Extent::Notification => it.status == DeliveryStatus::Dead,
            Extent::Deliveries => self.waiting.contains(&DeadLetterId::Delivery(it.id)),
        })
    }
}

impl NotificationState {
    fn waits_for_a_person(&self, letter: DeadLetterId) -> bool {
        match letter {
            DeadLetterId::Delivery(id) => {
                self.deliveries.iter().any(|it| it.id == id && it.status == DeliveryStatus::Dead)
            }
            DeadLetterId::Notification(id) => self.id == id && self.is_unhandled(),
        }
    }
}

/// Has dead letters of one notification tried again, at once and as patiently as new ones, on behalf of `by`.
/// The promise of a notification that can be kept again is open again; one whose time has passed stays
/// abandoned until it is late.
///
/// Needs the state of [`StateKey::Notification`](crate::StateKey::Notification). Letters that wait for nobody
/// any more are passed over.
#[must_use]
pub fn retry(
    state: &DecisionState,
    letters: &[DeadLetterId],
    by: &str,
    context: &DecisionContext<'_>,
    now: Timestamp,
) -> Changes {
    let now = whole_millis(now);
    let mut builder = ChangesBuilder::new(context);
    for state in &state.notifications {
        if let Some(letters) = WaitingLetters::waiting(state, letters) {
            retry_notification(&mut builder, &letters, by, now);
        }
    }
    builder.changes
}

fn retry_notification(
    builder: &mut ChangesBuilder<'_>,
    letters: &WaitingLetters<'_>,
    by: &str,
    now: Timestamp,
) {
    let (notification, promise_now) = (letters.state, builder.promise_time(now));
    let mut on = Vec::new();
    match letters.extent {
        Extent::Deliveries => {}
        Extent::Notification => {
            for pending in notification.deliveries.iter().filter(|it| it.status == DeliveryStatus::Pending) {
                let change = DeliveryChange::Hastened { next_at: pending.next_at.min(promise_now) };
                builder.changes.updated_deliveries.push(DeliveryUpdate { id: pending.id, change });
                builder.changes.retry_now.push(pending.id);
                on.push(pending.channel.clone());
            }
        }
    }
    let revived: Vec<_> = letters.deliveries().map(|it| it.id).collect();
    for dead in letters.deliveries() {
        let change = DeliveryChange::Revived { next_at: promise_now };
        builder.changes.updated_deliveries.push(DeliveryUpdate { id: dead.id, change });
        on.push(dead.channel.clone());
    }
    let step = Step::Retried { by: by.to_owned(), on };
    builder.changes.steps.push(new_step(notification, step, now));
    builder.changes.dead_letters.extend(&letters.waiting);
    let alive = revive(notification, &revived);
    if let Some(record) = alive.record() {
        let status = reconsider(builder, &alive, record, now);
        let revived = alive.deliveries.iter().filter(|it| revived.contains(&it.id));
        let deliveries = revived.map(|it| delivery(&alive, record, status, it, promise_now));
        builder.changes.revived.extend(deliveries);
    }
}

/// The step that is taken at `now` about a notification that the store has.
fn new_step(state: &NotificationState, step: Step, now: Timestamp) -> NewStep {
    let subject = state.record().map(|it| Arc::clone(&it.notification));
    NewStep { notification: NotificationRef::Existing(state.id), subject, at: state.step_time(now), step }
}

/// The same notification with these dead deliveries pending again.
fn revive(state: &NotificationState, revived: &[DeliveryId]) -> NotificationState {
    let mut state = state.clone();
    for delivery in state.deliveries.iter_mut().filter(|it| revived.contains(&it.id)) {
        delivery.status = DeliveryStatus::Pending;
        delivery.reason = None;
    }
    state
}

/// Opens an abandoned promise again that can be kept again, or a second failure would be told to nobody; if it
/// cannot, a person has seen to it. Answers the new status.
fn reconsider(
    builder: &mut ChangesBuilder<'_>,
    alive: &NotificationState,
    record: &NotificationRecord,
    now: Timestamp,
) -> ContractStatus {
    match record.status {
        ContractStatus::Abandoned => {}
        status @ (ContractStatus::Open
        | ContractStatus::Kept
        | ContractStatus::Broken
        | ContractStatus::Late) => return status,
    }
    let contract = ContractState { status: ContractStatus::Open, ..alive.contract(record) };
    let due = builder.contract_time(record, now);
    let status = builder.decide(&alive.terms(record), &contract, due).status;
    match status {
        ContractStatus::Open | ContractStatus::Kept => {
            builder.reopen(alive, record, now);
            status
        }
        ContractStatus::Broken | ContractStatus::Abandoned | ContractStatus::Late => {
            if !alive.has(DeliveryStatus::Dead) {
                builder.changes.updated_notifications.push(handled(alive, Handled::Retried));
            }
            record.status
        }
    }
}

fn handled(state: &NotificationState, how: Handled) -> NotificationUpdate {
    let (climbed, next_check_at) = match &state.content {
        NotificationContent::Readable(record) => (record.climbed, record.next_check_at),
        NotificationContent::Unreadable { next_check_at, .. } => (0, *next_check_at),
    };
    NotificationUpdate { id: state.id, status: state.status(), climbed, next_check_at, handled: Some(how) }
}

/// The revived delivery for its lane: by itself and in full, to whom it was still owed.
fn delivery(
    state: &NotificationState,
    record: &NotificationRecord,
    status: ContractStatus,
    revived: &DeliveryState,
    next_at: Timestamp,
) -> Delivery {
    let alert = &record.notification.alert;
    Delivery {
        id: revived.id,
        notification: state.id,
        source: alert.source.clone(),
        about: alert.incident_key().digest(),
        channel: revived.channel.clone(),
        severity: alert.severity,
        owed_at: revived.owed_at,
        leads: record.leads,
        next_at,
        attempts: revived.attempts,
        failures: 0,
        form: MessageForm::Full,
        only: revived.only.clone(),
        escalated: revived.escalated,
        asks: state.terms(record).ask_for_acknowledgement(),
        // An abandoned one may yet be late, though nothing of it is due.
        needs_recheck: record.terms.is_some() || status == ContractStatus::Abandoned,
        digest: None,
    }
}

/// Lets dead letters of one notification be: they wait for nobody any more. What is still pending of an
/// abandoned notification goes on.
///
/// Needs the state of [`StateKey::Notification`](crate::StateKey::Notification). Letters that wait for nobody
/// any more are passed over.
#[must_use]
pub fn discard(
    state: &DecisionState,
    letters: &[DeadLetterId],
    reason: &DiscardReason,
    now: Timestamp,
) -> Changes {
    let mut changes = Changes::default();
    for state in &state.notifications {
        if let Some(letters) = WaitingLetters::waiting(state, letters) {
            discard_notification(&mut changes, &letters, reason, whole_millis(now));
        }
    }
    changes
}

fn discard_notification(
    changes: &mut Changes,
    letters: &WaitingLetters<'_>,
    DiscardReason { by, reason }: &DiscardReason,
    now: Timestamp,
) {
    let state = letters.state;
    let note = format!("{}{by}: {reason}", LedgerSentence::DISCARDED_BY);
    for dead in letters.deliveries() {
        let reason = dead.reason.as_ref().map_or_else(|| note.clone(), |it| format!("{it}; {note}"));
        let change = DeliveryChange::Discarded { reason };
        changes.updated_deliveries.push(DeliveryUpdate { id: dead.id, change });
    }
    let on = letters.deliveries().map(|it| it.channel.clone()).collect();
    let step = Step::Discarded { by: by.clone(), reason: reason.clone(), on };
    changes.steps.push(new_step(state, step, now));
    changes.dead_letters.extend(&letters.waiting);
    if is_over(letters) {
        changes.updated_notifications.push(handled(state, Handled::Discarded));
    }
}

/// Tells whether nothing is left of an abandoned notification once these letters are discarded.
fn is_over(letters: &WaitingLetters<'_>) -> bool {
    match letters.extent {
        Extent::Notification => true,
        Extent::Deliveries => {
            let discarded: Vec<_> = letters.deliveries().map(|it| it.id).collect();
            let is_left = |it: &DeliveryState| match it.status {
                DeliveryStatus::Pending => true,
                DeliveryStatus::Dead => !discarded.contains(&it.id),
                DeliveryStatus::Delivered | DeliveryStatus::Discarded => false,
            };
            letters.state.status() == ContractStatus::Abandoned
                && !letters.state.deliveries.iter().any(is_left)
        }
    }
}
