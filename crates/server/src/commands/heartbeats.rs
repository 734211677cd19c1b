//! `fanfare heartbeats`: the signs of life that are expected of senders.

use std::io::Write;

use clap::{Args, ValueEnum};
use fanfare_api::{
    Endpoint, ForgetHeartbeatRequest, ForgetHeartbeatResult, HeartbeatCondition, HeartbeatList,
    HeartbeatReport,
};
use fanfare_words::HeartbeatWords;
use jiff::tz::TimeZone;

use super::context::CommandContext;
use super::outcome::Outcome;
use super::output::print;
use super::style::Tone;
use super::table::table;
use super::time_arg::format_time;
use crate::client::{AskArgs, GatewayClient, TokenKind};

/// The heartbeats to list.
#[derive(Debug, Args)]
pub struct HeartbeatListArgs {
    /// The source of the heartbeats
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// The status of the heartbeats
    #[arg(long, value_name = "STATUS")]
    pub status: Option<StatusArg>,
    /// The gateway and the output.
    #[command(flatten)]
    pub ask: AskArgs,
}

/// The status of the heartbeats to list.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum StatusArg {
    /// A heartbeat that has not been heard since the start of the gateway, and is not late yet
    Awaited,
    /// A heartbeat that was heard in time
    Heard,
    /// A heartbeat that should have been heard again
    Missing,
    /// A heartbeat whose source cannot be heard, because its broker cannot be reached
    Away,
}

/// The heartbeat to forget.
#[derive(Debug, Args)]
pub struct HeartbeatForgetArgs {
    /// The heartbeat, as SOURCE/NAME
    pub heartbeat: String,
    /// The gateway and the output.
    #[command(flatten)]
    pub ask: AskArgs,
}

impl From<StatusArg> for HeartbeatCondition {
    fn from(status: StatusArg) -> Self {
        match status {
            StatusArg::Awaited => Self::Awaited,
            StatusArg::Heard => Self::Heard,
            StatusArg::Missing => Self::Missing,
            StatusArg::Away => Self::Away,
        }
    }
}

/// Prints the heartbeats that are expected.
pub(crate) fn list(
    context: &CommandContext,
    args: &HeartbeatListArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let HeartbeatListArgs { source, status, ask } = args;
    let gateway = GatewayClient::find(&context.config, &ask.gateway, TokenKind::Api)?;
    let status = status.map(|it| HeartbeatCondition::from(it).to_string());
    let query = [("source", source.clone()), ("status", status)];
    let query: Vec<_> = query.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    let answer = gateway.get(Endpoint::ListHeartbeats, "", &query)?;
    let zone = &gateway.timezone;
    print(answer, ask, out, |HeartbeatList { heartbeats }: HeartbeatList| {
        let columns = HeartbeatWords::in_language(context.language).columns;
        table(context.style, columns, heartbeats.iter().map(|it| row(it, context, zone)))
    })?;
    Ok(Outcome::Good)
}

fn row(heartbeat: &HeartbeatReport, context: &CommandContext, zone: &TimeZone) -> [String; 7] {
    let words = HeartbeatWords::in_language(context.language);
    let HeartbeatReport { source, name, status, every, grace, last_heard, due_at } = heartbeat;
    let word = words.condition(*status);
    let status = match status {
        HeartbeatCondition::Missing => context.style.mark(Tone::Bad, word),
        HeartbeatCondition::Away => context.style.mark(Tone::Uncertain, word),
        HeartbeatCondition::Awaited | HeartbeatCondition::Heard => word.to_owned(),
    };
    [
        source.clone(),
        name.clone().unwrap_or_else(|| words.any_alert.to_owned()),
        status,
        every.clone(),
        grace.clone(),
        last_heard.map(|at| format_time(at, zone)).unwrap_or_default(),
        format_time(*due_at, zone),
    ]
}

/// Has a heartbeat forgotten that a pattern has learned.
pub(crate) fn forget(
    context: &CommandContext,
    args: &HeartbeatForgetArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let HeartbeatForgetArgs { heartbeat, ask } = args;
    let gateway = GatewayClient::find(&context.config, &ask.gateway, TokenKind::Api)?;
    let request = ForgetHeartbeatRequest { heartbeat: heartbeat.clone() };
    let answer = gateway.post(Endpoint::ForgetHeartbeat, "", &request)?;
    print(answer, ask, out, |ForgetHeartbeatResult { forgotten }: ForgetHeartbeatResult| {
        HeartbeatWords::in_language(context.language).forgotten(&forgotten)
    })?;
    Ok(Outcome::Good)
}
