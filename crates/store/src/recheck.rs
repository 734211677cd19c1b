//! Checking the contracts of notifications: what is due is done, with the reason, in one transaction.

use std::sync::Arc;

use fanfare_core::{
    AlertId, ChannelName, ContractState, ContractStatus, EscalationDecision, MessageForm, NewDelivery,
    NotificationId, NotificationRef, Step, Unless,
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use tracing::error;

use crate::accept::accept_planned;
use crate::tables::notifications::{LoadedNotification, NotificationHead};
use crate::tables::{deliveries, notifications, steps};
use crate::{Accepted, Decider, Delivery, Store, StoreError};

/// The consequences of a change that is on the disk, to be acted on.
#[derive(Debug, Clone, Default)]
pub struct Consequences {
    /// Deliveries that were added.
    pub deliveries: Vec<Delivery>,
    /// Next checks of the notifications that were checked.
    pub watch: Vec<Watch>,
    /// Self-alerts that were accepted with it.
    pub about_ourselves: Vec<Accepted>,
}

/// The next check of a notification even if nothing happens to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watch {
    /// Notification that is checked.
    pub notification: NotificationId,
    /// Time of the check; `None`: there is nothing left to be done.
    pub look_at: Option<Timestamp>,
}

impl Consequences {
    pub(crate) fn add(&mut self, others: Self) {
        let Self { deliveries, watch, about_ourselves } = others;
        self.deliveries.extend(deliveries);
        self.watch.extend(watch);
        self.about_ourselves.extend(about_ourselves);
    }
}

impl Store {
    /// Checks notifications, each at its own time, and does what is due.
    ///
    /// The time is by the clock of its contract, as the caller that waits for it
    /// counts it: the wall clock may have been set since. Other events of a
    /// notification are followed up at once, but take no step that is due by time alone.
    ///
    /// # Errors
    ///
    /// If it cannot be written; then nothing of it is done.
    pub async fn pursue(
        &self,
        due: Vec<(NotificationId, Timestamp)>,
        decider: Arc<dyn Decider>,
        then: impl FnOnce(&Consequences) + Send + 'static,
    ) -> Result<(), StoreError> {
        let work = move |db: &Connection| {
            let mut consequences = Consequences::default();
            for (id, now) in &due {
                consequences.add(recheck(db, *id, Moment::Due(*now), decider.as_ref())?);
            }
            Ok(consequences)
        };
        self.write(work, then).await.map(|_| ())
    }
}

/// The clock by which a notification is checked.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Moment {
    /// The clock of its contract: whatever is due is done.
    Due(Timestamp),
    /// The wall clock, as something happens to it. That clock may have been set:
    /// a step that is due by time alone is left to the timer that counts the time.
    Meanwhile(Timestamp),
}

impl Moment {
    /// The time at which a notification is checked whose next check is at `next_check_at`.
    fn before(self, next_check_at: Option<Timestamp>) -> Timestamp {
        const LEAST: SignedDuration = SignedDuration::from_millis(1);
        match (self, next_check_at) {
            (Self::Due(now), _) | (Self::Meanwhile(now), None) => now,
            (Self::Meanwhile(now), Some(at)) => now.min(at.saturating_sub(LEAST).unwrap_or(now)),
        }
    }
}

/// Does what is due about one notification.
///
/// One that cannot be read is left to its deliveries, which are given up for it:
/// it must not keep what is written with it from being so.
pub(crate) fn recheck(
    db: &Connection,
    id: NotificationId,
    moment: Moment,
    decider: &dyn Decider,
) -> Result<Consequences, StoreError> {
    match notifications::load(db, id) {
        Ok(Some(found)) => apply(db, &found, moment.before(found.next_check_at), decider),
        Ok(None) => Ok(Consequences::default()),
        Err(err @ StoreError::Damaged { .. }) => {
            error!(notification.id = %id, error = %err, "A notification cannot be followed up any more");
            notifications::unschedule(db, id)?;
            let watch = vec![Watch { notification: id, look_at: None }];
            Ok(Consequences { watch, ..Consequences::default() })
        }
        Err(err @ (StoreError::Sqlite(_) | StoreError::Panicked | StoreError::Closed)) => Err(err),
    }
}

