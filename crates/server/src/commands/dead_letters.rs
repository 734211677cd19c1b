//! `fanfare dead-letters`: deliveries that were given up, and their retry or discard.

use std::io::Write;
use std::path::Path;

use clap::Args;
use fanfare_api::{
    DeadLetterDetails, DeadLetterEntry, DeadLetterList, DeadLetterSelection, DeliveryAttempt, DiscardResult,
    Endpoint, RetryResult,
};
use fanfare_core::one_line;
use fanfare_words::without_outcome;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::Outcome;
use super::client::{GatewayClient, TokenKind};
use super::output::{print, read};
use super::table::table;
use super::time_arg::{TimeArg, format_time};
use crate::cli::AskArgs;

/// The dead letters to list.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// The dead letters.
    #[command(flatten)]
    pub filter: FilterArgs,
    /// Only those listed after this one, for paging
    #[arg(long, value_name = "ID")]
    pub before: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50, value_name = "NUMBER")]
    pub limit: u32,
    /// The gateway and the output.
    #[command(flatten)]
    pub ask: AskArgs,
}

/// Dead letters that are alike.
#[derive(Debug, Args)]
pub struct FilterArgs {
    /// Only those on this channel
    #[arg(long, value_name = "NAME")]
    pub channel: Option<String>,
    /// Only what this receiver was to be told
    #[arg(long, value_name = "NAME")]
    pub receiver: Option<String>,
    /// Only what was given up at this time or later: 2026-03-08T20:00:00+08:00, or 2h for two hours ago
    #[arg(long, visible_alias = "all-since", value_name = "TIME")]
    pub since: Option<TimeArg>,
    /// Only what was given up before this time
    #[arg(long, value_name = "TIME")]
    pub until: Option<TimeArg>,
}

/// One dead letter.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Its name, as the list shows it, e.g. d17
    pub id: String,
    /// The gateway and the output.
    #[command(flatten)]
    pub ask: AskArgs,
}

/// The dead letters to try again.
#[derive(Debug, Args)]
pub struct RetryArgs {
    /// The dead letters.
    #[command(flatten)]
    pub which: WhichArgs,
}

/// The dead letters to discard, and the reason.
#[derive(Debug, Args)]
pub struct DiscardArgs {
    /// Why nobody needs to be told any more
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// The dead letters.
    #[command(flatten)]
    pub which: WhichArgs,
}

/// Dead letters by their names, or those that are alike.
#[derive(Debug, Args)]
pub struct WhichArgs {
    /// Their names, as the list shows them, e.g. d17; or else --channel, --receiver, --since or --until
    #[arg(value_name = "ID", conflicts_with_all = ALIKE, required_unless_present_any = ALIKE)]
    pub ids: Vec<String>,
    /// All that are alike.
    #[command(flatten)]
    pub filter: FilterArgs,
    /// Who does this, for the record
    #[arg(long, env = "USER", hide_env = true, default_value = "the command line", value_name = "NAME")]
    pub by: String,
    /// The gateway and the output.
    #[command(flatten)]
    pub ask: AskArgs,
}

const ALIKE: [&str; 4] = ["channel", "receiver", "since", "until"];

/// Prints the dead letters.
pub(crate) fn list(
    config: &Path,
    args: &ListArgs,
    now: Timestamp,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let ListArgs { filter, before, limit, ask } = args;
    let mut query = filter.query(now);
    query.extend(before.iter().map(|id| ("before", id.clone())));
    query.push(("limit", limit.to_string()));
    let gateway = GatewayClient::find(config, &ask.gateway, TokenKind::Api)?;
    let answer = gateway.get(Endpoint::ListDeadLetters, "", &query)?;
    let zone = &gateway.locale.timezone;
    print(answer, ask, out, |DeadLetterList { dead_letters }: DeadLetterList| {
        table(HEADER, dead_letters.iter().map(|it| row(it, zone)))
    })?;
    Ok(Outcome::Good)
}

const HEADER: [&str; 9] =
    ["ID", "ALERT", "RECEIVER", "CHANNEL", "SEVERITY", "TITLE", "GIVEN UP AT", "TRIES", "WHY"];

fn row(letter: &DeadLetterEntry, zone: &TimeZone) -> [String; 9] {
    let DeadLetterEntry {
        id,
        alert_id,
        title,
        severity,
        receiver,
        channel,
        reason,
        attempts,
        given_up_at,
        ..
    } = letter;
    [
        id.clone(),
        alert_id.to_string(),
        receiver.clone(),
        channel.clone().unwrap_or_default(),
        severity.to_string(),
        one_line(title),
        format_time(*given_up_at, zone),
        attempts.to_string(),
        one_line(reason),
    ]
}

