//! The workspace's own Rust code, read and parsed, and the rules that can be counted in it.
//!
//! *Product code* is what a crate's `src` holds outside `#[cfg(test)]`, in every
//! crate that ships. `xtask`, `testkit` and the package `tests` are tools:
//! their functions are shown and not added up.

mod measures;
mod prose;
mod type_names;
mod arrows;
mod sql;
mod rooms;
mod finding;
mod facts;
mod module;
mod tokens;

pub use crate::code::finding::{CodeFinding, Rule};
pub use crate::code::measures::{CodeMeasures, CrateMeasures, FunctionLines, Proportion, findings, measure};
pub use crate::code::module::{CodeBase, CrateCode, Module};
