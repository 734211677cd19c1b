//! Problems of a config: what is wrong, where, and what would be right.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::place::Position;

/// The weight of a problem: whether a config that has it can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProblemSeverity {
    /// The config cannot be used.
    Error,
    /// The config can be used, and somebody should look.
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
    /// The line and column; `None` for a problem of the file as a whole.
    #[serde(flatten)]
    pub position: Option<Position>,
    /// The weight of the problem.
    pub severity: ProblemSeverity,
    /// The setting, e.g. `channels.ops-dingtalk.access_token`; empty for the whole file.
    pub path: String,
    /// The complaint, and what would be right.
    pub message: String,
}

impl Problem {
    /// An error about the file as a whole.
    #[must_use]
    pub fn whole_file(position: Option<Position>, message: String) -> Self {
        Self { position, severity: ProblemSeverity::Error, path: String::new(), message }
    }

    /// A warning about the file as a whole, or about what it is used with.
    #[must_use]
    pub fn warning_of_whole(message: String) -> Self {
        Self { position: None, severity: ProblemSeverity::Warning, path: String::new(), message }
    }

    /// True if the config cannot be used because of the problem.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == ProblemSeverity::Error
    }
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

/// The reason why a config cannot be used: every problem it has, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    /// The file of the config.
    pub file: PathBuf,
    /// The problems, at least one of them an error.
    pub list: Vec<Problem>,
}

impl Problems {
    /// The problems of the config at `file`, sorted by place, each told once.
    #[must_use]
    pub fn new(file: &Path, mut list: Vec<Problem>) -> Self {
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

/// A problem as one line that editors and terminals know how to open:
/// `FILE:LINE:COLUMN: error: PATH: message`.
#[must_use]
pub fn in_file(file: &Path, problem: &Problem) -> String {
    format!("{}:{problem}", file.display())
}
