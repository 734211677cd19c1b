//! The rules an operator wrote, checked against each other.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{Receiver, ReceiverName, Route, RoutePath};

/// The policy: a routing tree and the receivers it names.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "PolicyJson", into = "PolicyJson")]
pub struct Policy {
    route: Route, // Invariant: matches everything, and every receiver in it is in `receivers`.
    receivers: BTreeMap<ReceiverName, Receiver>,
}

/// A policy as JSON.
#[derive(Serialize, Deserialize)]
struct PolicyJson {
    route: Route,
    receivers: Vec<Receiver>,
}

impl TryFrom<PolicyJson> for Policy {
    type Error = String;

    fn try_from(json: PolicyJson) -> Result<Self, String> {
        let PolicyJson { route, receivers } = json;
        Self::new(route, receivers)
            .map_err(|problems| problems.iter().map(InvalidPolicy::to_string).collect::<Vec<_>>().join("; "))
    }
}

impl From<Policy> for PolicyJson {
    fn from(policy: Policy) -> Self {
        let Policy { route, receivers } = policy;
        Self { route, receivers: receivers.into_values().collect() }
    }
}

/// The reason for which routes and receivers do not make a [`Policy`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPolicy {
    /// Alerts could fall out of the tree.
    #[error("the root route must have no matchers: it catches what nothing else does")]
    RootHasMatchers,
    /// A route names a receiver that is not there.
    #[error("{path}: receiver `{receiver}` is not defined under `receivers`")]
    UnknownReceiver {
        /// The path of the route.
        path: RoutePath,
        /// The name of the receiver.
        receiver: ReceiverName,
    },
    /// One of two receivers would never be told.
    #[error("two receivers are called `{0}`")]
    DuplicateReceiver(ReceiverName),
    /// A receiver would swallow what it is told.
    #[error("receiver `{0}` has no channels: it would tell nobody")]
    NoChannels(ReceiverName),
    /// A promise could never be kept.
    #[error(
        "receiver `{receiver}`: {needed} channels must confirm, and there are only {channels}, those to escalate to included"
    )]
    TooManyToConfirm {
        /// The receiver whose contract it is.
        receiver: ReceiverName,
        /// The number of channels that must confirm.
        needed: usize,
        /// The number of channels that could confirm.
        channels: usize,
    },
    /// A rung would be climbed later than it says, since the one before it comes later.
    #[error("receiver `{0}`: what stands under `escalate` must be in the order of `after`")]
    LadderOutOfOrder(ReceiverName),
    /// A rung without channels: nobody would be told when it is climbed.
    #[error("receiver `{0}`: something under `escalate` has no channels: it would tell nobody")]
    RungToNobody(ReceiverName),
}

impl Policy {
    /// Checks that no alert can fall out of the tree and that everybody named exists.
    ///
    /// # Errors
    ///
    /// With everything that is wrong.
    pub fn new(route: Route, receivers: Vec<Receiver>) -> Result<Self, Vec<InvalidPolicy>> {
        let mut problems = Vec::new();
        if !route.matchers.is_empty() {
            problems.push(InvalidPolicy::RootHasMatchers);
        }
        let receivers = by_name(receivers, &mut problems);
        receivers.values().for_each(|it| check_receiver(it, &mut problems));
        find_unknown_receivers(&route, &RoutePath::default(), &receivers, &mut problems);
        if problems.is_empty() { Ok(Self { route, receivers }) } else { Err(problems) }
    }

    /// The routing tree.
    #[must_use]
    pub fn route(&self) -> &Route {
        &self.route
    }

    /// The receiver called `name`.
    #[must_use]
    pub fn receiver(&self, name: &ReceiverName) -> Option<&Receiver> {
        self.receivers.get(name)
    }

    /// Every receiver, sorted by name.
    pub fn receivers(&self) -> impl Iterator<Item = &Receiver> {
        self.receivers.values()
    }
}

fn by_name(receivers: Vec<Receiver>, problems: &mut Vec<InvalidPolicy>) -> BTreeMap<ReceiverName, Receiver> {
    let mut named = BTreeMap::new();
    for receiver in receivers {
        if let Some(previous) = named.insert(receiver.name.clone(), receiver) {
            problems.push(InvalidPolicy::DuplicateReceiver(previous.name));
        }
    }
    named
}

fn check_receiver(Receiver { name, terms }: &Receiver, problems: &mut Vec<InvalidPolicy>) {
    let on_the_ladder = terms.escalate.iter().flat_map(|rung| &rung.to);
    let channels = terms.channels.iter().chain(on_the_ladder).collect::<BTreeSet<_>>().len();
    let needed = terms.needed();
    if terms.channels.is_empty() {
        problems.push(InvalidPolicy::NoChannels(name.clone()));
    } else if needed > channels {
        problems.push(InvalidPolicy::TooManyToConfirm { receiver: name.clone(), needed, channels });
    }
    if !terms.escalate.is_sorted_by_key(|rung| rung.after) {
        problems.push(InvalidPolicy::LadderOutOfOrder(name.clone()));
    }
    if terms.escalate.iter().any(|rung| rung.to.is_empty()) {
        problems.push(InvalidPolicy::RungToNobody(name.clone()));
    }
}

fn find_unknown_receivers(
    route: &Route,
    path: &RoutePath,
    receivers: &BTreeMap<ReceiverName, Receiver>,
    problems: &mut Vec<InvalidPolicy>,
) {
    if !receivers.contains_key(&route.receiver) {
        problems
            .push(InvalidPolicy::UnknownReceiver { path: path.clone(), receiver: route.receiver.clone() });
    }
    for (index, child) in route.routes.iter().enumerate() {
        find_unknown_receivers(child, &path.child(index), receivers, problems);
    }
}

#[cfg(test)]
mod tests;
