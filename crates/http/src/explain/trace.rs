//! The way of an alert through the routing tree.

use fanfare_api::{RouteCheck, RouteReason};
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
    let because = match refusing {
        Some(matcher) => refusal(matcher, alert),
        None if route.matchers.is_empty() => RouteReason::Everything,
        None => RouteReason::Matched { matchers: route.matchers.iter().map(ToString::to_string).collect() },
    };
    let matched = refusing.is_none();
    steps.push(route_check(route, path, because));
    if matched {
        visit_children(route, path, alert, steps);
    }
    matched
}

fn route_check(route: &Route, path: &RoutePath, because: RouteReason) -> RouteCheck {
    let matched = match &because {
        RouteReason::Everything | RouteReason::Matched { .. } => true,
        RouteReason::NoLabel { .. } | RouteReason::OtherText { .. } | RouteReason::NotTried { .. } => false,
    };
    RouteCheck {
        route: path.to_string(),
        receiver: route.receiver.to_string(),
        matched,
        why: because.to_string(),
        because: Some(because),
    }
}

fn visit_children(route: &Route, path: &RoutePath, alert: &Alert, steps: &mut Vec<RouteCheck>) {
    let mut taken: Option<RoutePath> = None;
    for (index, child) in route.routes.iter().enumerate() {
        let path = path.child(index);
        if let Some(taken) = &taken {
            let because = RouteReason::NotTried { taken: taken.to_string() };
            steps.push(route_check(child, &path, because));
        } else if visit(child, &path, alert, steps) && !child.r#continue {
            taken = Some(path);
        }
    }
}

fn refusal(matcher: &Matcher, alert: &Alert) -> RouteReason {
    let (label, text) = (matcher.name().to_owned(), alert.text_of(matcher.name()).to_owned());
    let matcher = matcher.to_string();
    if text.is_empty() {
        RouteReason::NoLabel { matcher, label }
    } else {
        RouteReason::OtherText { matcher, text }
    }
}
