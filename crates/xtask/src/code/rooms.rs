//! Work that stands in another room than its own: decisions in the store, shapes of the
//! API outside `api`.

use crate::code::facts::{Facts, TypeDefinition};
use crate::code::finding::{CodeFinding, Rule};
use crate::code::module::{CrateCode, Module};

#[cfg(test)]
mod tests;

/// Crates that speak the API's JSON and define none of it.
const SPEAKERS: [&str; 3] = ["gateway", "http", "server"];

/// Modules of the server whose JSON is no shape of the API, each with what it is instead.
const OTHER_JSON: [(&[&str], &str); 3] = [
    (&["commands", "check"], "the output of `fanfare check --json`"),
    (&["commands", "reload"], "the part that the answers to a reload have in common"),
    (&["commands", "routes"], "the output of `fanfare routes … --json`"),
];

/// Findings of both rules in one crate.
pub(super) fn findings(krate: &CrateCode) -> Vec<CodeFinding> {
    let find = |in_module: fn(&Module) -> Vec<(Rule, usize, String)>| -> Vec<CodeFinding> {
        let found = krate.modules.iter().flat_map(|module| {
            in_module(module)
                .into_iter()
                .map(move |(rule, line, text)| (module.file.clone(), rule, line, text))
        });
        let finding =
            |(file, rule, line, text)| CodeFinding { rule, krate: krate.name.clone(), file, line, text };
        found.map(finding).collect()
    };
    match krate.name.as_str() {
        "store" => find(decisions),
        name if SPEAKERS.contains(&name) => find(shapes),
        _ => Vec::new(),
    }
}

/// Uses of core's functions, which decide: the store is handed the decision as a closure, and
/// knows core's types only.
fn decisions(module: &Module) -> Vec<(Rule, usize, String)> {
    let is_function = |name: &String| name.starts_with(|first: char| first.is_ascii_lowercase());
    let of_core = |path: &[String]| match path {
        [krate, name] if krate == "fanfare_core" && is_function(name) => Some(name.clone()),
        _ => None,
    };
    let paths = Facts::from_product(module).paths.into_iter();
    let calls = paths.filter_map(|(path, line)| Some((of_core(&path)?, line)));
    calls.map(|(name, line)| (Rule::StoreDecision, line, format!("the store decides: `{name}`"))).collect()
}

/// Types that serde reads or writes.
fn shapes(module: &Module) -> Vec<(Rule, usize, String)> {
    let is_below = |folder: &[&str]| {
        module.path.len() >= folder.len() && module.path.iter().zip(folder).all(|(a, b)| a == b)
    };
    if OTHER_JSON.iter().any(|(folder, _)| is_below(folder)) {
        return Vec::new();
    }
    let types = Facts::from_product(module).serialized.into_iter();
    let finding = |TypeDefinition { name, line }| {
        (Rule::ApiShape, line, format!("`{name}` is JSON, and its place is `api`"))
    };
    types.map(finding).collect()
}
