use super::*;

fn shell(title: &'static str, script: &str) -> GateStep {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    step(title, command)
}

/// The printed text and the outcome.
fn check(steps: Vec<GateStep>, closing_line: &str) -> (String, Result<()>) {
    let mut out = Vec::new();
    let outcome = run_all(steps, &mut out);
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.lines().last(), Some(closing_line), "{text}");
    (text, outcome)
}

#[test]
fn when_every_step_is_good_so_is_the_whole() {
    let (_, outcome) = check(vec![shell("one", "true"), shell("two", "exit 0")], "steps: 2 passed, 0 failed");
    assert!(outcome.is_ok());
}

#[test]
fn a_failed_step_fails_the_whole_and_the_rest_still_runs() {
    let steps = vec![shell("one", "true"), shell("two", "exit 7"), shell("three", "true")];
    let (text, outcome) = check(steps, "steps: 2 passed, 1 failed");
    assert_eq!(outcome.unwrap_err().to_string(), "failed: two");
    assert!(text.contains("two: FAILED, exit status: 7"), "{text}");
    assert!(text.contains("three: good"), "{text}");
}

#[test]
fn a_step_that_cannot_run_has_failed() {
    let missing = step("one", Command::new("no-such-program"));
    let (text, outcome) = check(vec![missing], "steps: 0 passed, 1 failed");
    assert!(outcome.is_err());
    assert!(text.contains("cannot run no-such-program"), "{text}");
}

#[test]
fn the_tests_are_the_last_step() {
    let titles: Vec<&str> = steps().iter().map(|step| step.title).collect();
    assert_eq!(titles.first(), Some(&"install what is missing"));
    assert_eq!(titles.last(), Some(&"tests"));
}

#[test]
fn a_command_is_shown_as_a_person_would_type_it() {
    let expected =
        "RUSTDOCFLAGS=\"-D warnings\" cargo doc --workspace --no-deps --document-private-items --quiet";
    assert_eq!(as_typed(&documentation()), expected);
}
