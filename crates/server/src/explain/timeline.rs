//! What happened to an alert, in the order in which it happened.

use std::time::Duration;

use fanfare_core::{
    AlertId, ChannelName, DeliveryId, DeliveryTerms, NotificationId, ReceiverName, Severity, Step,
};
use fanfare_gateway::{
    AcknowledgementRow, AlertHistory, AttemptRow, DeliveryHistory, Held, NotificationHistory, StepRow,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Something that happened, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Event {
    /// When; of an attempt, when it ended.
    pub(crate) at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub(crate) what: What,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum What {
    /// The alert was on the disk, with all it called for, and its source was told so.
    Accepted { alert: AlertId, source: String, severity: Severity },
    /// A receiver was not told.
    Held {
        receiver: ReceiverName,
        /// `None` where it was told before.
        route: Option<String>,
        reason: String,
    },
    /// A receiver was to be told.
    Owed {
        notification: NotificationId,
        receiver: ReceiverName,
        /// `None` where it is told because it was told before.
        route: Option<String>,
        why: String,
        /// The channels that were called in at once.
        channels: Vec<ChannelName>,
        /// What was promised; `None`: to tell it, at leisure.
        terms: Option<DeliveryTerms>,
    },
    /// A message was tried on a channel.
    Attempt {
        notification: NotificationId,
        receiver: ReceiverName,
        delivery: DeliveryId,
        channel: ChannelName,
        /// From 1.
        attempt: i64,
        /// `delivered`, `transient`, `throttled`, …
        outcome: String,
        /// The provider's.
        words: String,
        latency_ms: u64,
        /// The digest that carried it, if one did.
        digest: Option<i64>,
    },
    /// A delivery was given up.
    GivenUp {
        notification: NotificationId,
        receiver: ReceiverName,
        delivery: DeliveryId,
        channel: ChannelName,
        reason: String,
    },
    /// Something was done about a notification.
    Step {
        notification: NotificationId,
        receiver: ReceiverName,
        #[serde(flatten)]
        step: Step,
    },
    /// Somebody takes care of it.
    Acknowledged {
        /// Whose link was followed, or whose alert was named.
        notification: NotificationId,
        by: String,
    },
}

/// Everything that happened in `story`, the first first.
///
/// What happened within one millisecond stands in the order of cause and effect.
pub(crate) fn timeline(story: &AlertHistory) -> Vec<Event> {
    let accepted = What::Accepted {
        alert: story.id,
        source: story.alert.text_of("source").to_owned(),
        severity: story.alert.severity,
    };
    let mut events = vec![Event { at: story.received_at, what: accepted }];
    events.extend(story.held.iter().map(|it| Event { at: story.received_at, what: held(it) }));
    events.extend(story.acknowledgements.iter().map(acknowledged));
    for notification in &story.notifications {
        events.push(owed(notification));
        events.extend(notification.deliveries.iter().flat_map(|it| tried(notification, it)));
        events.extend(notification.steps.iter().map(|it| done(notification, it)));
    }
    events.sort_by_key(|event| event.at); // a stable sort
    events
}

fn held(held: &Held) -> What {
    let Held { receiver, route, reason } = held.clone();
    What::Held { receiver, route, reason }
}

fn acknowledged(row: &AcknowledgementRow) -> Event {
    let AcknowledgementRow { by, at, notification, up_to: _ } = row;
    Event { at: *at, what: What::Acknowledged { notification: *notification, by: by.clone() } }
}

fn owed(notification: &NotificationHistory) -> Event {
    let channels = match &notification.terms {
        Some(terms) => terms.first().to_vec(),
        None => notification.deliveries.iter().map(|it| it.channel.clone()).collect(),
    };
    let what = What::Owed {
        notification: notification.id,
        receiver: notification.receiver.clone(),
        route: notification.route.clone(),
        why: notification.why.clone(),
        channels,
        terms: notification.terms.clone(),
    };
    Event { at: notification.owed_at, what }
}

fn done(notification: &NotificationHistory, row: &StepRow) -> Event {
    let StepRow { at, step } = row.clone();
    let what = What::Step { notification: notification.id, receiver: notification.receiver.clone(), step };
    Event { at, what }
}

/// The attempts of a delivery, and its end if that was not a success.
fn tried(notification: &NotificationHistory, delivery: &DeliveryHistory) -> Vec<Event> {
    let newest = delivery.attempts.last().map(|it| it.ordinal);
    let attempts = delivery.attempts.iter().map(|attempt| {
        let digest = delivery.digest.filter(|_| Some(attempt.ordinal) == newest);
        attempted(notification, delivery, attempt, digest)
    });
    attempts.chain(given_up(notification, delivery)).collect()
}

fn attempted(
    notification: &NotificationHistory,
    delivery: &DeliveryHistory,
    attempt: &AttemptRow,
    digest: Option<i64>,
) -> Event {
    let AttemptRow { ordinal, started_at, ended_at, outcome, words } = attempt;
    let latency = Duration::try_from(ended_at.duration_since(*started_at)).unwrap_or_default();
    let what = What::Attempt {
        notification: notification.id,
        receiver: notification.receiver.clone(),
        delivery: delivery.id,
        channel: delivery.channel.clone(),
        attempt: *ordinal,
        outcome: outcome.clone(),
        words: words.clone(),
        latency_ms: u64::try_from(latency.as_millis()).unwrap_or(u64::MAX),
        digest,
    };
    Event { at: *ended_at, what }
}

fn given_up(notification: &NotificationHistory, delivery: &DeliveryHistory) -> Option<Event> {
    if !matches!(delivery.state.as_str(), "dead" | "discarded") {
        return None;
    }
    let what = What::GivenUp {
        notification: notification.id,
        receiver: notification.receiver.clone(),
        delivery: delivery.id,
        channel: delivery.channel.clone(),
        reason: delivery.reason.clone().unwrap_or_default(),
    };
    Some(Event { at: delivery.settled_at?, what })
}

#[cfg(test)]
mod tests;
