//! How it was decided who must know of an alert.

use fanfare_core::{Policy, Status};
use fanfare_gateway::AlertHistory;
use serde::{Deserialize, Serialize};

use super::trace::{Step, trace};

/// How it was decided who must know of an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub(crate) enum Routing {
    /// By the routing tree, as it was when the alert came.
    Routes {
        /// Every route, in order, and why the alert went there or not.
        routes: Vec<Step>,
    },
    /// By what was told before: whoever heard that it began hears that it ended.
    ToldBefore,
    /// By whoever sent it: a test of a channel, or what we say about ourselves.
    Chosen,
    /// The policy of that time is not there to be asked.
    Unknown {
        /// Why not.
        why: String,
    },
}

impl Routing {
    /// How it was decided who must know of the alert of `story`.
    pub(crate) fn of(story: &AlertHistory) -> Self {
        let is_routed = is_routed(story);
        match (story.alert.status, &story.policy_text) {
            // Only a resolution of what nobody was told of is routed.
            (Status::Resolved, _) if !is_routed => Self::ToldBefore,
            (_, None) => Self::Unknown { why: "it was not kept when the alert came".to_owned() },
            (_, Some(_)) if !is_routed => Self::Chosen,
            (_, Some(policy)) => Self::by(policy, story),
        }
    }

    fn by(policy: &str, story: &AlertHistory) -> Self {
        match serde_json::from_str::<Policy>(policy) {
            Ok(policy) => Self::Routes { routes: trace(policy.route(), &story.alert) },
            Err(err) => Self::Unknown { why: format!("it cannot be read: {err}") },
        }
    }
}

/// Whether a route pointed at anybody.
fn is_routed(story: &AlertHistory) -> bool {
    let told = story.notifications.iter().map(|it| &it.route);
    told.chain(story.held.iter().map(|it| &it.route)).any(Option::is_some)
}

#[cfg(test)]
mod tests;
