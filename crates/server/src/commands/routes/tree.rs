//! The routing tree, for people and for programs.

use fanfare_core::{ChannelName, HumanDuration, Matcher, Policy, Route, RoutePath};
use serde::Serialize;

/// A route and those below it, as `--json` prints them.
#[derive(Debug, Serialize)]
pub(crate) struct Tree {
    route: String,
    matchers: Vec<String>,
    receiver: String,
    channels: Vec<String>,
    repeat_interval: String,
    r#continue: bool,
    routes: Vec<Self>,
}

impl Tree {
    /// The whole tree of `policy`.
    pub(crate) fn of(policy: &Policy) -> Self {
        Self::below(policy, policy.route(), &RoutePath::default())
    }

    fn below(policy: &Policy, route: &Route, path: &RoutePath) -> Self {
        let Route { matchers, receiver, r#continue, repeat_interval, routes } = route;
        Self {
            route: path.to_string(),
            matchers: matchers.iter().map(ToString::to_string).collect(),
            receiver: receiver.to_string(),
            channels: channels(policy, route).iter().map(ToString::to_string).collect(),
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

/// How a line of the tree begins, and those below it.
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
    let channels = names(channels(policy, route));
    let again = HumanDuration(*repeat_interval);
    let further = if *r#continue { ", and the next" } else { "" };
    format!("{condition} → {receiver} ({channels}), again after {again}{further}")
}

pub(super) fn condition(matchers: &[Matcher]) -> String {
    if matchers.is_empty() {
        return "everything".to_owned();
    }
    matchers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Names with commas between them.
pub(crate) fn names(channels: &[ChannelName]) -> String {
    channels.iter().map(ChannelName::as_str).collect::<Vec<_>>().join(", ")
}

/// The channels that carry what is told by `route`.
pub(super) fn channels<'a>(policy: &'a Policy, route: &Route) -> &'a [ChannelName] {
    policy.receiver(&route.receiver).map(|it| it.channels.as_slice()).unwrap_or_default()
}
