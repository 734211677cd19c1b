//! An attempt has ended.

use super::builder::{ChangesBuilder, EvaluationTime};
use super::changes::{Changes, DeliveryChange, DeliveryUpdate, NewAttempt, SendEnd};
use super::context::DecisionContext;
use super::settlement::{DeliveryOutcome, Settlement};
use super::state::{DecisionState, DeliveryState, DeliveryStatus, NotificationState, StateKey};
use crate::{LedgerSentence, shifted};

impl Settlement {
    /// The state that [`settle`] needs: none where nobody else may have to be told now.
    #[must_use]
    pub fn keys(&self) -> Vec<StateKey> {
        if self.calls_for_more() { vec![StateKey::Notification(self.notification)] } else { Vec::new() }
    }

    fn calls_for_more(&self) -> bool {
        match self.outcome {
            DeliveryOutcome::Dead { .. } => true,
            DeliveryOutcome::Delivered
            | DeliveryOutcome::Pending { .. }
            | DeliveryOutcome::Answered { .. } => self.needs_recheck,
        }
    }
}

/// Enters the outcome of an attempt, and does what is then due about the notification.
///
/// Needs the state of [`Settlement::keys`].
#[must_use]
pub fn settle(state: &DecisionState, settlement: &Settlement, context: &DecisionContext<'_>) -> Changes {
    let Settlement { delivery, ordinal, started_at, ended_at, word, words, send, hold, .. } = settlement;
    let mut builder = ChangesBuilder::new(context);
    builder.changes.attempts.push(NewAttempt {
        delivery: *delivery,
        ordinal: *ordinal,
        started_at: *started_at,
        ended_at: *ended_at,
        word,
        words: words.clone(),
    });
    let change = change(settlement);
    builder.changes.updated_deliveries.push(DeliveryUpdate { id: *delivery, change });
    let ended = shifted(*ended_at, context.leads.certain);
    builder.changes.ended_sends.extend(send.map(|send| SendEnd { send, ended_at: ended }));
    builder.changes.holds.extend(hold.clone());
    if settlement.calls_for_more()
        && let Some(notification) = state.notification(settlement.notification)
    {
        builder.recheck(&settled(notification, settlement), EvaluationTime::Event(*ended_at));
    }
    builder.changes
}

fn change(settlement: &Settlement) -> DeliveryChange {
    let Settlement { ordinal, ended_at, words, outcome, .. } = settlement;
    let (attempts, settled_at) = (*ordinal, *ended_at);
    match outcome {
        DeliveryOutcome::Delivered => DeliveryChange::Settled {
            status: DeliveryStatus::Delivered,
            attempts,
            settled_at,
            reason: words.clone(),
        },
        DeliveryOutcome::Dead { reason } => DeliveryChange::Settled {
            status: DeliveryStatus::Dead,
            attempts,
            settled_at,
            reason: with_last_answer(reason, words),
        },
        DeliveryOutcome::Answered { reason } => DeliveryChange::Settled {
            status: DeliveryStatus::Discarded,
            attempts,
            settled_at,
            reason: with_last_answer(reason, words),
        },
        DeliveryOutcome::Pending { next_at, failures, form, only, digest } => DeliveryChange::Again {
            attempts,
            next_at: *next_at,
            failures: *failures,
            form: *form,
            only: only.clone(),
            reason: words.clone(),
            digest: *digest,
        },
    }
}

/// The reason of a delivery that was tried, with the provider's last answer.
fn with_last_answer(reason: &str, words: &str) -> String {
    format!("{reason}{}{words}", LedgerSentence::LAST_ANSWER)
}

/// The same notification with the outcome of the attempt.
fn settled(notification: &NotificationState, settlement: &Settlement) -> NotificationState {
    let mut notification = notification.clone();
    if let Some(delivery) = notification.deliveries.iter_mut().find(|it| it.id == settlement.delivery) {
        update(delivery, settlement);
    }
    notification
}

fn update(delivery: &mut DeliveryState, settlement: &Settlement) {
    delivery.attempts = settlement.ordinal;
    delivery.last_attempt_at = Some(settlement.ended_at);
    match &settlement.outcome {
        DeliveryOutcome::Delivered => delivery.status = DeliveryStatus::Delivered,
        DeliveryOutcome::Dead { .. } => delivery.status = DeliveryStatus::Dead,
        DeliveryOutcome::Answered { .. } => delivery.status = DeliveryStatus::Discarded,
        DeliveryOutcome::Pending { only, .. } => delivery.only.clone_from(only),
    }
}
