//! Deliveries that can no longer go out are given up.

use jiff::Timestamp;

use super::builder::{ChangesBuilder, EvaluationTime};
use super::changes::{Changes, DeliveryChange, DeliveryUpdate};
use super::context::DecisionContext;
use super::state::{DecisionState, DeliveryState, DeliveryStatus, NotificationState};
use crate::clock::whole_millis;
use crate::{DeliveryId, LedgerSentence};

const REASON: LedgerSentence = LedgerSentence::ChannelGone;

/// Gives up those of `deliveries` that are still pending and whose channel still is not in the config, and
/// does what is then due about their notifications.
///
/// Needs the state of [`StateKey::Notification`](crate::StateKey::Notification) for each notification.
#[must_use]
pub fn give_up(
    state: &DecisionState,
    deliveries: &[DeliveryId],
    context: &DecisionContext<'_>,
    now: Timestamp,
) -> Changes {
    let now = whole_millis(now);
    let mut builder = ChangesBuilder::new(context);
    for notification in &state.notifications {
        let mut given_up = notification.clone();
        let is_lost = |it: &DeliveryState| {
            let is_pending = it.status == DeliveryStatus::Pending;
            is_pending && deliveries.contains(&it.id) && !context.is_configured(&it.channel)
        };
        for delivery in given_up.deliveries.iter_mut().filter(|it| is_lost(it)) {
            delivery.status = DeliveryStatus::Dead;
            builder.changes.updated_deliveries.push(dead(delivery, now));
        }
        if has_changed(notification, &given_up) {
            builder.recheck(&given_up, EvaluationTime::Event(now));
        }
    }
    builder.changes
}

fn dead(delivery: &DeliveryState, now: Timestamp) -> DeliveryUpdate {
    let last_answer = |answer: &String| format!("{REASON}{}{answer}", LedgerSentence::LAST_ANSWER);
    let change = DeliveryChange::Settled {
        status: DeliveryStatus::Dead,
        attempts: delivery.attempts,
        settled_at: now,
        reason: delivery.reason.as_ref().map_or_else(|| REASON.to_string(), last_answer),
    };
    DeliveryUpdate { id: delivery.id, change }
}

fn has_changed(before: &NotificationState, after: &NotificationState) -> bool {
    before.deliveries != after.deliveries
}
