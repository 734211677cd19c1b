//! The figures of the whole workspace.

use serde::Serialize;

use crate::code::facts::{Facts, Function};
use crate::code::finding::{CodeFinding, Rule};
use crate::code::module::{CodeBase, CrateCode, Module};
use crate::code::prose::docs_of;
use crate::code::type_names::TypeNames;
use crate::code::{arrows, prose, rooms, sql};
use crate::stats::percentile;

#[cfg(test)]
mod tests;

/// The most lines that a function of the product may have.
pub(super) const MAX_LINES: usize = 59;

/// The figures of one revision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CodeMeasures {
    /// Crates in the order of their names.
    pub crates: Vec<CrateMeasures>,
    /// Functions of the product.
    pub functions: FunctionLines,
    /// Files of the product.
    pub files: usize,
    /// Doc comments that open with a pronoun, question word or adverb, tests and tools too.
    pub riddles: Proportion,
    /// Doc comments of fewer than three words, tests and tools too.
    pub short_docs: Proportion,
    /// Type names that are defined in several places, tests and tools too.
    pub repeated_type_names: Proportion,
    /// Uses of a module that stands higher, in the order of declaration.
    pub upward_arrows: usize,
    /// Sets of sibling modules that reach each other.
    pub circles: usize,
    /// Statements run in the store outside `tables`, `read` and `engine`.
    pub sql_calls: usize,
    /// Functions of core that the store uses: decisions that it makes itself.
    pub store_decisions: usize,
    /// Types outside `api` that serde reads or writes, and that are no JSON of their own.
    pub api_shapes_elsewhere: usize,
    /// Places that break a rule, by file and line.
    pub findings: Vec<CodeFinding>,
}

/// The figures of one crate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CrateMeasures {
    /// The name of its folder.
    pub name: String,
    /// Part of what ships, unlike a tool.
    pub is_product: bool,
    /// Files outside tests.
    pub files: usize,
    /// Functions outside tests.
    pub functions: FunctionLines,
    /// Places that break a rule.
    pub findings: usize,
}

/// Lines of functions, from `fn` to the closing brace, comments and blank lines too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FunctionLines {
    /// The number of functions.
    pub count: usize,
    /// Half of the functions are no longer.
    pub p50: usize,
    /// Nine of ten functions are no longer.
    pub p90: usize,
    /// All but one of a hundred functions are no longer.
    pub p99: usize,
    /// The longest function.
    pub max: usize,
}

/// A part of a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Proportion {
    /// The number of its members.
    pub found: usize,
    /// The size of the whole.
    pub of: usize,
}

impl Proportion {
    /// The part in percent; 0 of an empty whole.
    #[must_use]
    pub fn percent(self) -> f64 {
        let whole = f64::from(u32::try_from(self.of).unwrap_or(u32::MAX)).max(1.0);
        100.0 * f64::from(u32::try_from(self.found).unwrap_or(u32::MAX)) / whole
    }
}

impl FunctionLines {
    fn new(functions: &[Function]) -> Self {
        let lines: Vec<f64> =
            functions.iter().map(|it| f64::from(u32::try_from(it.lines).unwrap_or(u32::MAX))).collect();
        let at = |percent| percentile(&lines, percent).map_or(0, |it| it as usize);
        Self { count: lines.len(), p50: at(50), p90: at(90), p99: at(99), max: at(100) }
    }
}

/// Places of a workspace that break a rule, in the order of the rules.
#[must_use]
pub fn findings(code: &CodeBase) -> Vec<CodeFinding> {
    let mut findings: Vec<CodeFinding> = code.crates.iter().flat_map(findings_of).collect();
    findings.extend(TypeNames::new(code).findings());
    findings.sort();
    findings
}

/// Measures a whole workspace.
#[must_use]
pub fn measure(code: &CodeBase) -> CodeMeasures {
    let names = TypeNames::new(code);
    let findings = findings(code);
    let count = |rule| findings.iter().filter(|it| it.rule == rule).count();
    let docs = code.modules().map(|it| docs_of(it).len()).sum();
    let product: Vec<&CrateCode> = code.crates.iter().filter(|it| it.is_product()).collect();
    let functions: Vec<Function> = product.iter().flat_map(|it| functions_of(it)).map(|(_, it)| it).collect();
    CodeMeasures {
        crates: code.crates.iter().map(|krate| measure_crate(krate, &findings)).collect(),
        functions: FunctionLines::new(&functions),
        files: product.iter().map(|it| files_of(it)).sum(),
        riddles: Proportion { found: count(Rule::DocOpening), of: docs },
        short_docs: Proportion { found: count(Rule::ShortDoc), of: docs },
        repeated_type_names: Proportion { found: names.repeated().count(), of: names.len() },
        upward_arrows: count(Rule::UpwardArrow),
        circles: count(Rule::Circle),
        sql_calls: count(Rule::SqlCall),
        store_decisions: count(Rule::StoreDecision),
        api_shapes_elsewhere: count(Rule::ApiShape),
        findings,
    }
}

fn measure_crate(krate: &CrateCode, findings: &[CodeFinding]) -> CrateMeasures {
    let functions: Vec<Function> = functions_of(krate).map(|(_, function)| function).collect();
    CrateMeasures {
        name: krate.name.clone(),
        is_product: krate.is_product(),
        files: files_of(krate),
        functions: FunctionLines::new(&functions),
        findings: findings.iter().filter(|it| it.krate == krate.name).count(),
    }
}

fn files_of(krate: &CrateCode) -> usize {
    krate.modules.iter().filter(|it| !it.is_test && !it.text.is_empty()).count()
}

fn functions_of(krate: &CrateCode) -> impl Iterator<Item = (&Module, Function)> {
    krate.modules.iter().flat_map(|module| {
        Facts::from_product(module).functions.into_iter().map(move |function| (module, function))
    })
}

fn findings_of(krate: &CrateCode) -> Vec<CodeFinding> {
    let mut found = prose::findings(krate);
    found.extend(arrows::findings(krate));
    found.extend(sql::findings(krate));
    found.extend(rooms::findings(krate));
    let long = functions_of(krate).filter(|(_, function)| krate.is_product() && function.lines > MAX_LINES);
    found.extend(long.map(|(module, function)| CodeFinding {
        rule: Rule::LongFunction,
        krate: krate.name.clone(),
        file: module.file.clone(),
        line: function.line,
        text: format!("`{}` has {} lines, more than {MAX_LINES}", function.name, function.lines),
    }));
    found
}
