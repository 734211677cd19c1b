//! SQL outside the parts of the store that are there for it.

use crate::code::facts::{Facts, MethodCall};
use crate::code::finding::{CodeFinding, Rule};
use crate::code::module::{CrateCode, Module};

#[cfg(test)]
mod tests;

/// Methods of rusqlite that are handed SQL, with the number of their arguments. The
/// methods of a prepared statement, which are called the same, take one fewer.
const STATEMENT_METHODS: [(&str, usize); 7] = [
    ("execute", 2),
    ("execute_batch", 1),
    ("prepare", 1),
    ("prepare_cached", 1),
    ("query_one", 3),
    ("query_row", 3),
    ("query_row_and_then", 3),
];

/// The store's folders that speak SQL.
const SQL_FOLDERS: [&str; 3] = ["tables", "read", "engine"];

/// SQL call sites of the store that stand outside [`SQL_FOLDERS`].
pub(super) fn findings(krate: &CrateCode) -> Vec<CodeFinding> {
    if krate.name != "store" {
        return Vec::new();
    }
    krate.modules.iter().filter(|module| !may_speak_sql(module)).flat_map(|it| in_module(krate, it)).collect()
}

fn may_speak_sql(module: &Module) -> bool {
    module.path.first().is_some_and(|folder| SQL_FOLDERS.contains(&folder.as_str()))
}

fn in_module(krate: &CrateCode, module: &Module) -> Vec<CodeFinding> {
    let calls = Facts::from_product(module).calls.into_iter();
    let statements = calls.filter(|it| STATEMENT_METHODS.contains(&(it.method.as_str(), it.arguments)));
    let finding = |MethodCall { method, arguments: _, line }| CodeFinding {
        rule: Rule::SqlCall,
        krate: krate.name.clone(),
        file: module.file.clone(),
        line,
        text: format!("SQL: `.{method}(…)`"),
    };
    statements.map(finding).collect()
}