/// Prints one dead letter, with every attempt that was made.
pub(crate) fn show(config: &Path, args: &ShowArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let ShowArgs { id, ask } = args;
    let gateway = GatewayClient::find(config, &ask.gateway, TokenKind::Api)?;
    let answer = gateway.get(Endpoint::ShowDeadLetter, id, &[])?;
    print(answer, ask, out, |letter: DeadLetterDetails| text(&letter, &gateway.locale.timezone))?;
    Ok(Outcome::Good)
}

fn text(DeadLetterDetails { dead_letter, attempts }: &DeadLetterDetails, zone: &TimeZone) -> String {
    let DeadLetterEntry {
        id,
        alert_id,
        title,
        severity,
        receiver,
        channel,
        reason,
        given_up_at,
        fulfilment,
        ..
    } = dead_letter;
    let fields = [
        ("Dead letter", id.clone()),
        ("Alert", format!("{alert_id}, {severity}: {}", one_line(title))),
        ("Receiver", receiver.clone()),
        ("Channel", channel.clone().unwrap_or_default()),
        ("Given up at", format_time(*given_up_at, zone)),
        ("Why", one_line(reason)),
        ("Contract", fulfilment.to_string()),
    ];
    let mut text: String = fields.map(|(name, value)| format!("{name}: {value}\n")).concat();
    if !attempts.is_empty() {
        let rows = attempts.iter().map(|it| attempt_row(it, zone));
        text.push_str(&format!("\n{}\n", table(ATTEMPTS, rows)));
    }
    text.push_str(&format!("\n`fanfare explain {alert_id}` tells the whole story."));
    text
}

const ATTEMPTS: [&str; 5] = ["TRY", "BEGAN AT", "ENDED AT", "OUTCOME", "ANSWER"];

fn attempt_row(attempt: &DeliveryAttempt, zone: &TimeZone) -> [String; 5] {
    let DeliveryAttempt { ordinal, started_at, ended_at, outcome, words } = attempt;
    let outcome = outcome.to_string();
    let answer = one_line(without_outcome(&outcome, words));
    [ordinal.to_string(), format_time(*started_at, zone), format_time(*ended_at, zone), outcome, answer]
}

/// Has dead letters tried again; a finding if there are none like this.
pub(crate) fn retry(
    config: &Path,
    args: &RetryArgs,
    now: Timestamp,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let RetryArgs { which } = args;
    let gateway = GatewayClient::find(config, &which.ask.gateway, TokenKind::Api)?;
    let answer = gateway.post(Endpoint::RetryDeadLetters, "", &which.selection(now))?;
    let RetryResult { retried } = read(answer.clone())?;
    report(answer, &which.ask, out, retried, "tried again")
}

/// Discards dead letters; a finding if there are none like this.
pub(crate) fn discard(
    config: &Path,
    args: &DiscardArgs,
    now: Timestamp,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let DiscardArgs { reason, which } = args;
    let gateway = GatewayClient::find(config, &which.ask.gateway, TokenKind::Api)?;
    let selection = DeadLetterSelection { reason: Some(reason.clone()), ..which.selection(now) };
    let answer = gateway.post(Endpoint::DiscardDeadLetters, "", &selection)?;
    let DiscardResult { discarded } = read(answer.clone())?;
    report(answer, &which.ask, out, discarded, "discarded")
}

fn report(
    answer: Value,
    ask: &AskArgs,
    out: &mut dyn Write,
    number: u64,
    done: &str,
) -> anyhow::Result<Outcome> {
    print(answer, ask, out, |_: Value| match number {
        0 => "no dead letter is like this".to_owned(),
        1 => format!("1 dead letter is {done}"),
        number => format!("{number} dead letters are {done}"),
    })?;
    Ok(if number == 0 { Outcome::Finding } else { Outcome::Good })
}

impl WhichArgs {
    /// The dead letters, as the gateway is asked for them.
    fn selection(&self, now: Timestamp) -> DeadLetterSelection {
        let Self { ids, filter, by, ask: _ } = self;
        let FilterArgs { channel, receiver, since, until } = filter;
        DeadLetterSelection {
            ids: (!ids.is_empty()).then(|| ids.clone()),
            channel: channel.clone(),
            receiver: receiver.clone(),
            since: since.map(|it| it.before(now)),
            until: until.map(|it| it.before(now)),
            by: Some(by.clone()),
            reason: None,
        }
    }
}

impl FilterArgs {
    fn query(&self, now: Timestamp) -> Vec<(&'static str, String)> {
        let Self { channel, receiver, since, until } = self;
        let time = |moment: Option<TimeArg>| moment.map(|it| it.before(now).to_string());
        let given = [
            ("channel", channel.clone()),
            ("receiver", receiver.clone()),
            ("since", time(*since)),
            ("until", time(*until)),
        ];
        given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}
