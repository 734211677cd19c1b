use fanfare_words::RaisedCondition;
use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;

const NOON: Timestamp = fanfare_testkit::NOON;

fn problem(severity: Severity) -> CheckResult {
    let condition = RaisedCondition::DiskNearlyFull { free: 1, total: 100 };
    CheckResult::Problem(HealthProblem { severity, labels: Labels::default(), condition })
}

/// Checks at seconds after noon, whose changes are all recorded.
#[derive(Default)]
struct CheckSeries(RaisedAlerts);

impl CheckSeries {
    fn at(&mut self, second: i64, found: &[(Condition, CheckResult)]) -> Vec<(Status, Severity)> {
        let now = NOON + SignedDuration::from_secs(second);
        let changes = self.0.changes(&found.iter().cloned().collect(), now);
        changes.iter().for_each(|change| self.0.record(change, now));
        changes.iter().map(|change| (change.status, change.severity)).collect()
    }
}

fn ops() -> Condition {
    Condition::Channel("ops".into())
}

use Severity::{High, Low, Mid};
use Status::{Firing, Resolved};

#[test]
fn a_condition_is_raised_once_and_resolved_once() {
    let mut checks = CheckSeries::default();
    assert_eq!(checks.at(0, &[]), []);
    assert_eq!(checks.at(5, &[(ops(), problem(High))]), [(Firing, High)]);
    assert_eq!(checks.at(10, &[(ops(), problem(High))]), []);
    assert_eq!(checks.at(15, &[]), [(Resolved, High)]);
    assert_eq!(checks.at(20, &[]), []);
    assert_eq!(checks.at(25, &[(ops(), problem(High))]), [(Firing, High)]);
}

#[test]
fn a_changed_severity_is_raised_again() {
    let quota = Condition::Quota("dingtalk".to_owned());
    let mut checks = CheckSeries::default();
    assert_eq!(checks.at(0, &[(quota.clone(), problem(Low))]), [(Firing, Low)]);
    assert_eq!(checks.at(5, &[(quota.clone(), problem(Mid))]), [(Firing, Mid)]);
    assert_eq!(checks.at(10, &[(quota.clone(), problem(Mid))]), []);
    assert_eq!(checks.at(15, &[(quota, problem(Low))]), [(Firing, Low)]);
    assert_eq!(checks.at(20, &[]), [(Resolved, Low)]);
}

#[test]
fn an_ongoing_condition_is_refreshed_every_hour() {
    let mut checks = CheckSeries::default();
    assert_eq!(checks.at(0, &[(ops(), problem(High))]), [(Firing, High)]);
    assert_eq!(checks.at(3599, &[(ops(), problem(High))]), []);
    assert_eq!(checks.at(3600, &[(ops(), problem(High))]), [(Firing, High)]);
    assert_eq!(checks.at(7199, &[(ops(), problem(High))]), []);
    assert_eq!(checks.at(7200, &[(ops(), problem(High))]), [(Firing, High)]);
}

#[test]
fn an_unknown_result_leaves_a_raised_alert_as_it_is() {
    let mut checks = CheckSeries::default();
    assert_eq!(checks.at(0, &[(ops(), CheckResult::Unknown)]), []);
    assert_eq!(checks.at(5, &[(ops(), problem(High))]), [(Firing, High)]);
    assert_eq!(checks.at(7200, &[(ops(), CheckResult::Unknown)]), []);
    assert_eq!(checks.at(7205, &[]), [(Resolved, High)]);
}

#[test]
fn a_flapping_condition_is_resolved_after_ten_minutes_without_it() {
    for flapping in [Condition::Disk, Condition::Clock, Condition::Silence("ops".into())] {
        let mut checks = CheckSeries::default();
        assert_eq!(checks.at(0, &[(flapping.clone(), problem(High))]), [(Firing, High)]);
        assert_eq!(checks.at(100, &[]), []);
        assert_eq!(checks.at(699, &[]), []);
        assert_eq!(checks.at(700, &[(flapping.clone(), problem(High))]), []);
        assert_eq!(checks.at(800, &[]), []);
        assert_eq!(checks.at(1400, &[]), [(Resolved, High)]);
    }
}

#[test]
fn a_change_that_could_not_be_stored_is_repeated_at_the_next_check() {
    let mut raised = RaisedAlerts::default();
    let found = [(ops(), problem(High))].into();
    assert_eq!(raised.changes(&found, NOON).len(), 1); // not recorded
    assert_eq!(raised.changes(&found, NOON).len(), 1);
}

#[test]
fn after_a_restart_a_raised_alert_is_neither_raised_again_nor_forgotten() {
    let broken = AlertChange {
        condition: ops(),
        status: Firing,
        severity: High,
        labels: Labels::default(),
        facts: SelfAlertFacts::Resolved(ops().resolved()),
    };
    let foreign = fanfare_testkit::alert(High);
    let firing = [broken.alert(NOON), foreign];
    let mut checks = CheckSeries(RaisedAlerts::from_stored(&firing, |_| true, NOON));
    assert_eq!(checks.at(0, &[(ops(), CheckResult::Unknown)]), []);
    assert_eq!(checks.at(5, &[(ops(), problem(High))]), []);
    let mut checks = CheckSeries(RaisedAlerts::from_stored(&firing, |_| true, NOON));
    assert_eq!(checks.at(0, &[]), [(Resolved, High)]);
    assert_eq!(checks.at(5, &[]), []);
}

proptest! {
    /// Within an hour, a flapping condition is raised and resolved by turns.
    #[test]
    fn raised_and_resolved_alternate(checks in proptest::collection::vec(0..3_u8, 0..200)) {
        let mut last = Resolved;
        let mut series = CheckSeries::default();
        for (second, result) in (0..).step_by(5).zip(checks) {
            let found: &[_] = match result {
                0 => &[],
                1 => &[(ops(), CheckResult::Unknown)],
                _ => &[(ops(), problem(High))],
            };
            for (status, _) in series.at(second, found) {
                prop_assert_ne!(status, last);
                last = status;
            }
        }
    }
}
