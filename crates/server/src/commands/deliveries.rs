//! `fanfare deliveries`: what a running gateway owes, has delivered and has given up.

use std::io::Write;
use std::path::Path;

use clap::{Args, ValueEnum};
use fanfare_core::{AlertId, one_line};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::Outcome;
use super::answer::print;
use super::client::{Door, Gateway};
use super::moment::shown;
use super::table::table;
use crate::cli::AskArgs;

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
    /// The gateway.
    #[command(flatten)]
    pub ask: AskArgs,
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum State {
    /// It is owed.
    Pending,
    /// The provider said that it took it.
    Delivered,
    /// It was given up, and waits for a person.
    Dead,
    /// It was given up, and a person let it be.
    Discarded,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
            Self::Discarded => "discarded",
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
    owed_at: Timestamp,
    attempts: u32,
    settled_at: Option<Timestamp>,
    reason: Option<String>,
    fulfilment: String,
    escalated: Option<String>,
    digest: Option<i64>,
}

/// Prints the deliveries.
pub(crate) fn list(config: &Path, args: &ListArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let gateway = Gateway::find(config, &args.ask.gateway, Door::Api)?;
    let answer = gateway.get(&["api", "v1", "deliveries"], &args.query())?;
    let zone = &gateway.style.timezone;
    print(answer, &args.ask, out, |Answer { deliveries }: Answer| {
        table(HEADER, deliveries.iter().map(|it| row(it, zone)))
    })?;
    Ok(Outcome::Good)
}

impl ListArgs {
    fn query(&self) -> Vec<(&'static str, String)> {
        let Self { channel, state, alert, limit, ask: _ } = self;
        let given = [
            ("channel", channel.clone()),
            ("state", state.map(|it| it.word().to_owned())),
            ("alert", alert.map(|it| it.to_string())),
            ("limit", Some(limit.to_string())),
        ];
        given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

const HEADER: [&str; 12] = [
    "ID",
    "ALERT",
    "RECEIVER",
    "CHANNEL",
    "SEVERITY",
    "STATE",
    "OWED AT",
    "TRIES",
    "SETTLED AT",
    "CONTRACT",
    "HOW",
    "WHY",
];

fn row(delivery: &Delivery, zone: &TimeZone) -> [String; 12] {
    let Delivery {
        id,
        alert_id,
        receiver,
        channel,
        severity,
        state,
        owed_at,
        attempts,
        settled_at,
        reason,
        fulfilment,
        escalated,
        digest,
    } = delivery;
    let escalated = escalated.as_ref().map(|unless| format!("escalated: not {unless}"));
    let digest = digest.map(|number| format!("in digest {number}"));
    let how: Vec<String> = escalated.into_iter().chain(digest).collect();
    // A provider's words may hold anything, also what would confuse a terminal.
    let why = reason.as_deref().map(one_line);
    [
        id.to_string(),
        alert_id.to_string(),
        receiver.clone(),
        channel.clone(),
        severity.clone(),
        state.clone(),
        shown(*owed_at, zone),
        attempts.to_string(),
        settled_at.map(|at| shown(at, zone)).unwrap_or_default(),
        fulfilment.clone(),
        how.join(", "),
        why.unwrap_or_default(),
    ]
}
