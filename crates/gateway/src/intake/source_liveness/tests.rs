use fanfare_core::{AlertId, Severity};
use fanfare_testkit::NOON;
use jiff::SignedDuration;

use super::*;

const HOUR: Duration = Duration::from_secs(60 * 60);

fn at(seconds: i64) -> Timestamp {
    NOON + SignedDuration::from_secs(seconds)
}

fn expected(name: &str) -> WatchedSource {
    WatchedSource { name: name.into(), every: HOUR }
}

/// An accepted alert of the source `thinklink`.
fn accepted() -> AcceptedAlert {
    let alert = fanfare_testkit::alert(Severity::High).into();
    AcceptedAlert { id: AlertId(1), alert, decisions: Vec::new() }
}

fn with_source(source: &str) -> AcceptedAlert {
    let mut alert = fanfare_testkit::alert(Severity::High);
    alert.source = source.into();
    AcceptedAlert { alert: alert.into(), ..accepted() }
}

#[track_caller]
fn check(liveness: &SourceLiveness, name: &str, since: i64, last: Option<i64>) {
    let heard = liveness.all()[&SourceName::from(name)];
    assert_eq!(heard, LastSeen { every: HOUR, since: at(since), last: last.map(at) });
}

#[test]
fn a_source_is_heard_with_each_of_its_alerts() {
    let liveness = SourceLiveness::default();
    liveness.watch(vec![expected("thinklink"), expected("prometheus")], at(0));
    check(&liveness, "thinklink", 0, None);
    liveness.record(&[with_source("thinklink")], at(9));
    check(&liveness, "thinklink", 0, Some(9));
    check(&liveness, "prometheus", 0, None);
    liveness.record(&[with_source("prometheus"), with_source("thinklink")], at(19));
    check(&liveness, "thinklink", 0, Some(19));
    check(&liveness, "prometheus", 0, Some(19));
}

#[test]
fn a_source_nobody_expects_to_hear_is_not_listened_to() {
    let liveness = SourceLiveness::default();
    liveness.watch(vec![expected("prometheus")], at(0));
    liveness.record(&[with_source("thinklink")], at(9));
    assert_eq!(liveness.all().len(), 1);
    check(&liveness, "prometheus", 0, None);
}

#[test]
fn a_new_config_forgets_no_source_that_stays_and_begins_with_those_that_are_new() {
    let liveness = SourceLiveness::default();
    liveness.watch(vec![expected("thinklink"), expected("old")], at(0));
    liveness.record(&[with_source("thinklink")], at(9));
    liveness.watch(vec![expected("thinklink"), expected("new")], at(60));
    check(&liveness, "thinklink", 0, Some(9));
    check(&liveness, "new", 60, None);
    assert_eq!(liveness.all().len(), 2);
}
