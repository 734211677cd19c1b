//! One place that breaks a rule.

use std::fmt;

use serde::Serialize;

/// A rule of `CONTRIBUTING.md` that a program can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A function has at most [`MAX_LINES`](crate::code::measures::MAX_LINES) lines.
    LongFunction,
    /// A doc comment opens with its noun or verb.
    DocOpening,
    /// A doc comment has at least three words.
    ShortDoc,
    /// A type's name is defined in one place of the workspace.
    TypeName,
    /// A module uses only modules that stand after it.
    UpwardArrow,
    /// No two modules of one folder use each other, directly or through others.
    Circle,
    /// SQL stands in `tables`, `read` and `engine` of the store.
    SqlCall,
    /// The store uses none of core's functions: it is handed its decisions.
    StoreDecision,
    /// JSON of the API is defined in the crate `api` alone.
    ApiShape,
}

/// One place that breaks a [`Rule`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CodeFinding {
    /// The rule that is broken.
    pub rule: Rule,
    /// The name of the crate's folder.
    pub krate: String,
    /// The file, relative to the workspace.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The offence, for people.
    pub text: String,
}

impl CodeFinding {
    /// True for a finding about the type `name`.
    #[must_use]
    pub fn names_type(&self, name: &str) -> bool {
        self.rule == Rule::TypeName && self.text.starts_with(&format!("`{name}` "))
    }
}

impl fmt::Display for CodeFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule: _, krate: _, file, line, text } = self;
        write!(f, "{file}:{line}: {text}")
    }
}
