//! `fanfare ack`: somebody takes care of an alert.

use std::io::Write;
use std::path::Path;

use clap::Args;
use fanfare_core::{AlertId, one_line};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::Outcome;
use super::answer::print;
use super::client::{Door, Gateway};
use super::moment::shown;
use crate::cli::AskArgs;

/// Which alert, and who takes care of it.
#[derive(Debug, Args)]
pub struct AckArgs {
    /// The alert's number, as its messages show it
    pub id: AlertId,
    /// Who takes care of it: everybody who was told hears this name
    #[arg(long, value_name = "NAME")]
    pub by: String,
    /// The gateway.
    #[command(flatten)]
    pub ask: AskArgs,
}

/// What became of it.
#[derive(Debug, Deserialize)]
struct Acknowledged {
    status: Status,
    by: String,
    at: Timestamp,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Acknowledged,
    AlreadyAcknowledged,
}

/// Acknowledges the alert, and prints who takes care of it.
pub(crate) fn ack(config: &Path, args: &AckArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let AckArgs { id, by, ask } = args;
    let gateway = Gateway::find(config, &ask.gateway, Door::Api)?;
    let body = serde_json::to_vec(&json!({ "by": by }))?;
    let answer = gateway.post(&["api", "v1", "alerts", &id.to_string(), "acknowledge"], body)?;
    print(answer, ask, out, |Acknowledged { status, by, at }: Acknowledged| {
        let by = one_line(&by);
        match status {
            Status::Acknowledged => format!("alert {id} is acknowledged by {by}"),
            Status::AlreadyAcknowledged => {
                let at = shown(at, &gateway.style.timezone);
                format!("alert {id} was acknowledged before, by {by} at {at}")
            }
        }
    })?;
    Ok(Outcome::Good)
}
