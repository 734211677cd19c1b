//! Names, prose, arrows and the places of things inside every crate, counted as `cargo xtask measure-code` counts them.

use xtask::{CodeBase, CodeFinding, Rule, findings};

use super::{nothing_found, root};

/// Type names that several places define, each with the reason why that is right.
const SHARED_NAMES: &[(&str, &str)] = &[];

fn of_rules(rules: &[Rule]) -> Vec<CodeFinding> {
    let code = CodeBase::from_folder(&root()).unwrap();
    findings(&code).into_iter().filter(|it| rules.contains(&it.rule)).collect()
}

#[track_caller]
fn none_found(found: &[CodeFinding]) {
    nothing_found(&found.iter().map(ToString::to_string).collect::<Vec<_>>());
}

#[test]
fn every_doc_comment_opens_with_its_noun_and_says_more_than_the_name() {
    none_found(&of_rules(&[Rule::DocOpening, Rule::ShortDoc]));
}

#[test]
fn a_module_uses_only_modules_that_stand_after_it() {
    none_found(&of_rules(&[Rule::UpwardArrow, Rule::Circle]));
}

#[test]
fn no_function_of_the_product_is_long() {
    none_found(&of_rules(&[Rule::LongFunction]));
}

#[test]
fn sql_stands_in_the_stores_tables_reads_and_engine() {
    none_found(&of_rules(&[Rule::SqlCall]));
}

#[test]
fn the_store_decides_nothing() {
    none_found(&of_rules(&[Rule::StoreDecision]));
}

#[test]
fn a_shape_of_the_api_is_written_in_the_crate_api_alone() {
    none_found(&of_rules(&[Rule::ApiShape]));
}

#[test]
fn no_two_places_define_a_type_of_the_same_name_without_a_reason() {
    let has_reason = |it: &CodeFinding| SHARED_NAMES.iter().any(|(name, _)| it.names_type(name));
    let found = of_rules(&[Rule::TypeName]).into_iter().filter(|it| !has_reason(it));
    none_found(&found.collect::<Vec<_>>());
}

#[test]
fn every_shared_name_is_still_shared() {
    let found = of_rules(&[Rule::TypeName]);
    let is_shared = |name: &str| found.iter().any(|it| it.names_type(name));
    let gone: Vec<String> = SHARED_NAMES
        .iter()
        .filter(|(name, reason)| !is_shared(name) || reason.is_empty())
        .map(|(name, _)| format!("`{name}` is not shared any more, or has no reason"))
        .collect();
    nothing_found(&gone);
}
