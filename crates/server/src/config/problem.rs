//! What is wrong with a config, where, and what would be right.

use std::fmt;
use std::path::{Path as FilePath, PathBuf};

use serde::Serialize;

use super::place::Position;

/// Whether a config with this problem can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProblemSeverity {
    /// It cannot.
    Error,
    /// It can, and somebody should look.
    Warning,
}

impl fmt::Display for ProblemSeverity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// One thing that is wrong with a config. Never quotes a secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// Where it stands; `None` if it is about the file as a whole.
    #[serde(flatten)]
    pub position: Option<Position>,
    /// Whether the config can be used.
    pub severity: ProblemSeverity,
    /// The setting, e.g. `channels.ops-dingtalk.access_token`; empty for the whole file.
    pub path: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { position, severity, path, message } = self;
        if let Some(Position { line, column }) = position {
            write!(f, "{line}:{column}:")?;
        }
        write!(f, " {severity}: ")?;
        if !path.is_empty() {
            write!(f, "{path}: ")?;
        }
        f.write_str(message)
    }
}

/// Why a config cannot be used: every problem it has, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    /// The file.
    pub file: PathBuf,
    /// At least one of them is an error.
    pub list: Vec<Problem>,
}

impl Problems {
    pub(crate) fn new(file: &FilePath, mut list: Vec<Problem>) -> Self {
        list.sort();
        list.dedup();
        Self { file: file.to_owned(), list }
    }
}

impl std::error::Error for Problems {}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.list.iter().map(|it| in_file(&self.file, it)).collect();
        f.write_str(&lines.join("\n"))
    }
}

/// `problem` as one line that editors and terminals know how to open:
/// `FILE:LINE:COLUMN: error: PATH: message`.
#[must_use]
pub fn in_file(file: &FilePath, problem: &Problem) -> String {
    format!("{}:{problem}", file.display())
}
