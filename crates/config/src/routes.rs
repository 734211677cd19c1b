//! The routing tree: the receivers of an alert.

use std::collections::BTreeSet;
use std::time::Duration;

use fanfare_core::{HumanDuration, ReceiverName, Route};
use fanfare_settings::{Section, SettingPath, unknown_name};

use crate::checks::NOT_YET;
use crate::scalars::{MatcherList, PositiveDuration};
use crate::yaml::RouteYaml;

/// The time after which a receiver is told again, if no route says so. As in
/// Alertmanager.
const REPEAT_INTERVAL: Duration = Duration::from_secs(4 * 60 * 60);

/// The shortest time in which somebody has read a message and done something about it.
const SHORTEST_REPEAT_INTERVAL: Duration = Duration::from_secs(60);

/// The only `group_interval` there is so far: our default, which is Alertmanager's.
const GROUP_INTERVAL: Duration = Duration::from_secs(5 * 60);

/// The receivers that a route may name.
#[derive(Debug)]
pub(crate) enum RoutableReceivers<'a> {
    /// Receivers of these names.
    Known(BTreeSet<&'a str>),
    /// Unknown: some have no readable name, so any name may be right.
    Unclear,
}

/// The settings that a route takes from the one above it.
#[derive(Debug, Clone)]
struct InheritedRoute {
    receiver: ReceiverName,
    repeat_interval: Duration,
}

/// The tree that `root` states, with the settings that routes inherit. Mistakes are noted.
pub(crate) fn check(root: &RouteYaml, receivers: &RoutableReceivers<'_>, section: &mut Section) -> Route {
    let path = SettingPath::new("route");
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
    let inherited = InheritedRoute { receiver: ReceiverName::from(""), repeat_interval: REPEAT_INTERVAL };
    route(root, &inherited, &path, receivers, section)
}

fn route(
    yaml: &RouteYaml,
    inherited: &InheritedRoute,
    path: &SettingPath,
    receivers: &RoutableReceivers<'_>,
    section: &mut Section,
) -> Route {
    check_receiver(yaml, path, receivers, section);
    check_features(yaml, path, section);
    check_repeats(yaml, path, section);
    let own = InheritedRoute {
        receiver: yaml.receiver.as_deref().map_or_else(|| inherited.receiver.clone(), ReceiverName::from),
        repeat_interval: yaml.repeat_interval.map_or(inherited.repeat_interval, |PositiveDuration(it)| it),
    };
    let routes = (yaml.routes.iter().enumerate())
        .map(|(index, child)| route(child, &own, &path.key("routes").index(index), receivers, section))
        .collect();
    Route {
        matchers: yaml.matchers.iter().flat_map(|MatcherList(list)| list).cloned().collect(),
        receiver: own.receiver,
        r#continue: yaml.r#continue,
        repeat_interval: own.repeat_interval,
        routes,
    }
}

fn check_receiver(
    yaml: &RouteYaml,
    path: &SettingPath,
    receivers: &RoutableReceivers<'_>,
    section: &mut Section,
) {
    match (&yaml.receiver, receivers) {
        (Some(name), RoutableReceivers::Known(known)) if !known.contains(name.as_str()) => {
            let message = unknown_name("receiver", name, known.iter().copied());
            section.error(&path.key("receiver"), message);
        }
        (Some(_) | None, RoutableReceivers::Known(_) | RoutableReceivers::Unclear) => {}
    }
}

/// Warns of repeats in which a new alert is not seen any more.
fn check_repeats(yaml: &RouteYaml, path: &SettingPath, section: &mut Section) {
    if yaml.repeat_interval.is_some_and(|PositiveDuration(it)| it < SHORTEST_REPEAT_INTERVAL) {
        let message = format!(
            "people are told again before they can have done anything: write {} or more, e.g. 4h",
            HumanDuration(SHORTEST_REPEAT_INTERVAL)
        );
        section.warning(&path.key("repeat_interval"), message);
    }
}

/// Notes grouping and time intervals: every alert is still told by itself and at once.
fn check_features(yaml: &RouteYaml, path: &SettingPath, section: &mut Section) {
    let is_each_alone = |names: &[String]| matches!(names, [name] if name == "...");
    if yaml.group_by.as_ref().is_some_and(|names| !is_each_alone(names)) {
        section
            .error(&path.key("group_by"), "grouping is not supported yet; leave it out or write `['...']`");
    }
    if yaml.group_wait.is_some_and(|HumanDuration(it)| !it.is_zero()) {
        section.error(&path.key("group_wait"), "grouping is not supported yet; leave it out or write `0s`");
    }
    if yaml.group_interval.is_some_and(|HumanDuration(it)| it != GROUP_INTERVAL) {
        section
            .error(&path.key("group_interval"), "grouping is not supported yet; leave it out or write `5m`");
    }
    if !yaml.mute_time_intervals.is_empty() {
        section.error(&path.key("mute_time_intervals"), NOT_YET);
    }
    if !yaml.active_time_intervals.is_empty() {
        section.error(&path.key("active_time_intervals"), NOT_YET);
    }
}
