//! `fanfare reload`: a running gateway reads its config again.

use std::io::Write;

use clap::Args;
use fanfare_api::ConfigProblem;
use fanfare_words::RequestWords;
use reqwest::StatusCode;
use serde::Deserialize;

use super::context::CommandContext;
use super::outcome::Outcome;
use super::output::print;
use crate::client::{AskArgs, GatewayClient, TokenKind};

/// The gateway that reloads.
#[derive(Debug, Args)]
pub struct ReloadArgs {
    /// The gateway and the output.
    #[command(flatten)]
    pub ask: AskArgs,
}

/// The part of both answers that tells of the config.
#[derive(Debug, Deserialize)]
struct ReloadProblems {
    #[serde(default)]
    problems: Vec<ConfigProblem>,
}

/// Has the gateway put its config into force; a finding, with every problem, if it cannot.
pub(crate) fn reload(
    context: &CommandContext,
    args: &ReloadArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let gateway = GatewayClient::find(&context.config, &args.ask.gateway, TokenKind::Api)?;
    let answer = gateway.post_to_path(&["-", "reload"], Vec::new())?;
    let is_unsound = answer.status == StatusCode::BAD_REQUEST && answer.json.get("problems").is_some();
    let words = RequestWords::in_language(context.language);
    let (answer, outcome, verdict) = if is_unsound {
        (answer.json, Outcome::Finding, words.nothing_changed)
    } else {
        (answer.json_if_done()?, Outcome::Good, words.in_force)
    };
    print(answer, &args.ask, out, |ReloadProblems { problems }: ReloadProblems| {
        let lines = problems.iter().map(ToString::to_string).chain([verdict.to_owned()]);
        lines.collect::<Vec<_>>().join("\n")
    })?;
    Ok(outcome)
}
