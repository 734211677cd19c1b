//! The way of an alert through the routing tree.

use fanfare_api::RouteCheck;
use fanfare_core::{Alert, Matcher, Route, RoutePath};

/// Every route of the tree in order, with the reason that `alert` goes there or not.
#[must_use]
pub fn trace(root: &Route, alert: &Alert) -> Vec<RouteCheck> {
    let mut steps = Vec::new();
    visit(root, &RoutePath::default(), alert, &mut steps);
    steps
}

/// Checks `route` and, if it matches, those below it; returns true if it matches.
fn visit(route: &Route, path: &RoutePath, alert: &Alert, steps: &mut Vec<RouteCheck>) -> bool {
    let refusing = route.matchers.iter().find(|matcher| !matcher.matches(alert));
    let why = match refusing {
        Some(matcher) => refusal(matcher, alert),
        None if route.matchers.is_empty() => "matches everything".to_owned(),
        None => format!("matches {}", condition(&route.matchers)),
    };
    let matched = refusing.is_none();
    steps.push(RouteCheck { route: path.to_string(), receiver: route.receiver.to_string(), matched, why });
    if matched {
        visit_children(route, path, alert, steps);
    }
    matched
}

fn visit_children(route: &Route, path: &RoutePath, alert: &Alert, steps: &mut Vec<RouteCheck>) {
    let mut taken: Option<RoutePath> = None;
    for (index, child) in route.routes.iter().enumerate() {
        let path = path.child(index);
        if let Some(taken) = &taken {
            steps.push(RouteCheck {
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

/// The matchers with commas between them, or `everything`.
#[must_use]
pub fn condition(matchers: &[Matcher]) -> String {
    if matchers.is_empty() {
        return "everything".to_owned();
    }
    matchers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
