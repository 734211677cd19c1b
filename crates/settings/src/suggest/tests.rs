use super::unknown_name;

#[track_caller]
fn check(name: &str, known: &[&str], expected: &str) {
    assert_eq!(unknown_name("setting", name, known.iter().copied()), expected);
}

#[test]
fn the_closest_name_is_proposed() {
    check(
        "recievers",
        &["route", "receivers"],
        "unknown setting `recievers`; did you mean `receivers`? known are `route`, `receivers`",
    );
    check("TIMEOUT", &["timeout"], "unknown setting `TIMEOUT`; did you mean `timeout`? known are `timeout`");
}

#[test]
fn a_name_that_is_like_no_other_gets_the_list() {
    check("zebra", &["route", "store"], "unknown setting `zebra`; known are `route`, `store`");
    check("zebra", &[], "unknown setting `zebra`; there are none");
}
