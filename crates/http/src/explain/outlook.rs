//! The outlook of an alert's deliveries, added to what the ledger has.

use fanfare_api::{AlertExplanation, DeliveryStage, EventDetails, ExplainedDelivery, TimelineEvent};
use fanfare_core::{ChannelName, DeliveryId};
use fanfare_gateway::DeliveryOutlook;

/// Adds the attempts under way, and the true times of the next ones.
pub(super) fn add(explanation: &mut AlertExplanation, outlook: &DeliveryOutlook) {
    for notification in &mut explanation.notifications {
        notification.look_at = notification.look_at.map(|at| outlook.leads.shown(at));
    }
    for delivery in explanation.notifications.iter_mut().flat_map(|it| &mut it.deliveries) {
        delivery.under_way_since = outlook.under_way.get(&DeliveryId(delivery.id)).copied();
        let blocked = outlook.blocked_until.get(&ChannelName::from(delivery.channel.as_str())).copied();
        let next_at = delivery.next_at.map(|at| outlook.leads.shown(at));
        delivery.next_at = next_at.map(|at| blocked.map_or(at, |until| at.max(until)));
    }
}

/// The start of this run, if something of the alert was still to be done by then.
pub(super) fn restart(explanation: &AlertExplanation, outlook: &DeliveryOutlook) -> Option<TimelineEvent> {
    let at = outlook.started_at;
    let deliveries = || explanation.notifications.iter().flat_map(|it| &it.deliveries);
    let was_open = |it: &ExplainedDelivery| match it.state {
        DeliveryStage::Pending => true,
        DeliveryStage::Delivered | DeliveryStage::Dead | DeliveryStage::Discarded => {
            it.settled_at.is_some_and(|settled| at < settled)
        }
    };
    if at <= explanation.received_at || !deliveries().any(|it| it.called_at < at && was_open(it)) {
        return None;
    }
    let cut_off = deliveries().filter(|it| outlook.cut_off.contains(&DeliveryId(it.id)));
    let mut cut_off: Vec<String> = cut_off.map(|it| it.channel.clone()).collect();
    cut_off.dedup();
    Some(TimelineEvent { at, what: EventDetails::Restarted { cut_off } })
}
