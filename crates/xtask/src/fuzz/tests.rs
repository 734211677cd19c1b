use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use super::*;

/// The end of what libFuzzer prints of a run without a finding.
const CLEAN: &str = "\
#2\tINITED cov: 311 ft: 312 corp: 1/1b exec/s: 0 rss: 41Mb
#4096\tpulse  cov: 1502 ft: 2811 corp: 88/9Kb lim: 43 exec/s: 1365 rss: 60Mb
Done 9000 runs in 3 second(s)
stat::number_of_executed_units: 9000
stat::average_exec_per_sec:     3000
";

/// And of one with a finding.
const FOUND: &str = "\
#2\tINITED cov: 311 ft: 312 corp: 1/1b exec/s: 0 rss: 41Mb

thread '<unnamed>' (1) panicked at crates/fuzz/src/reading.rs:37:5:
taken, and neither an alert nor a reason came of it
==1== ERROR: libFuzzer: deadly signal
artifact_prefix='x/'; Test unit written to x/crash-1234
stat::number_of_executed_units: 17
";

fn succeeded() -> ExitStatus {
    ExitStatus::from_raw(0)
}

fn failed() -> ExitStatus {
    ExitStatus::from_raw(1 << 8)
}

fn row(printed: &str, status: ExitStatus) -> FuzzRow {
    let mut row = FuzzRow::new("formats");
    row.add(&FuzzOutput::read(printed, status).unwrap(), Duration::from_secs(3));
    row
}

fn report(row: FuzzRow) -> FuzzReport {
    FuzzReport { seed: 1, rows: vec![row] }
}

#[test]
fn the_executions_and_the_coverage_are_those_that_the_fuzzer_tells() {
    let row = row(CLEAN, succeeded());
    assert_eq!((row.executions, row.coverage, row.turns), (9000, 1502, 1));
    assert!(report(row).verdict().is_ok());
}

#[test]
fn a_finding_fails_the_search_and_names_its_input() {
    let row = row(FOUND, failed());
    assert!(row.findings.iter().any(|it| it.contains("x/crash-1234")), "{row:?}");
    assert_eq!(report(row).verdict().unwrap_err().to_string(), "a property does not hold of: formats");
}

#[test]
fn a_fuzzer_that_fails_without_an_input_is_no_clean_run() {
    assert!(FuzzOutput::read("error: no such binary", failed()).is_err());
    let idle = report(FuzzRow::new("names"));
    assert_eq!(idle.verdict().unwrap_err().to_string(), "`names` has read nothing");
}

#[test]
fn a_target_that_is_none_is_answered_with_those_there_are() {
    let targets = known_targets().unwrap();
    assert!(targets.contains(&"formats".to_owned()), "{targets:?}");
}
