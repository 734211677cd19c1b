use super::trial::Told;
use super::*;

fn row(scenario: LossScenario, messages: &[usize]) -> LossRow {
    LossRow::new(scenario, "Fanfare", Told { messages: messages.to_vec(), after: None })
}

#[test]
fn an_alert_that_nobody_was_told_of_is_lost() {
    let row = row(LossScenario::KillWithMany, &[1, 0, 2]);
    assert_eq!((row.accepted, row.lost, row.is_right), (3, 1, false));
    assert_eq!(row.outcome(), "1 of 3 lost");
    let problem = LossReport { rows: vec![row] }.verdict("Fanfare").unwrap_err();
    assert_eq!(problem.to_string(), "300 accepted, kill -9, restart: 1 of 3 lost");
}

#[test]
fn a_repeat_is_right_only_where_something_was_in_flight() {
    assert!(row(LossScenario::KillAfterAnswer, &[2]).is_right);
    assert!(!row(LossScenario::KillAfterAnswer, &[3]).is_right);
    let repeated = row(LossScenario::RepeatAfterKill, &[2]);
    assert_eq!(repeated.outcome(), "2 messages about one alert");
    assert!(row(LossScenario::Flapping, &[3]).is_right);
    assert!(!row(LossScenario::Flapping, &[1]).is_right);
}

#[test]
fn where_nothing_was_accepted_nothing_is_right() {
    let row = row(LossScenario::StuckConnections, &[]);
    assert_eq!((row.outcome().as_str(), row.is_right), ("nothing was accepted", false));
}

#[test]
fn the_verdict_is_on_one_gateway_and_the_table_shows_both() {
    let other = LossRow { system: "Alertmanager", ..row(LossScenario::StopAfterAnswer, &[0]) };
    let report = LossReport { rows: vec![row(LossScenario::StopAfterAnswer, &[1]), other] };
    assert!(report.verdict("Fanfare").is_ok());
    assert!(report.verdict("Alertmanager").is_err());
    let table = report.to_string();
    assert!(table.contains("1 of 1 lost") && table.contains("right"), "{table}");
}
