//! `fanfare channels`: how the channels are, and a test through one of them.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use clap::Args;
use fanfare_core::one_line;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::json;

use super::Outcome;
use super::answer::{print, read, reason};
use super::client::{Door, Gateway};
use super::moment::shown;
use super::table::table;
use crate::cli::AskArgs;

/// Of which gateway.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// The gateway.
    #[command(flatten)]
    pub ask: AskArgs,
}

/// Which channel is tested.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// Its name in the config
    pub name: String,
    /// Who tests it: the message says so
    #[arg(long, env = "USER", hide_env = true, default_value = "the command line", value_name = "NAME")]
    pub by: String,
    /// The gateway.
    #[command(flatten)]
    pub ask: AskArgs,
}

#[derive(Debug, Deserialize)]
struct Channels {
    channels: Vec<Channel>,
}

/// What of a channel is shown in the table.
#[derive(Debug, Deserialize)]
struct Channel {
    name: String,
    kind: String,
    health: String,
    reason: Option<String>,
    blocked_until: Option<Timestamp>,
    pending: u64,
    quota: Option<Quota>,
    proven_at: Option<Timestamp>,
    last_error: Option<LastError>,
}

#[derive(Debug, Deserialize)]
struct Quota {
    messages: u64,
    used: u64,
    period: String,
}

#[derive(Debug, Deserialize)]
struct LastError {
    at: Timestamp,
    words: String,
}

/// Prints how each channel is; a finding if one is broken.
pub(crate) fn list(config: &Path, args: &ListArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let gateway = Gateway::find(config, &args.ask.gateway, Door::Api)?;
    let answer = gateway.get(&["api", "v1", "channels"], &[])?;
    let zone = &gateway.style.timezone;
    print(answer, &args.ask, out, |Channels { channels }: Channels| {
        table(HEADER, channels.iter().map(|it| row(it, zone)))
    })?;
    Ok(Outcome::Good)
}

const HEADER: [&str; 8] =
    ["CHANNEL", "KIND", "HEALTH", "SILENT UNTIL", "PENDING", "QUOTA", "LAST PROVEN", "LAST TROUBLE"];

/// A channel that sends again, and not yet for long enough to count as working.
const RECOVERING: &str = "recovering";

fn row(channel: &Channel, zone: &TimeZone) -> [String; 8] {
    let Channel { name, kind, health, reason, blocked_until, pending, quota, proven_at, last_error } =
        channel;
    let health = if health == "broken" && blocked_until.is_none() { RECOVERING } else { health };
    let quota =
        quota.as_ref().map(|Quota { messages, used, period }| format!("{used} of {messages}, {period}"));
    let last = last_error.as_ref().map(|LastError { at, words }| format!("{}: {words}", shown(*at, zone)));
    // A provider's words may hold anything, also what would confuse a terminal.
    let trouble = reason.clone().or(last).map(|it| one_line(&it));
    [
        name.clone(),
        kind.clone(),
        health.to_owned(),
        blocked_until.map(|at| shown(at, zone)).unwrap_or_default(),
        pending.to_string(),
        quota.unwrap_or_default(),
        proven_at.map(|at| shown(at, zone)).unwrap_or_default(),
        trouble.unwrap_or_default(),
    ]
}

/// How long the answer to a test may take. The gateway waits as long as one
/// attempt may take, which is a minute for mail and what the config says for others.
const TEST_PATIENCE: Duration = Duration::from_secs(10 * 60);

/// What came of a test.
#[derive(Debug, Deserialize)]
struct Tested {
    alert_id: i64,
    outcome: String,
    words: Option<String>,
    latency_ms: Option<u64>,
}

/// Sends a marked test through a channel, and prints its provider's answer; a
/// finding unless that took it.
pub(crate) fn test(config: &Path, args: &TestArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let TestArgs { name, by, ask } = args;
    let gateway = Gateway::find(config, &ask.gateway, Door::Api)?.patient(TEST_PATIENCE);
    let body = serde_json::to_vec(&json!({ "by": by }))?;
    let answer = gateway.post(&["api", "v1", "channels", name, "test"], body)?;
    let Tested { outcome, .. } = read(answer.clone())?;
    print(answer, ask, out, |tested: Tested| tested.text(name))?;
    Ok(if outcome == "delivered" { Outcome::Good } else { Outcome::Finding })
}

impl Tested {
    fn text(&self, name: &str) -> String {
        let Self { alert_id, outcome, words, latency_ms } = self;
        match (words, latency_ms) {
            (Some(words), Some(latency)) => {
                format!("{name}: {outcome} after {latency} ms: {}", one_line(reason(outcome, words)))
            }
            _ => format!(
                "{name}: {outcome}: the channel is busy, or must be silent; `fanfare explain {alert_id}` will tell"
            ),
        }
    }
}
