use fanfare_testkit::logged;

use super::*;

/// The log of a task that ends without waiting.
fn log_of(task: impl Future<Output = ()>) -> String {
    logged(|| report_panic("escalation", task).now_or_never().unwrap())
}

#[test]
fn a_task_that_panics_is_logged_with_its_name() {
    let log = log_of(async { panic!("a bug") });
    let expected = "ERROR A task panicked, and rests until the gateway is restarted; this is a bug task.name=\"escalation\"\n";
    assert_eq!(log, expected);
}

#[test]
fn a_task_that_ends_is_not_logged() {
    assert_eq!(log_of(async {}), "");
}
