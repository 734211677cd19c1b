//! `fanfare reload`: a running gateway reads its config again.

use std::fmt;
use std::io::Write;
use std::path::Path;

use clap::Args;
use reqwest::StatusCode;
use serde::Deserialize;

use super::Outcome;
use super::answer::print;
use super::client::{Door, Gateway};
use crate::cli::AskArgs;

/// Of which gateway.
#[derive(Debug, Args)]
pub struct ReloadArgs {
    /// The gateway.
    #[command(flatten)]
    pub ask: AskArgs,
}

/// What is said of the config.
#[derive(Debug, Deserialize)]
struct Review {
    #[serde(default)]
    problems: Vec<Problem>,
}

#[derive(Debug, Deserialize)]
struct Problem {
    line: Option<usize>,
    column: Option<usize>,
    severity: String,
    path: String,
    message: String,
}

/// As `fanfare check` prints it, less the name of the file.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, severity, path, message } = self;
        if let (Some(line), Some(column)) = (line, column) {
            write!(f, "{line}:{column}: ")?;
        }
        write!(f, "{severity}: ")?;
        if !path.is_empty() {
            write!(f, "{path}: ")?;
        }
        f.write_str(message)
    }
}

/// Has the gateway do what its config says now; a finding, with every problem, if it cannot.
pub(crate) fn reload(config: &Path, args: &ReloadArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let gateway = Gateway::find(config, &args.ask.gateway, Door::Api)?;
    let answer = gateway.try_post(&["-", "reload"], Vec::new())?;
    let is_unsound = answer.status == StatusCode::BAD_REQUEST && answer.json.get("problems").is_some();
    let (answer, outcome, verdict) = if is_unsound {
        (answer.json, Outcome::Finding, "the config cannot be used; nothing has changed")
    } else {
        (answer.json_if_done()?, Outcome::Good, "the config is in force")
    };
    print(answer, &args.ask, out, |Review { problems }: Review| {
        let lines = problems.iter().map(ToString::to_string).chain([verdict.to_owned()]);
        lines.collect::<Vec<_>>().join("\n")
    })?;
    Ok(outcome)
}
