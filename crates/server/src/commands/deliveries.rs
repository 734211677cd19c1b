//! `fanfare deliveries`: what a running gateway owes, has delivered and has given up.

use std::io::Write;
use std::path::Path;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use fanfare_core::{AlertId, one_line};
use serde::Deserialize;

use super::Outcome;
use super::client::{Door, Gateway};
use super::table::table;
use crate::cli::GatewayArgs;

/// Which deliveries, of which gateway.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only those on this channel
    #[arg(long, value_name = "NAME")]
    pub channel: Option<String>,
    /// Only those in this state
    #[arg(long)]
    pub state: Option<State>,
    /// Only those of the alert with this number
    #[arg(long, value_name = "ID")]
    pub alert: Option<AlertId>,
    /// At most so many
    #[arg(long, default_value_t = 50, value_name = "NUMBER")]
    pub limit: u32,
    /// Prints the gateway's JSON
    #[arg(long)]
    pub json: bool,
    /// The gateway.
    #[command(flatten)]
    pub gateway: GatewayArgs,
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum State {
    /// It is owed.
    Pending,
    /// The provider said that it took it.
    Delivered,
    /// It was given up.
    Dead,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }
}

#[derive(Debug, Deserialize)]
struct Answer {
    deliveries: Vec<Delivery>,
}

/// What of a delivery is shown in the table.
#[derive(Debug, Deserialize)]
struct Delivery {
    id: i64,
    alert_id: i64,
    receiver: String,
    channel: String,
    severity: String,
    state: String,
    owed_at: String,
    attempts: u32,
    settled_at: Option<String>,
    reason: Option<String>,
}

/// Prints the deliveries.
pub(crate) fn list(config: &Path, args: &ListArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let gateway = Gateway::find(config, &args.gateway, Door::Api)?;
    let answer = gateway.get(&["api", "v1", "deliveries"], &args.query())?;
    if args.json {
        serde_json::to_writer_pretty(&mut *out, &answer)?;
        writeln!(out)?;
    } else {
        let Answer { deliveries } =
            serde_json::from_value(answer).context("the gateway's answer has another form than expected")?;
        writeln!(out, "{}", table(HEADER, deliveries.iter().map(row)))?;
    }
    Ok(Outcome::Good)
}

impl ListArgs {
    fn query(&self) -> Vec<(&'static str, String)> {
        let Self { channel, state, alert, limit, json: _, gateway: _ } = self;
        let given = [
            ("channel", channel.clone()),
            ("state", state.map(|it| it.word().to_owned())),
            ("alert", alert.map(|it| it.to_string())),
            ("limit", Some(limit.to_string())),
        ];
        given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

const HEADER: [&str; 10] =
    ["ID", "ALERT", "RECEIVER", "CHANNEL", "SEVERITY", "STATE", "OWED AT", "TRIES", "SETTLED AT", "WHY"];

fn row(delivery: &Delivery) -> [String; 10] {
    let Delivery { id, alert_id, receiver, channel, severity, state, owed_at, attempts, settled_at, reason } =
        delivery;
    // A provider's words may hold anything, also what would confuse a terminal.
    let why = reason.as_deref().map(one_line);
    [
        id.to_string(),
        alert_id.to_string(),
        receiver.clone(),
        channel.clone(),
        severity.clone(),
        state.clone(),
        owed_at.clone(),
        attempts.to_string(),
        settled_at.clone().unwrap_or_default(),
        why.unwrap_or_default(),
    ]
}
