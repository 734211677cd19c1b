//! How an alert goes through the routing tree.

use std::fmt;

use fanfare_core::{Alert, Matcher, Route, RoutePath};
use serde::{Deserialize, Serialize};

/// What happened at one route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Step {
    route: String,
    receiver: String,
    matched: bool,
    why: String,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { route, receiver, matched, why } = self;
        let mark = if *matched { "✓" } else { "✗" };
        let depth = route.matches(".routes[").count();
        write!(f, "{:indent$}{mark} {route} → {receiver}: {why}", "", indent = depth * 2)
    }
}

/// Every route of the tree, in order, and why `alert` went there or not.
pub(crate) fn trace(root: &Route, alert: &Alert) -> Vec<Step> {
    let mut steps = Vec::new();
    visit(root, &RoutePath::default(), alert, &mut steps);
    steps
}

/// Whether the route matched.
fn visit(route: &Route, path: &RoutePath, alert: &Alert, steps: &mut Vec<Step>) -> bool {
    let refusing = route.matchers.iter().find(|matcher| !matcher.matches(alert));
    let why = match refusing {
        Some(matcher) => refusal(matcher, alert),
        None if route.matchers.is_empty() => "matches everything".to_owned(),
        None => format!("matches {}", condition(&route.matchers)),
    };
    let matched = refusing.is_none();
    steps.push(Step { route: path.to_string(), receiver: route.receiver.to_string(), matched, why });
    if matched {
        visit_children(route, path, alert, steps);
    }
    matched
}

fn visit_children(route: &Route, path: &RoutePath, alert: &Alert, steps: &mut Vec<Step>) {
    let mut taken: Option<RoutePath> = None;
    for (index, child) in route.routes.iter().enumerate() {
        let path = path.child(index);
        if let Some(taken) = &taken {
            steps.push(Step {
                route: path.to_string(),
                receiver: child.receiver.to_string(),
                matched: false,
                why: format!("not tried: {taken} matched and does not say `continue`"),
            });
        } else if visit(child, &path, alert, steps) && !child.r#continue {
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

/// What `matchers` ask for, with commas between them.
pub(crate) fn condition(matchers: &[Matcher]) -> String {
    if matchers.is_empty() {
        return "everything".to_owned();
    }
    matchers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
