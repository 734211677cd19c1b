use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(form: &str, expected: Option<&str>) {
    assert_eq!(name_in(form.as_bytes()).as_deref(), expected, "{form}");
}

#[test]
fn a_name_is_read_as_a_browser_sends_it() {
    check("name=%E5%BC%A0%E4%B8%89", Some("张三"));
    check("name=Wang+Wu", Some("Wang Wu"));
    check("other=x&name=Wang", Some("Wang"));
}

#[test]
fn who_gives_no_name_has_none() {
    check("", None);
    check("name=", None);
    check("name=+%20%0A", None);
    check("nickname=Wang", None);
    check("{\"name\": \"Wang\"}", None);
}

#[test]
fn a_name_is_one_line_of_64_characters() {
    check("name=Wang%0D%0ASubject%3A%20x", Some("Wang Subject: x"));
    check(&format!("name={}", "%E5%BC%A0".repeat(65)), Some("张".repeat(64).as_str()));
    check(&format!("name={}+x", "x".repeat(63)), Some("x".repeat(63).as_str()));
}

proptest! {
    #[test]
    fn whatever_is_posted_a_name_is_short_and_on_one_line(form: Vec<u8>) {
        if let Some(name) = name_in(&form) {
            prop_assert!(!name.is_empty() && name.chars().count() <= NAME_LIMIT, "{name}");
            prop_assert!(!name.contains(char::is_control) && name.trim() == name, "{name}");
        }
    }
}
