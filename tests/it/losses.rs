//! The short form of `cargo xtask losses`: scenarios in which gateways lose alerts.

use std::path::PathBuf;

use tokio::runtime::Runtime;
use xtask::{LossScenario, Losses, System};

use crate::harness::TestFolder;

#[track_caller]
fn check(scenario: LossScenario) {
    let binary = PathBuf::from(TestFolder::new("").command(&[], &[]).get_program());
    let (scratch, patience) = (xtask::scratch().unwrap(), Losses::PATIENCE);
    let fanfare = System::Fanfare(binary);
    let name = fanfare.name();
    let losses = Losses { systems: vec![fanfare], scenarios: vec![scenario], scratch, patience };
    let report = Runtime::new().unwrap().block_on(losses.run(&mut Vec::new())).unwrap();
    assert!(report.verdict(name).is_ok(), "{report}");
}

#[test]
fn what_is_tried_again_at_a_stop_is_told_after_the_restart() {
    check(LossScenario::StopWhileRetrying);
}

#[test]
fn what_began_and_ended_while_the_receiver_was_down_is_told() {
    check(LossScenario::OverDuringOutage);
}

#[test]
fn a_refusal_with_status_200_is_tried_again() {
    check(LossScenario::RefusedWithStatus200);
}

#[test]
fn an_alarm_that_ends_and_begins_again_at_once_is_told_each_time() {
    check(LossScenario::Flapping);
}

#[test]
fn what_was_accepted_before_the_disk_was_full_is_told() {
    check(LossScenario::DiskFull);
}

#[test]
fn half_requests_of_strangers_keep_no_alert_waiting() {
    check(LossScenario::StuckConnections);
}

#[test]
fn one_refused_recipient_costs_the_other_no_mail() {
    check(LossScenario::RecipientRefused);
}
