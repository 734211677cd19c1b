//! The reasons that a reload changes nothing, and how the API shows them.

use std::time::Duration;

use fanfare_api::{ConfigProblem, ProblemLevel};
use fanfare_config::{Problem, ProblemSeverity, Problems};
use fanfare_gateway::StoreError;
use fanfare_http::ReloadFailure;

use crate::serve::sandbox_host::UnsupportedChannel;

/// The reason that a reload changed nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotReloaded {
    /// The config cannot be used, or not without a restart.
    #[error(transparent)]
    Unsound(#[from] Problems),
    /// The config has a channel for which the sandbox has no fake.
    #[error(transparent)]
    Unsupported(#[from] UnsupportedChannel),
    /// The store cannot be used.
    #[error("the store cannot be used: {0}")]
    Store(#[from] StoreError),
    /// The reader of the config panicked.
    #[error("reading the config panicked, which is a bug")]
    Panicked,
    /// The config, or a file that it names, is not read to its end.
    #[error("the config and the files that it names cannot be read within {} s: is one of them a pipe, or on a disk that does not answer?", READ_WITHIN.as_secs())]
    Late,
}

/// The time in which the config and the files that it names must be read.
pub(super) const READ_WITHIN: Duration = Duration::from_secs(10);

impl From<NotReloaded> for ReloadFailure {
    fn from(err: NotReloaded) -> Self {
        match err {
            NotReloaded::Unsound(Problems { file, list }) => Self::Unsound {
                file: file.display().to_string(),
                problems: list.iter().map(config_problem).collect(),
            },
            NotReloaded::Unsupported(_)
            | NotReloaded::Store(_)
            | NotReloaded::Panicked
            | NotReloaded::Late => Self::Failed(err.to_string()),
        }
    }
}

/// A problem of the config as the API shows it.
pub(super) fn config_problem(problem: &Problem) -> ConfigProblem {
    let Problem { position, severity, path, message } = problem;
    ConfigProblem {
        line: position.map(|it| it.line),
        column: position.map(|it| it.column),
        severity: match severity {
            ProblemSeverity::Error => ProblemLevel::Error,
            ProblemSeverity::Warning => ProblemLevel::Warning,
        },
        path: path.clone(),
        message: message.clone(),
    }
}
