//! The routing tree: who wants to hear of what.

use std::collections::BTreeSet;
use std::time::Duration;

use fanfare_core::{HumanDuration, ReceiverName, Route};

use super::place::Path;
use super::receivers::NOT_YET;
use super::section::Section;
use super::suggest;
use super::values::{MatcherList, Positive};
use super::written::WrittenRoute;

/// How long after a receiver was told it is told again, if no route says so.
/// As in Alertmanager.
const REPEAT_INTERVAL: Duration = Duration::from_secs(4 * 60 * 60);

/// The only `group_interval` there is so far: our default, which is Alertmanager's.
const GROUP_INTERVAL: Duration = Duration::from_secs(5 * 60);

/// Who may be routed to.
#[derive(Debug)]
pub(crate) enum Receivers<'a> {
    /// These.
    Known(BTreeSet<&'a str>),
    /// Some have no readable name, so any name may be right.
    Unclear,
}

/// What a route takes from the one above it.
#[derive(Debug, Clone)]
struct Inherited {
    receiver: ReceiverName,
    repeat_interval: Duration,
}

/// Checks the tree, and fills in what routes inherit.
pub(crate) fn check(root: &WrittenRoute, receivers: &Receivers<'_>, section: &mut Section) -> Route {
    let path = Path::of("route");
    if root.receiver.is_none() {
        section.error(&path, "missing setting `receiver`: who is told what no other route catches");
    }
    if !root.matchers.is_empty() {
        section.error(&path.key("matchers"), "the first route must have none: it catches what no other does");
    }
    if root.r#continue {
        section
            .error(&path.key("continue"), "the first route has no siblings to continue with; leave it out");
    }
    let inherited = Inherited { receiver: ReceiverName::from(""), repeat_interval: REPEAT_INTERVAL };
    route(root, &inherited, &path, receivers, section)
}

fn route(
    written: &WrittenRoute,
    inherited: &Inherited,
    path: &Path,
    receivers: &Receivers<'_>,
    section: &mut Section,
) -> Route {
    check_receiver(written, path, receivers, section);
    check_features(written, path, section);
    let own = Inherited {
        receiver: written.receiver.as_deref().map_or_else(|| inherited.receiver.clone(), ReceiverName::from),
        repeat_interval: written.repeat_interval.map_or(inherited.repeat_interval, |Positive(it)| it),
    };
    let routes = (written.routes.iter().enumerate())
        .map(|(index, child)| route(child, &own, &path.key("routes").index(index), receivers, section))
        .collect();
    Route {
        matchers: written.matchers.iter().flat_map(|MatcherList(list)| list).cloned().collect(),
        receiver: own.receiver,
        r#continue: written.r#continue,
        repeat_interval: own.repeat_interval,
        routes,
    }
}

fn check_receiver(written: &WrittenRoute, path: &Path, receivers: &Receivers<'_>, section: &mut Section) {
    match (&written.receiver, receivers) {
        (Some(name), Receivers::Known(known)) if !known.contains(name.as_str()) => {
            let message = suggest::unknown("receiver", name, known.iter().copied());
            section.error(&path.key("receiver"), message);
        }
        (Some(_) | None, Receivers::Known(_) | Receivers::Unclear) => {}
    }
}

/// So far every alert is told by itself and at once.
fn check_features(written: &WrittenRoute, path: &Path, section: &mut Section) {
    let is_each_alone = |names: &[String]| matches!(names, [name] if name == "...");
    if written.group_by.as_ref().is_some_and(|names| !is_each_alone(names)) {
        section
            .error(&path.key("group_by"), "grouping is not supported yet; leave it out or write `['...']`");
    }
    if written.group_wait.is_some_and(|HumanDuration(it)| !it.is_zero()) {
        section.error(&path.key("group_wait"), "grouping is not supported yet; leave it out or write `0s`");
    }
    if written.group_interval.is_some_and(|HumanDuration(it)| it != GROUP_INTERVAL) {
        section
            .error(&path.key("group_interval"), "grouping is not supported yet; leave it out or write `5m`");
    }
    if !written.mute_time_intervals.is_empty() {
        section.error(&path.key("mute_time_intervals"), NOT_YET);
    }
    if !written.active_time_intervals.is_empty() {
        section.error(&path.key("active_time_intervals"), NOT_YET);
    }
}
