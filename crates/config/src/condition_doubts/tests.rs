use super::*;

/// The doubt about `condition`, where a source fixes the label `state`.
fn doubt_about(condition: &str) -> Option<String> {
    let matcher: Matcher = condition.parse().unwrap_or_else(|err| panic!("{err}"));
    doubt(&matcher, &BTreeSet::from(["state"]))
}

#[track_caller]
fn check(condition: &str, expected: &str) {
    let doubt = doubt_about(condition).unwrap_or_else(|| panic!("no doubt about {condition}"));
    assert!(doubt.contains(expected), "{doubt}");
}

#[test]
fn a_label_that_is_looked_for_under_another_name_is_told() {
    check("level = urgent", "severity is `severity`");
    check(r#"Priority =~ "P1|P2""#, "severity is `severity`");
    check("Severity = urgent", "the gateway's own is `severity`");
    check("EUI = 6353012af1093062", "the gateway's own is `eui`");
    check("status = firing", "leave the condition out");
    check("status != resolved", "leave the condition out");
}

#[test]
fn a_value_with_what_belongs_to_the_condition_is_told() {
    check(r#"device = "'Cold room'""#, "compares the signs ' and '");
    check("device = “Cold room”", "compares the signs “ and ”");
    check(r#"device =~ "\"Cold.*\"""#, "compares the signs");
    check("device = a and site = b", "a comma between them");
    check(r#"device = "a || site = b""#, "a comma between them");
    check(r#"device = "~Cold.*""#, "begins with `~`");
    check("device = Cold.*", "write `device =~ \"Cold.*\"`");
    check("device != Cold.*", "write `device !~ \"Cold.*\"`");
}

#[test]
fn a_regular_expression_that_matches_nothing_or_less_than_meant_is_told() {
    check(r#"device =~ "a$b""#, "`$` is the end of it");
    check(r#"device =~ "$room""#, "`$` is the end of it");
    check(r#"device =~ "a^b""#, "`^` is the beginning of it");
    check(r#"device =~ "Cold room*""#, "write `Cold room.*`");
}

#[test]
fn a_condition_that_may_be_meant_is_left_alone() {
    for condition in [
        "severity = urgent",
        "severity >= high",
        "level = 3",
        "state = firing",
        "status = degraded",
        "site = harbour",
        r#"title = "salt and pepper""#,
        r#"query = "a=b""#,
        r#"device =~ "Cold room.*""#,
        r#"device =~ "^Cold.*$""#,
        r#"device =~ "(^a|b$)""#,
        r#"device =~ "US\\$5""#,
        r#"device =~ "a|b*""#,
        r#"device =~ "[^a]b""#,
        r#"eui =~ "\\D.*""#,
        r#"eui =~ "(?i)6353012A.*""#,
        r#"eui =~ "6353012A.*""#,
        "eui = 63:53:01:2A:F1:09:30:62",
    ] {
        assert_eq!(doubt_about(condition), None, "{condition}");
    }
}
