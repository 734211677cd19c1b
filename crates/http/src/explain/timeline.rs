//! The events of an alert, in the order in which they happened.

use std::time::Duration;

use fanfare_api::{
    AlertExplanation, DeliveryAttempt, DeliveryStage, EventDetails, ExplainedAcknowledgement,
    ExplainedDelivery, ExplainedNotification, ExplainedStep, ReportedText, SuppressedReceiver, TimelineEvent,
};

/// The label that names the source of an alert.
const SOURCE: &str = "source";

/// Every event of an alert, the oldest first.
///
/// Events within one millisecond stand in the order of cause and effect.
pub(super) fn timeline(alert: &AlertExplanation, restarts: Vec<TimelineEvent>) -> Vec<TimelineEvent> {
    let source = alert.alert.labels.get(SOURCE).or_else(|| alert.alert.extra.get(SOURCE));
    let accepted = EventDetails::Accepted {
        alert: alert.id,
        source: source.cloned().unwrap_or_default(),
        severity: alert.alert.severity,
    };
    let mut events = vec![TimelineEvent { at: alert.received_at, what: accepted }];
    events.extend(alert.held.iter().map(|it| TimelineEvent { at: alert.received_at, what: held(it) }));
    events.extend(alert.texts.iter().map(reworded));
    events.extend(restarts);
    events.extend(alert.acknowledgements.iter().map(acknowledged));
    for notification in &alert.notifications {
        events.push(owed(notification));
        events.extend(notification.deliveries.iter().flat_map(|it| tried(notification, it)));
        events.extend(notification.steps.iter().map(|it| step(notification, it)));
    }
    events.sort_by_key(|event| event.at); // a stable sort
    events
}

fn held(held: &SuppressedReceiver) -> EventDetails {
    let SuppressedReceiver { receiver, route, reason } = held.clone();
    EventDetails::Held { receiver, route, reason }
}

fn reworded(ReportedText { alert, at, text }: &ReportedText) -> TimelineEvent {
    TimelineEvent { at: *at, what: EventDetails::Reworded { alert: *alert, text: text.clone() } }
}

fn acknowledged(row: &ExplainedAcknowledgement) -> TimelineEvent {
    let ExplainedAcknowledgement { by, at, notification, up_to: _ } = row;
    let what = EventDetails::Acknowledged { notification: *notification, by: by.clone() };
    TimelineEvent { at: *at, what }
}

fn owed(notification: &ExplainedNotification) -> TimelineEvent {
    let channels = match &notification.terms {
        Some(terms) => terms.first().to_vec(),
        None => notification.deliveries.iter().map(|it| it.channel.clone()).collect(),
    };
    let what = EventDetails::Owed {
        notification: notification.id,
        receiver: notification.receiver.clone(),
        route: notification.route.clone(),
        why: notification.why,
        channels,
        terms: notification.terms.clone(),
    };
    TimelineEvent { at: notification.owed_at, what }
}

fn step(notification: &ExplainedNotification, row: &ExplainedStep) -> TimelineEvent {
    let ExplainedStep { at, step } = row.clone();
    let (notification, receiver) = (notification.id, notification.receiver.clone());
    TimelineEvent { at, what: EventDetails::Step { notification, receiver, step } }
}

/// The attempts of a delivery, and its end if that was not a success.
fn tried(notification: &ExplainedNotification, delivery: &ExplainedDelivery) -> Vec<TimelineEvent> {
    let newest = delivery.attempts.last().map(|it| it.ordinal);
    let attempts = delivery.attempts.iter().map(|attempt| {
        let digest = delivery.digest.filter(|_| Some(attempt.ordinal) == newest);
        attempted(notification, delivery, attempt, digest)
    });
    attempts.chain(given_up(notification, delivery)).collect()
}

fn attempted(
    notification: &ExplainedNotification,
    delivery: &ExplainedDelivery,
    attempt: &DeliveryAttempt,
    digest: Option<i64>,
) -> TimelineEvent {
    let DeliveryAttempt { ordinal, started_at, ended_at, outcome, words } = attempt;
    let latency = Duration::try_from(ended_at.duration_since(*started_at)).unwrap_or_default();
    let what = EventDetails::Attempt {
        notification: notification.id,
        receiver: notification.receiver.clone(),
        delivery: delivery.id,
        channel: delivery.channel.clone(),
        attempt: *ordinal,
        outcome: *outcome,
        words: words.clone(),
        latency_ms: u64::try_from(latency.as_millis()).unwrap_or(u64::MAX),
        digest,
    };
    TimelineEvent { at: *ended_at, what }
}

fn given_up(notification: &ExplainedNotification, delivery: &ExplainedDelivery) -> Option<TimelineEvent> {
    match delivery.state {
        DeliveryStage::Pending | DeliveryStage::Delivered => return None,
        DeliveryStage::Dead | DeliveryStage::Discarded => {}
    }
    let what = EventDetails::GivenUp {
        notification: notification.id,
        receiver: notification.receiver.clone(),
        delivery: delivery.id,
        channel: delivery.channel.clone(),
        reason: delivery.reason.clone().unwrap_or_default(),
    };
    Some(TimelineEvent { at: delivery.settled_at?, what })
}

#[cfg(test)]
mod tests;
