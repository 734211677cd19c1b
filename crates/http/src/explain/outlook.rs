//! The outlook of an alert's deliveries, added to what the ledger has.

use fanfare_api::{AlertExplanation, DeliveryStage, EventDetails, ExplainedDelivery, TimelineEvent};
use fanfare_core::{ChannelName, DeliveryId};
use fanfare_gateway::DeliveryOutlook;
use jiff::Timestamp;

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

/// The starts of the gateway while something of the alert was still to be done, this run's last.
pub(super) fn restarts(explanation: &AlertExplanation, outlook: &DeliveryOutlook) -> Vec<TimelineEvent> {
    let earlier = outlook.earlier_starts.iter().map(|at| (*at, Vec::new()));
    let starts = earlier.chain([(outlook.started_at, cut_off(explanation, outlook))]);
    let starts = starts.filter(|(at, _)| is_unfinished(explanation, *at));
    starts.map(|(at, cut_off)| TimelineEvent { at, what: EventDetails::Restarted { cut_off } }).collect()
}

/// Tells whether a delivery of the alert was still to be made at `at`.
fn is_unfinished(explanation: &AlertExplanation, at: Timestamp) -> bool {
    let was_open = |it: &ExplainedDelivery| match it.state {
        DeliveryStage::Pending => true,
        DeliveryStage::Delivered | DeliveryStage::Dead | DeliveryStage::Discarded => {
            it.settled_at.is_some_and(|settled| at < settled)
        }
    };
    let mut deliveries = explanation.notifications.iter().flat_map(|it| &it.deliveries);
    explanation.received_at < at && deliveries.any(|it| it.called_at < at && was_open(it))
}

/// The channels on which this run's start cut an attempt off.
fn cut_off(explanation: &AlertExplanation, outlook: &DeliveryOutlook) -> Vec<String> {
    let deliveries = explanation.notifications.iter().flat_map(|it| &it.deliveries);
    let cut_off = deliveries.filter(|it| outlook.cut_off.contains(&DeliveryId(it.id)));
    let mut cut_off: Vec<String> = cut_off.map(|it| it.channel.clone()).collect();
    cut_off.dedup();
    cut_off
}
