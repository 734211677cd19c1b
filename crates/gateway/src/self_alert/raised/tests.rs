use fanfare_words::RaisedCondition;
use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;

const NOON: Timestamp = fanfare_testkit::NOON;

fn wrong(severity: Severity) -> CheckResult {
    let condition = RaisedCondition::DiskNearlyFull { free: 1, total: 100 };
    CheckResult::Problem(HealthProblem { severity, condition })
}

/// What is looked at, once so many seconds after noon; what is said is noted.
#[derive(Default)]
struct Looks(RaisedAlerts);

impl Looks {
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
fn what_begins_and_what_ends_is_said_once() {
    let mut looks = Looks::default();
    assert_eq!(looks.at(0, &[]), []);
    assert_eq!(looks.at(5, &[(ops(), wrong(High))]), [(Firing, High)]);
    assert_eq!(looks.at(10, &[(ops(), wrong(High))]), []);
    assert_eq!(looks.at(15, &[]), [(Resolved, High)]);
    assert_eq!(looks.at(20, &[]), []);
    assert_eq!(looks.at(25, &[(ops(), wrong(High))]), [(Firing, High)]);
}

#[test]
fn what_gets_worse_or_better_is_said() {
    let quota = Condition::Quota("dingtalk".to_owned());
    let mut looks = Looks::default();
    assert_eq!(looks.at(0, &[(quota.clone(), wrong(Low))]), [(Firing, Low)]);
    assert_eq!(looks.at(5, &[(quota.clone(), wrong(Mid))]), [(Firing, Mid)]);
    assert_eq!(looks.at(10, &[(quota.clone(), wrong(Mid))]), []);
    assert_eq!(looks.at(15, &[(quota, wrong(Low))]), [(Firing, Low)]);
    assert_eq!(looks.at(20, &[]), [(Resolved, Low)]);
}

#[test]
fn what_goes_on_is_said_again_every_hour() {
    let mut looks = Looks::default();
    assert_eq!(looks.at(0, &[(ops(), wrong(High))]), [(Firing, High)]);
    assert_eq!(looks.at(3599, &[(ops(), wrong(High))]), []);
    assert_eq!(looks.at(3600, &[(ops(), wrong(High))]), [(Firing, High)]);
    assert_eq!(looks.at(7199, &[(ops(), wrong(High))]), []);
    assert_eq!(looks.at(7200, &[(ops(), wrong(High))]), [(Firing, High)]);
}

#[test]
fn while_nobody_can_tell_what_was_said_stands() {
    let mut looks = Looks::default();
    assert_eq!(looks.at(0, &[(ops(), CheckResult::Unknown)]), []);
    assert_eq!(looks.at(5, &[(ops(), wrong(High))]), [(Firing, High)]);
    assert_eq!(looks.at(7200, &[(ops(), CheckResult::Unknown)]), []);
    assert_eq!(looks.at(7205, &[]), [(Resolved, High)]);
}

#[test]
fn what_goes_to_and_fro_must_be_well_for_ten_minutes_before_that_is_said() {
    for fickle in [Condition::Disk, Condition::Clock, Condition::Silence("ops".into())] {
        let mut looks = Looks::default();
        assert_eq!(looks.at(0, &[(fickle.clone(), wrong(High))]), [(Firing, High)]);
        assert_eq!(looks.at(100, &[]), []);
        assert_eq!(looks.at(699, &[]), []);
        assert_eq!(looks.at(700, &[(fickle.clone(), wrong(High))]), []);
        assert_eq!(looks.at(800, &[]), []);
        assert_eq!(looks.at(1400, &[]), [(Resolved, High)]);
    }
}

#[test]
fn what_could_not_be_kept_is_said_again_at_the_next_look() {
    let mut said = RaisedAlerts::default();
    let found = [(ops(), wrong(High))].into();
    assert_eq!(said.changes(&found, NOON).len(), 1); // and not noted
    assert_eq!(said.changes(&found, NOON).len(), 1);
}

#[test]
fn after_a_restart_what_an_earlier_run_said_is_neither_said_again_nor_forgotten() {
    let broken = AlertChange {
        condition: ops(),
        status: Firing,
        severity: High,
        facts: SelfAlertFacts::Resolved(ops().resolved()),
    };
    let foreign = fanfare_testkit::alert(High);
    let firing = [broken.alert(NOON), foreign];
    let mut looks = Looks(RaisedAlerts::from_stored(&firing, NOON));
    assert_eq!(looks.at(0, &[(ops(), CheckResult::Unknown)]), []);
    assert_eq!(looks.at(5, &[(ops(), wrong(High))]), []);
    let mut looks = Looks(RaisedAlerts::from_stored(&firing, NOON));
    assert_eq!(looks.at(0, &[]), [(Resolved, High)]);
    assert_eq!(looks.at(5, &[]), []);
}

proptest! {
    /// However it flaps: a start is said, then its end, and so on, and never twice the same within the hour.
    #[test]
    fn beginnings_and_ends_alternate(looks in proptest::collection::vec(0..3_u8, 0..200)) {
        let mut last = Resolved;
        let mut said = Looks::default();
        for (second, look) in (0..).step_by(5).zip(looks) {
            let found: &[_] = match look {
                0 => &[],
                1 => &[(ops(), CheckResult::Unknown)],
                _ => &[(ops(), wrong(High))],
            };
            for (status, _) in said.at(second, found) {
                prop_assert_ne!(status, last);
                last = status;
            }
        }
    }
}
