//! The rules an operator wrote, checked against each other.

use std::collections::BTreeMap;

use crate::{Receiver, ReceiverName, Route, RoutePath};

/// Who must know what: a routing tree and the receivers it names.
#[derive(Debug, Clone)]
pub struct Policy {
    route: Route, // Invariant: matches everything, and every receiver in it is in `receivers`.
    receivers: BTreeMap<ReceiverName, Receiver>,
}

/// Why routes and receivers do not make a [`Policy`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPolicy {
    /// Alerts could fall out of the tree.
    #[error("the root route must have no matchers: it catches what nothing else does")]
    RootHasMatchers,
    /// A route names a receiver that is not there.
    #[error("{path}: receiver `{receiver}` is not defined under `receivers`")]
    UnknownReceiver {
        /// Where the route stands.
        path: RoutePath,
        /// The name.
        receiver: ReceiverName,
    },
    /// One of two receivers would never be told.
    #[error("two receivers are called `{0}`")]
    DuplicateReceiver(ReceiverName),
    /// A receiver would swallow what it is told.
    #[error("receiver `{0}` has no channels: it would tell nobody")]
    NoChannels(ReceiverName),
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
        for receiver in receivers.values().filter(|it| it.channels.is_empty()) {
            problems.push(InvalidPolicy::NoChannels(receiver.name.clone()));
        }
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
