//! The tests that ARCHITECTURE.md names as holding a promise are there.

use std::collections::BTreeSet;
use std::fs;

use super::sources::files;
use super::{nothing_found, root};

/// The tests that the page's last section names.
fn named(page: &str) -> BTreeSet<&str> {
    let (_, section) = page.split_once("## Invariants").unwrap();
    let quoted = section.split('`').skip(1).step_by(2);
    quoted
        .filter(|it| it.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        .filter(|it| it.contains('_'))
        .collect()
}

/// The `names` that no function in `sources` has.
fn missing<'a>(names: &BTreeSet<&'a str>, sources: &[String]) -> Vec<&'a str> {
    let is_there = |name: &str| sources.iter().any(|source| source.contains(&format!("fn {name}(")));
    names.iter().copied().filter(|name| !is_there(name)).collect()
}

#[test]
fn every_test_that_is_named_as_holding_a_promise_exists() {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let names = named(&page);
    assert!(names.len() >= 8, "one for each promise: {names:?}");
    let is_rust = |it: &String| it.ends_with(".rs");
    let sources: Vec<_> = files()
        .into_iter()
        .filter(is_rust)
        .filter_map(|it| fs::read_to_string(root().join(it)).ok())
        .collect();
    let findings: Vec<_> = missing(&names, &sources).into_iter().map(str::to_owned).collect();
    nothing_found(&findings);
}

#[test]
fn a_name_that_no_test_has_is_found() {
    let page = "`not_this`\n## Invariants\n| nothing disappears | `it_is_here`, `it_is_gone`, `a.rs` |";
    let sources = ["fn it_is_here() {}".to_owned()];
    assert_eq!(missing(&named(page), &sources), ["it_is_gone"]);
}
