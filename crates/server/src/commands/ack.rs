//! `fanfare ack`: somebody takes care of an alert.

use std::io::Write;
use std::path::Path;

use clap::Args;
use fanfare_api::{AcknowledgeRequest, AcknowledgeResult, AcknowledgeStatus, Endpoint};
use fanfare_core::{AlertId, one_line};

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
pub(crate) fn ack(config: &Path, args: &AckArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let AckArgs { id, by, ask } = args;
    let gateway = GatewayClient::find(config, &ask.gateway, TokenKind::Api)?;
    let request = AcknowledgeRequest { by: by.clone() };
    let answer = gateway.post(Endpoint::AcknowledgeAlert, &id.to_string(), &request)?;
    print(answer, ask, out, |AcknowledgeResult { status, by, at }: AcknowledgeResult| {
        let by = one_line(&by);
        match status {
            AcknowledgeStatus::Acknowledged => format!("alert {id} is acknowledged by {by}"),
            AcknowledgeStatus::AlreadyAcknowledged => {
                let at = format_time(at, &gateway.locale.timezone);
                format!("alert {id} was acknowledged before, by {by} at {at}")
            }
        }
    })?;
    Ok(Outcome::Good)
}
