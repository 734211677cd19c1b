//! A delivery is withdrawn before its turn has come.

use jiff::Timestamp;

use super::changes::{Changes, DeliveryChange, DeliveryUpdate};
use super::state::{DecisionState, DeliveryStatus};
use crate::DeliveryId;
use crate::clock::whole_millis;

/// Withdraws the delivery `id` if it is still pending: whoever asked for it no longer waits for it. An attempt that is
/// under way ends as it ends.
///
/// Needs the state of [`StateKey::Notification`](crate::StateKey::Notification) of its notification.
#[must_use]
pub fn withdraw(state: &DecisionState, id: DeliveryId, reason: &str, now: Timestamp) -> Changes {
    let mut changes = Changes::default();
    let deliveries = state.notifications.iter().flat_map(|it| &it.deliveries);
    for delivery in deliveries.filter(|it| it.id == id && it.status == DeliveryStatus::Pending) {
        let change = DeliveryChange::Settled {
            status: DeliveryStatus::Discarded,
            attempts: delivery.attempts,
            settled_at: whole_millis(now),
            reason: reason.to_owned(),
        };
        changes.updated_deliveries.push(DeliveryUpdate { id, change });
        changes.withdrawn.push(id);
    }
    changes
}
