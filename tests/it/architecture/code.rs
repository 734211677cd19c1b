//! Names, prose and arrows inside the crates, counted as `cargo xtask measure-code` counts them.

use std::collections::BTreeSet;

use xtask::{CodeBase, CodeFinding, Rule, findings};

use super::{nothing_found, root};

/// Crates whose doc comments open with their noun, and say more than two words.
const PROSE: &[&str] = &["config", "core", "http", "settings", "sources", "testkit", "tests", "xtask"];

/// Crates whose type names no other crate of the list defines, apart from [`SHARED_NAMES`].
const NAMES: &[&str] = &["config", "settings", "testkit", "tests", "words", "xtask"];

/// Crates whose modules use only modules after them.
const ARROWS: &[&str] = &["api", "config", "settings", "testkit", "tests", "words", "xtask"];

/// Type names that several places define, each with the reason why that is right.
const SHARED_NAMES: &[(&str, &str)] = &[];

fn of_rules(rules: &[Rule], crates: &[&str]) -> Vec<CodeFinding> {
    let code = CodeBase::from_folder(&root()).unwrap();
    let is_held = |it: &CodeFinding| rules.contains(&it.rule) && crates.contains(&it.krate.as_str());
    findings(&code).into_iter().filter(is_held).collect()
}

#[track_caller]
fn none_found(found: &[CodeFinding]) {
    nothing_found(&found.iter().map(ToString::to_string).collect::<Vec<_>>());
}

#[test]
fn every_doc_comment_opens_with_its_noun_and_says_more_than_the_name() {
    none_found(&of_rules(&[Rule::DocOpening, Rule::ShortDoc], PROSE));
}

#[test]
fn a_module_uses_only_modules_that_stand_after_it() {
    none_found(&of_rules(&[Rule::UpwardArrow, Rule::Circle], ARROWS));
}

#[test]
fn no_two_places_define_a_type_of_the_same_name_without_a_reason() {
    let mut code = CodeBase::from_folder(&root()).unwrap();
    code.crates.retain(|krate| NAMES.contains(&krate.name.as_str()));
    let has_reason = |it: &CodeFinding| SHARED_NAMES.iter().any(|(name, _)| it.names_type(name));
    let found = findings(&code).into_iter().filter(|it| it.rule == Rule::TypeName && !has_reason(it));
    none_found(&found.collect::<Vec<_>>());
}

#[test]
fn every_shared_name_is_still_shared() {
    let code = CodeBase::from_folder(&root()).unwrap();
    let found = findings(&code);
    let is_shared = |name: &str| found.iter().any(|it| it.rule == Rule::TypeName && it.names_type(name));
    let gone: Vec<String> = SHARED_NAMES
        .iter()
        .filter(|(name, reason)| !is_shared(name) || reason.is_empty())
        .map(|(name, _)| format!("`{name}` is not shared any more, or has no reason"))
        .collect();
    nothing_found(&gone);
}

#[test]
fn the_lists_name_crates_that_exist() {
    let code = CodeBase::from_folder(&root()).unwrap();
    let existing: BTreeSet<&str> = code.crates.iter().map(|it| it.name.as_str()).collect();
    let gone: Vec<String> = [PROSE, NAMES, ARROWS]
        .concat()
        .into_iter()
        .filter(|name| !existing.contains(name))
        .map(|name| format!("there is no crate `{name}`"))
        .collect();
    nothing_found(&gone);
}
