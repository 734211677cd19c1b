//! The routing tree, for people and for programs.

use fanfare_core::{ChannelName, DeliveryTerms, HumanDuration, Policy, Route, RoutePath};
use serde::Serialize;

use super::promise::Promise;
use fanfare_http::condition;

/// A route and those below it, as `--json` prints them.
#[derive(Debug, Serialize)]
pub(crate) struct Tree<'a> {
    route: String,
    matchers: Vec<String>,
    receiver: String,
    channels: &'a [ChannelName],
    promise: Option<Promise<'a>>,
    repeat_interval: String,
    r#continue: bool,
    routes: Vec<Self>,
}

impl<'a> Tree<'a> {
    /// The whole tree of `policy`.
    pub(crate) fn of(policy: &'a Policy) -> Self {
        Self::below(policy, policy.route(), &RoutePath::default())
    }

    fn below(policy: &'a Policy, route: &Route, path: &RoutePath) -> Self {
        let Route { matchers, receiver, r#continue, repeat_interval, routes } = route;
        let terms = terms(policy, route);
        Self {
            route: path.to_string(),
            matchers: matchers.iter().map(ToString::to_string).collect(),
            receiver: receiver.to_string(),
            channels: terms.map(|it| it.channels.as_slice()).unwrap_or_default(),
            promise: terms.map(Promise),
            repeat_interval: HumanDuration(*repeat_interval).to_string(),
            r#continue: *r#continue,
            routes: (0..)
                .zip(routes)
                .map(|(index, it)| Self::below(policy, it, &path.child(index)))
                .collect(),
        }
    }
}

/// The routing tree of `policy`, one route a line.
pub(crate) fn tree(policy: &Policy) -> String {
    let mut lines = Vec::new();
    draw(policy, policy.route(), &RoutePath::default(), ROOT, "", &mut lines);
    lines.concat()
}

/// The lead of a line of the tree, and of the lines below it.
#[derive(Clone, Copy)]
struct Branch {
    own: &'static str,
    below: &'static str,
}

const ROOT: Branch = Branch { own: "", below: "" };
const INNER: Branch = Branch { own: "├─ ", below: "│  " };
const LAST: Branch = Branch { own: "└─ ", below: "   " };

fn draw(
    policy: &Policy,
    route: &Route,
    path: &RoutePath,
    branch: Branch,
    indent: &str,
    lines: &mut Vec<String>,
) {
    lines.push(format!("{indent}{}{}\n", branch.own, line(policy, route, path)));
    let below = format!("{indent}{}", branch.below);
    for (index, child) in route.routes.iter().enumerate() {
        let branch = if index + 1 == route.routes.len() { LAST } else { INNER };
        draw(policy, child, &path.child(index), branch, &below, lines);
    }
}

/// `severity>="high" → on-call (ops-dingtalk, ops-mail), again after 4h`
fn line(policy: &Policy, route: &Route, path: &RoutePath) -> String {
    let Route { matchers, receiver, r#continue, repeat_interval, routes: _ } = route;
    let condition = if *path == RoutePath::default() { "everything".to_owned() } else { condition(matchers) };
    let channels = terms(policy, route).map(|it| Promise(it).channels()).unwrap_or_default();
    let again = HumanDuration(*repeat_interval);
    let further = if *r#continue { ", and the next" } else { "" };
    format!("{condition} → {receiver} ({channels}), again after {again}{further}")
}

/// The delivery terms of the receiver of `route`.
pub(super) fn terms<'a>(policy: &'a Policy, route: &Route) -> Option<&'a DeliveryTerms> {
    policy.receiver(&route.receiver).map(|it| it.terms.as_ref())
}
