//! Type names that are defined in more than one place.

use std::collections::BTreeMap;

use crate::code::facts::{Facts, TypeDefinition};
use crate::code::finding::{CodeFinding, Rule};
use crate::code::module::{CodeBase, Module};

#[cfg(test)]
mod tests;

/// The places that define each type name, private ones and those of tests too.
pub(super) struct TypeNames<'a> {
    places: BTreeMap<String, Vec<(&'a str, &'a Module, TypeDefinition)>>,
}

impl<'a> TypeNames<'a> {
    pub(super) fn new(code: &'a CodeBase) -> Self {
        let mut places: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for krate in &code.crates {
            for module in &krate.modules {
                for definition in Facts::from_all(module).types {
                    let place = (krate.name.as_str(), module, definition.clone());
                    places.entry(definition.name).or_default().push(place);
                }
            }
        }
        Self { places }
    }

    /// The number of names.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Names with more than one place.
    pub(super) fn repeated(&self) -> impl Iterator<Item = &str> {
        self.places.iter().filter(|(_, places)| places.len() > 1).map(|(name, _)| name.as_str())
    }

    /// Each place of a name that has several.
    pub(super) fn findings(&self) -> Vec<CodeFinding> {
        let repeated = self.places.values().filter(|places| places.len() > 1);
        repeated.flat_map(|places| places.iter().map(|place| finding(place, places))).collect()
    }
}

fn finding(
    place: &(&str, &Module, TypeDefinition),
    places: &[(&str, &Module, TypeDefinition)],
) -> CodeFinding {
    let (krate, module, TypeDefinition { name, line }) = place;
    let is_other = |it: &&(&str, &Module, TypeDefinition)| (&it.1.file, it.2.line) != (&module.file, *line);
    let others: Vec<String> = places
        .iter()
        .filter(is_other)
        .map(|(_, module, it)| format!("{}:{}", module.file, it.line))
        .collect();
    CodeFinding {
        rule: Rule::TypeName,
        krate: (*krate).to_owned(),
        file: module.file.clone(),
        line: *line,
        text: format!("`{name}` is also defined at {}", others.join(", ")),
    }
}
