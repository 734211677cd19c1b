//! The settings that hold until the next start.

use std::net::SocketAddr;
use std::path::PathBuf;

use fanfare_config::{Config, Problem, ProblemSeverity};
use fanfare_smtp::SmtpListener;

/// The settings that hold until the next start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RestartOnly {
    listen: SocketAddr,
    smtp: Option<SmtpListener>,
    store_path: PathBuf,
}

impl From<&Config> for RestartOnly {
    fn from(config: &Config) -> Self {
        Self { listen: config.server.listen, smtp: config.server.smtp, store_path: config.store_path.clone() }
    }
}

impl RestartOnly {
    /// A problem for each setting that `config` has otherwise.
    pub(super) fn changes_needing_restart(&self, config: &Config) -> Vec<Problem> {
        let Self { listen, smtp, store_path } = self;
        let problem = |path: &str, now: String| Problem {
            position: None,
            severity: ProblemSeverity::Error,
            path: path.to_owned(),
            message: format!("cannot change while the gateway runs, and is `{now}`: restart it"),
        };
        let mut problems = Vec::new();
        if config.server.listen != *listen {
            problems.push(problem("server.listen", listen.to_string()));
        }
        if config.server.smtp != *smtp {
            let running = smtp.map_or("none".to_owned(), |it| it.listen.to_string());
            problems.push(problem("server.smtp", running));
        }
        if config.store_path != *store_path {
            problems.push(problem("store", format!("sqlite://{}", store_path.display())));
        }
        problems
    }
}
