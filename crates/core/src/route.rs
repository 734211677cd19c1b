//! The routing tree, by Alertmanager's rules.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Alert, Matcher, ReceiverName};

/// One node of the routing tree, its inherited settings filled in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Route {
    /// All of them must match for the node to match.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matchers: Vec<Matcher>,
    /// The receiver that is told if no child matches.
    pub receiver: ReceiverName,
    /// Tells whether the siblings after it are tried too.
    #[serde(default)]
    pub r#continue: bool,
    /// The time after which a receiver is told again while the alert fires.
    #[serde(with = "crate::duration::as_text")]
    pub repeat_interval: Duration,
    /// The children, tried in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<Route>,
}

/// The path of a route in the tree: `route`, `route.routes[1]`, `route.routes[1].routes[0]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoutePath(Vec<usize>);

/// A route that an alert ends in.
#[derive(Debug, Clone)]
pub struct Match<'a> {
    /// The path of the route.
    pub path: RoutePath,
    /// The route at that path.
    pub route: &'a Route,
}

impl Route {
    /// The routes `alert` ends in, by Alertmanager's rule: the deepest match of
    /// each branch; the first matching branch only, unless it says `continue`;
    /// the node itself if no child matches. Empty only if this node does not match.
    #[must_use]
    pub fn matches(&self, alert: &Alert) -> Vec<Match<'_>> {
        let mut found = Vec::new();
        self.collect(alert, &mut RoutePath::default(), &mut found);
        found
    }

    fn collect<'a>(&'a self, alert: &Alert, path: &mut RoutePath, found: &mut Vec<Match<'a>>) {
        if !self.wants(alert) {
            return;
        }
        let before = found.len();
        for (index, child) in self.routes.iter().enumerate() {
            let already = found.len();
            path.0.push(index);
            child.collect(alert, path, found);
            path.0.pop();
            let child_matched = found.len() > already;
            if child_matched && !child.r#continue {
                break;
            }
        }
        if found.len() == before {
            found.push(Match { path: path.clone(), route: self });
        }
    }

    /// Tells whether all matchers match. A comparison costs a fraction of a regular
    /// expression, and among a thousand routes nearly always suffices to say no.
    fn wants(&self, alert: &Alert) -> bool {
        let matches = |it: &Matcher| it.matches(alert);
        self.matchers.iter().filter(|it| !it.is_pattern()).all(matches)
            && self.matchers.iter().filter(|it| it.is_pattern()).all(matches)
    }
}

impl RoutePath {
    /// The path of this route's child number `index`, from 0.
    #[must_use]
    pub fn child(&self, index: usize) -> Self {
        Self(self.0.iter().copied().chain([index]).collect())
    }
}

impl fmt::Display for RoutePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("route")?;
        self.0.iter().try_for_each(|index| write!(f, ".routes[{index}]"))
    }
}

#[cfg(test)]
mod tests;