/// Does what is due at `now` about a notification in this state.
pub(crate) fn apply(
    db: &Connection,
    found: &LoadedNotification,
    now: Timestamp,
    decider: &dyn Decider,
) -> Result<Consequences, StoreError> {
    let LoadedNotification { head, state, next_check_at } = found;
    let decision = decider.pursue(&head.terms, state, now);
    let EscalationDecision { steps: _, climbed, fulfilment, look_again } = &decision;
    if (*climbed, *fulfilment, *look_again) != (state.climbed, state.fulfilment, *next_check_at) {
        notifications::update_contract(db, head.id, (*fulfilment, *climbed), *look_again)?;
    }
    carry_out(db, head, state, &decision, now, decider)
}

/// Does what is due about every scheduled notification of an incident that changes at `now`.
pub(crate) fn recheck_incident(
    db: &Connection,
    incident: AlertId,
    now: Timestamp,
    decider: &dyn Decider,
) -> Result<Consequences, StoreError> {
    let mut consequences = Consequences::default();
    for id in notifications::scheduled_of_incident(db, incident)? {
        consequences.add(recheck(db, id, Moment::Meanwhile(now), decider)?);
    }
    Ok(consequences)
}

/// Carries out the decision about a notification that was in this state, and enters the reasons.
pub(crate) fn carry_out(
    db: &Connection,
    head: &NotificationHead,
    state: &ContractState,
    decision: &EscalationDecision,
    now: Timestamp,
    decider: &dyn Decider,
) -> Result<Consequences, StoreError> {
    let mut added = Vec::new();
    for step in &decision.steps {
        steps::insert(db, head.id, step, now)?;
        match step {
            Step::TakeTurn { channel, .. } => added.push(add_delivery(db, head, channel, None, now)?),
            Step::Climb { unless, to, .. } => {
                for channel in to {
                    added.push(add_delivery(db, head, channel, Some(*unless), now)?);
                }
            }
            Step::Skip { .. } | Step::Settle { .. } | Step::Retried { .. } | Step::Discarded { .. } => {}
        }
    }
    // Where somebody takes care of it, nobody else needs to hear that too few channels told it.
    let about_ourselves = if is_newly_abandoned(decision) && !state.acknowledged {
        raise_self_alert(db, head, now, decider)?
    } else {
        Vec::new()
    };
    let watch = vec![Watch { notification: head.id, look_at: decision.look_again }];
    Ok(Consequences { deliveries: added, watch, about_ourselves })
}

/// Adds one more channel to those that tell the notification.
pub(crate) fn add_delivery(
    db: &Connection,
    head: &NotificationHead,
    channel: &ChannelName,
    escalated: Option<Unless>,
    now: Timestamp,
) -> Result<Delivery, StoreError> {
    let new = NewDelivery {
        notification: NotificationRef::Existing(head.id),
        fingerprint: head.fingerprint,
        channel: channel.clone(),
        severity: head.severity,
        owed_at: now,
        notification_owed_at: head.owed_at,
        escalated,
        asks: head.terms.ask_for_acknowledgement(),
        needs_recheck: head.terms.needs_recheck(),
    };
    Ok(Delivery {
        id: deliveries::insert(db, &new, head.id)?,
        notification: head.id,
        fingerprint: head.fingerprint,
        channel: new.channel,
        severity: head.severity,
        owed_at: now,
        next_at: now,
        attempts: 0,
        failures: 0,
        form: MessageForm::Full,
        only: None,
        escalated,
        asks: new.asks,
        watched: new.needs_recheck,
        gathered: None,
    })
}

fn is_newly_abandoned(decision: &EscalationDecision) -> bool {
    decision.steps.contains(&Step::Settle { fulfilment: ContractStatus::Abandoned })
}

/// Accepts the self-alert about an abandoned contract, in the same transaction: a
/// crash in between would leave silence.
fn raise_self_alert(
    db: &Connection,
    head: &NotificationHead,
    now: Timestamp,
    decider: &dyn Decider,
) -> Result<Vec<Accepted>, StoreError> {
    let Some(notification) = notifications::find(db, head.id)? else { return Ok(Vec::new()) };
    let told = deliveries::channels(db, head.id)?;
    match decider.abandoned(&notification, &told, now) {
        Some((alert, plan)) => Ok(vec![accept_planned(db, alert, plan, now, decider)?]),
        None => Ok(Vec::new()),
    }
}

#[cfg(test)]
mod tests;
