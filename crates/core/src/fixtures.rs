//! Values that tests of several modules share.
//!
//! Those of `testkit` are of another build of this crate, and so of other types: its tests cannot use them.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{
    AlarmNaming, Alert, DeliveryTerms, Fingerprint, HumanDuration, Kind, Labels, Matcher, Mention, Policy,
    Receiver, Route, Rung, Severity, Status, StatusBasis, Unless,
};

/// 2026-03-08 12:00:00 UTC, when every test begins.
pub(crate) const NOON: Timestamp = Timestamp::constant(1_772_971_200, 0);

/// Alertmanager's, and ours.
pub(crate) const REPEAT_INTERVAL: Duration = Duration::from_secs(4 * 60 * 60);

/// The time this many seconds after [`NOON`].
pub(crate) fn after_noon(seconds: i64) -> Timestamp {
    NOON + SignedDuration::from_secs(seconds)
}

/// An alarm with these labels and nothing else.
pub(crate) fn alert(labels: &[(&str, &str)]) -> Alert {
    let mut labels: Labels = labels.iter().copied().collect();
    let fingerprint = Fingerprint::from_labels(&labels);
    let severity = labels.take("severity").and_then(|word| word.parse().ok()).unwrap_or(Severity::Low);
    Alert {
        source: labels.take("source").unwrap_or_default().as_str().into(),
        fingerprint,
        kind: Kind::Alarm,
        status: Status::Firing,
        status_basis: StatusBasis::Stated,
        naming: AlarmNaming::Labels,
        severity,
        severity_sent: None,
        labels,
        annotations: Labels::default(),
        extra: Labels::default(),
        mention: Mention::default(),
        starts_at: NOON,
        ends_at: None,
        generator_url: None,
    }
}

/// A route to `receiver` for what meets all of `matchers`.
pub(crate) fn route(receiver: &str, matchers: &[&str], routes: Vec<Route>) -> Route {
    Route {
        matchers: matchers.iter().map(|text| text.parse::<Matcher>().unwrap()).collect(),
        receiver: receiver.into(),
        r#continue: false,
        repeat_interval: REPEAT_INTERVAL,
        routes,
    }
}

/// `route`, after which its siblings are tried too.
pub(crate) fn and_on(route: Route) -> Route {
    Route { r#continue: true, ..route }
}

/// A receiver whose one channel is called as itself.
pub(crate) fn receiver(name: &str) -> Receiver {
    Receiver { name: name.into(), terms: Arc::new(DeliveryTerms::plain(vec![name.into()])) }
}

/// A duration of this many seconds.
pub(crate) fn seconds(number: u64) -> HumanDuration {
    HumanDuration(Duration::from_secs(number))
}

/// A rung that is climbed so many seconds after noon.
pub(crate) fn rung(after: u64, unless: Unless, to: &[&str]) -> Rung {
    Rung { after: seconds(after), unless, to: to.iter().map(|name| (*name).into()).collect() }
}

/// The policy of `route`, with every receiver in it.
pub(crate) fn policy(route: Route) -> Policy {
    fn names(route: &Route) -> Vec<&str> {
        route.routes.iter().flat_map(names).chain([route.receiver.as_str()]).collect()
    }
    let mut names: Vec<String> = names(&route).into_iter().map(str::to_owned).collect();
    names.sort();
    names.dedup();
    Policy::new(route, names.iter().map(|name| receiver(name)).collect()).unwrap()
}
