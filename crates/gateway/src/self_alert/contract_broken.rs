//! The alert of an abandoned contract, and its way to every other channel.

use std::sync::Arc;

use fanfare_core::{
    Alert, ChannelName, Decision, DeliveryTerms, Kind, Notification, Plan, Status, Verdict, Why,
};
use fanfare_words::SelfAlertFacts;
use jiff::Timestamp;

use crate::self_alert::alert::SelfAlert;

/// The receiver name that stands for every channel that was not notified.
const OTHER_CHANNELS: &str = "every other channel";

/// The alert of a contract that is broken with no channel left to notify. It carries the text
/// of `notification`, so that a person reads it all the same.
pub(crate) fn contract_broken(notification: &Notification, now: Timestamp) -> Alert {
    SelfAlert {
        name: "ContractBroken",
        subject: notification.receiver.as_str(),
        kind: Kind::Notice,
        status: Status::Firing,
        severity: notification.alert.severity,
        facts: SelfAlertFacts::ContractBroken { undelivered: Box::new(notification.clone()) },
    }
    .alert(now)
}

/// The plan `routed`, extended to every channel of `others` that it does not notify.
pub(crate) fn extend_to_other_channels(mut routed: Plan, others: Vec<ChannelName>) -> Plan {
    let notified: Vec<_> = routed
        .decisions
        .iter()
        .filter_map(|decision| match &decision.verdict {
            Verdict::Notify { terms, .. } => Some(terms.first().to_vec()),
            Verdict::Suppress(_) => None,
        })
        .flatten()
        .collect();
    let rest: Vec<_> = others.into_iter().filter(|channel| !notified.contains(channel)).collect();
    if !rest.is_empty() {
        routed.decisions.push(Decision {
            receiver: OTHER_CHANNELS.into(),
            route: None,
            verdict: Verdict::Notify { why: Why::Notice, terms: Arc::new(DeliveryTerms::plain(rest)) },
        });
    }
    routed
}
