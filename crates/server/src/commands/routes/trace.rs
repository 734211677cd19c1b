//! How an alert goes through the routing tree.

use std::fmt;

use fanfare_core::{Alert, Matcher, Route, RoutePath};
use serde::Serialize;

/// What happened at one route.
#[derive(Debug, Serialize)]
pub(crate) struct Step {
    route: String,
    receiver: String,
    matched: bool,
    why: String,
    #[serde(skip)]
    depth: usize,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { route, receiver, matched, why, depth } = self;
        let mark = if *matched { "✓" } else { "✗" };
        write!(f, "{:indent$}{mark} {route} → {receiver}: {why}", "", indent = depth * 2)
    }
}

/// Every route of the tree, in order, and why `alert` went there or not.
pub(crate) fn trace(root: &Route, alert: &Alert) -> Vec<Step> {
    let mut steps = Vec::new();
    visit(root, &RoutePath::default(), 0, alert, &mut steps);
    steps
}

/// Whether the route matched.
fn visit(route: &Route, path: &RoutePath, depth: usize, alert: &Alert, steps: &mut Vec<Step>) -> bool {
    let refusing = route.matchers.iter().find(|matcher| !matcher.matches(alert));
    let why = match refusing {
        Some(matcher) => refusal(matcher, alert),
        None if route.matchers.is_empty() => "matches everything".to_owned(),
        None => format!("matches {}", super::tree::condition(&route.matchers)),
    };
    let matched = refusing.is_none();
    steps.push(Step { route: path.to_string(), receiver: route.receiver.to_string(), matched, why, depth });
    if matched {
        visit_children(route, path, depth + 1, alert, steps);
    }
    matched
}

fn visit_children(route: &Route, path: &RoutePath, depth: usize, alert: &Alert, steps: &mut Vec<Step>) {
    let mut taken: Option<RoutePath> = None;
    for (index, child) in route.routes.iter().enumerate() {
        let path = path.child(index);
        if let Some(taken) = &taken {
            steps.push(Step {
                route: path.to_string(),
                receiver: child.receiver.to_string(),
                matched: false,
                why: format!("not tried: {taken} matched and does not say `continue`"),
                depth,
            });
        } else if visit(child, &path, depth, alert, steps) && !child.r#continue {
            taken = Some(path);
        }
    }
}

fn refusal(matcher: &Matcher, alert: &Alert) -> String {
    match alert.text_of(matcher.name()) {
        "" => format!("not {matcher}: the alert has no `{}`", matcher.name()),
        text => format!("not {matcher}: it is `{text}`"),
    }
}
