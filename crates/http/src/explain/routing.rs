//! The way in which the receivers of an alert were chosen.

use fanfare_api::{PolicyGap, RoutingExplanation};
use fanfare_core::{Policy, Status};
use fanfare_gateway::AlertHistory;

use super::trace::trace;

/// The way in which the receivers of the alert of `history` were chosen.
pub(super) fn routing(history: &AlertHistory) -> RoutingExplanation {
    let is_routed = is_routed(history);
    match (history.alert.status, &history.policy_text) {
        // Only a resolution of an alert that nobody was told of is routed.
        (Status::Resolved, _) if !is_routed => RoutingExplanation::ToldBefore,
        (_, None) => RoutingExplanation::Unknown {
            why: "it was not kept when the alert came".to_owned(),
            because: PolicyGap::NotKept,
        },
        (_, Some(_)) if !is_routed => RoutingExplanation::Chosen,
        (_, Some(policy)) => by_policy(policy, history),
    }
}

fn by_policy(policy: &str, history: &AlertHistory) -> RoutingExplanation {
    match serde_json::from_str::<Policy>(policy) {
        Ok(policy) => RoutingExplanation::Routes { routes: trace(policy.route(), &history.alert) },
        Err(err) => RoutingExplanation::Unknown {
            why: format!("it cannot be read: {err}"),
            because: PolicyGap::Unreadable,
        },
    }
}

/// True if a route pointed at a receiver.
fn is_routed(history: &AlertHistory) -> bool {
    let told = history.notifications.iter().map(|it| &it.route);
    told.chain(history.suppressed.iter().map(|it| &it.route)).any(Option::is_some)
}

#[cfg(test)]
mod tests;
