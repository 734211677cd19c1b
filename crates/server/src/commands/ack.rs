//! `fanfare ack`: somebody takes care of an alert.

use std::io::Write;

use clap::Args;
use fanfare_api::{AcknowledgeRequest, AcknowledgeResult, AcknowledgeStatus, Endpoint};
use fanfare_core::{AlertId, one_line};
use fanfare_words::RequestWords;

use super::context::CommandContext;
use super::outcome::Outcome;
use super::output::print;
use super::time_arg::format_time;
use crate::client::{AskArgs, GatewayClient, TokenKind};

/// The alert, and the person who takes care of it.
#[derive(Debug, Args)]
pub struct AckArgs {
    /// The number of the alert, as its messages show it
    pub id: AlertId,
    /// The name of the person who takes care of it; everybody who was told hears it
    #[arg(long, value_name = "NAME")]
    pub by: String,
    /// The gateway and the output.
    #[command(flatten)]
    pub ask: AskArgs,
}

/// Acknowledges the alert, and prints the person who takes care of it.
pub(crate) fn ack(context: &CommandContext, args: &AckArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let AckArgs { id, by, ask } = args;
    let gateway = GatewayClient::find(&context.config, &ask.gateway, TokenKind::Api)?;
    let request = AcknowledgeRequest { by: by.clone() };
    let answer = gateway.post(Endpoint::AcknowledgeAlert, &id.to_string(), &request)?;
    print(answer, ask, out, |AcknowledgeResult { status, by, at }: AcknowledgeResult| {
        let (words, by) = (RequestWords::in_language(context.language), one_line(&by));
        match status {
            AcknowledgeStatus::Acknowledged => words.acknowledged(id.0, &by),
            AcknowledgeStatus::AlreadyAcknowledged => {
                words.acknowledged_before(id.0, &by, &format_time(at, &gateway.timezone))
            }
        }
    })?;
    Ok(Outcome::Good)
}
