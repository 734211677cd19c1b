//! A reload of the config.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::ErrorDetails;
use crate::ReloadStatus;

/// A reload that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReloadResult {
    /// The word for what became of the reload.
    pub status: ReloadStatus,
    /// Warnings about the config that is now in force.
    pub problems: Vec<ConfigProblem>,
}

/// A reload that was refused because the config cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefusedReload {
    /// The reason, with the code `unsound_config`.
    pub error: ErrorDetails,
    /// Every problem of the config.
    pub problems: Vec<ConfigProblem>,
}

/// One problem of a config.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfigProblem {
    /// The line, from 1; none for a problem of the file as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The column in characters, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// The consequence: an error makes the config unusable.
    pub severity: ProblemLevel,
    /// The setting, e.g. `channels.ops.secret`; empty for the file as a whole.
    pub path: String,
    /// A sentence for people: the problem, and what would be right.
    pub message: String,
}

/// The consequence of a problem of a config.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProblemLevel {
    /// The config cannot be used.
    Error,
    /// The config can be used, and somebody should look at it.
    Warning,
}

/// `12:5: error: receivers[0].channels[1]: unknown channel`, as `fanfare check` prints it less the name of the file.
impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, severity, path, message } = self;
        if let (Some(line), Some(column)) = (line, column) {
            write!(f, "{line}:{column}: ")?;
        }
        match severity {
            ProblemLevel::Error => f.write_str("error: ")?,
            ProblemLevel::Warning => f.write_str("warning: ")?,
        }
        if !path.is_empty() {
            write!(f, "{path}: ")?;
        }
        f.write_str(message)
    }
}
