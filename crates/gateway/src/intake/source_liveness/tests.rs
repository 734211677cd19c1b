use fanfare_core::{AlertEntry, AlertId, Severity};
use fanfare_testkit::NOON;
use jiff::SignedDuration;

use super::*;

const HOUR: Duration = Duration::from_secs(60 * 60);

fn at(seconds: i64) -> Timestamp {
    NOON + SignedDuration::from_secs(seconds)
}

fn watched(name: &str) -> WatchedSource {
    WatchedSource { name: name.into(), every: HOUR }
}

/// An accepted alert of the source `thinklink`.
fn accepted() -> CommittedAlert {
    let alert = fanfare_testkit::alert(Severity::High).into();
    CommittedAlert { id: AlertId(1), alert, decisions: Vec::new(), entry: AlertEntry::New, ended: None }
}

fn with_source(source: &str) -> CommittedAlert {
    let mut alert = fanfare_testkit::alert(Severity::High);
    alert.source = source.into();
    CommittedAlert { alert: alert.into(), ..accepted() }
}

#[track_caller]
fn check(liveness: &SourceLiveness, name: &str, since: i64, last: Option<i64>) {
    let seen = liveness.all()[&SourceName::from(name)];
    assert_eq!(seen, LastSeen { every: HOUR, since: at(since), last: last.map(at) });
}

#[test]
fn each_alert_of_a_watched_source_updates_its_time() {
    let liveness = SourceLiveness::default();
    liveness.watch(vec![watched("thinklink"), watched("prometheus")], at(0));
    check(&liveness, "thinklink", 0, None);
    liveness.record(&[with_source("thinklink")], at(9));
    check(&liveness, "thinklink", 0, Some(9));
    check(&liveness, "prometheus", 0, None);
    liveness.record(&[with_source("prometheus"), with_source("thinklink")], at(19));
    check(&liveness, "thinklink", 0, Some(19));
    check(&liveness, "prometheus", 0, Some(19));
}

#[test]
fn alerts_of_a_source_that_is_not_watched_are_not_recorded() {
    let liveness = SourceLiveness::default();
    liveness.watch(vec![watched("prometheus")], at(0));
    liveness.record(&[with_source("thinklink")], at(9));
    assert_eq!(liveness.all().len(), 1);
    check(&liveness, "prometheus", 0, None);
}

#[test]
fn a_new_config_keeps_the_times_of_known_sources_and_watches_new_ones() {
    let liveness = SourceLiveness::default();
    liveness.watch(vec![watched("thinklink"), watched("old")], at(0));
    liveness.record(&[with_source("thinklink")], at(9));
    liveness.watch(vec![watched("thinklink"), watched("new")], at(60));
    check(&liveness, "thinklink", 0, Some(9));
    check(&liveness, "new", 60, None);
    assert_eq!(liveness.all().len(), 2);
}
