use super::*;

#[test]
fn a_share_is_shown_with_its_parts() {
    assert_eq!(share(Proportion { found: 1, of: 40 }), "1 of 40 (2.5 %)");
    assert_eq!(share(Proportion { found: 0, of: 0 }), "0 of 0 (0.0 %)");
}

#[test]
fn a_revision_that_is_not_there_is_named() {
    let problem = measure_revision("no-such-revision").unwrap_err();
    assert_eq!(problem.to_string(), "git knows no revision `no-such-revision`");
}
