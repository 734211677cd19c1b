//! `fanfare dead-letters`: what was given up, and what a person does about it.

use std::io::Write;
use std::path::Path;

use anyhow::Context as _;
use clap::Args;
use fanfare_core::one_line;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Outcome;
use super::answer::{print, reason};
use super::client::{Door, Gateway};
use super::moment::{Moment, shown};
use super::table::table;
use crate::cli::AskArgs;

/// Which dead letters are listed.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Which.
    #[command(flatten)]
    pub filter: FilterArgs,
    /// Only those listed after this one, for paging
    #[arg(long, value_name = "ID")]
    pub before: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50, value_name = "NUMBER")]
    pub limit: u32,
    /// The gateway.
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
    pub since: Option<Moment>,
    /// Only what was given up before this time
    #[arg(long, value_name = "TIME")]
    pub until: Option<Moment>,
}

/// One dead letter.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Its name, as the list shows it, e.g. d17
    pub id: String,
    /// The gateway.
    #[command(flatten)]
    pub ask: AskArgs,
}

/// Which dead letters are tried again.
#[derive(Debug, Args)]
pub struct RetryArgs {
    /// Which.
    #[command(flatten)]
    pub which: WhichArgs,
}

/// Which dead letters are discarded, and why.
#[derive(Debug, Args)]
pub struct DiscardArgs {
    /// Why nobody needs to be told any more
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Which.
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
    /// The gateway.
    #[command(flatten)]
    pub ask: AskArgs,
}

const ALIKE: [&str; 4] = ["channel", "receiver", "since", "until"];

#[derive(Debug, Deserialize)]
struct Letters {
    dead_letters: Vec<Letter>,
}

/// What of a dead letter is shown.
#[derive(Debug, Deserialize)]
struct Letter {
    id: String,
    alert_id: i64,
    title: String,
    severity: String,
    receiver: String,
    channel: Option<String>,
    reason: String,
    attempts: u32,
    given_up_at: Timestamp,
    fulfilment: String,
}

/// Prints the dead letters.
pub(crate) fn list(
    config: &Path,
    args: &ListArgs,
    now: Timestamp,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let ListArgs { filter, before, limit, ask } = args;
    let mut query = filter.fields(now);
    query.extend(before.iter().map(|id| ("before", id.clone())));
    query.push(("limit", limit.to_string()));
    let gateway = Gateway::find(config, &ask.gateway, Door::Api)?;
    let answer = gateway.get(&["api", "v1", "dead-letters"], &query)?;
    let zone = &gateway.style.timezone;
    print(answer, ask, out, |Letters { dead_letters }: Letters| {
        table(HEADER, dead_letters.iter().map(|it| row(it, zone)))
    })?;
    Ok(Outcome::Good)
}

const HEADER: [&str; 9] =
    ["ID", "ALERT", "RECEIVER", "CHANNEL", "SEVERITY", "TITLE", "GIVEN UP AT", "TRIES", "WHY"];

fn row(letter: &Letter, zone: &TimeZone) -> [String; 9] {
    let Letter { id, alert_id, title, severity, receiver, channel, reason, attempts, given_up_at, .. } =
        letter;
    [
        id.clone(),
        alert_id.to_string(),
        receiver.clone(),
        channel.clone().unwrap_or_default(),
        severity.clone(),
        one_line(title),
        shown(*given_up_at, zone),
        attempts.to_string(),
        one_line(reason),
    ]
}

#[derive(Debug, Deserialize)]
struct Shown {
    dead_letter: Letter,
    attempts: Vec<Attempt>,
}

#[derive(Debug, Deserialize)]
struct Attempt {
    ordinal: i64,
    started_at: Timestamp,
    ended_at: Timestamp,
    outcome: String,
    words: String,
}

/// Prints one dead letter, with every attempt that was made.
pub(crate) fn show(config: &Path, args: &ShowArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let ShowArgs { id, ask } = args;
    let gateway = Gateway::find(config, &ask.gateway, Door::Api)?;
    let answer = gateway.get(&["api", "v1", "dead-letters", id], &[])?;
    print(answer, ask, out, |letter: Shown| letter.text(&gateway.style.timezone))?;
    Ok(Outcome::Good)
}

impl Shown {
    fn text(&self, zone: &TimeZone) -> String {
        let Self { dead_letter, attempts } = self;
        let Letter {
            id, alert_id, title, severity, receiver, channel, reason, given_up_at, fulfilment, ..
        } = dead_letter;
        let fields = [
            ("Dead letter", id.clone()),
            ("Alert", format!("{alert_id}, {severity}: {}", one_line(title))),
            ("Receiver", receiver.clone()),
            ("Channel", channel.clone().unwrap_or_default()),
            ("Given up at", shown(*given_up_at, zone)),
            ("Why", one_line(reason)),
            ("Contract", fulfilment.clone()),
        ];
        let mut text: String = fields.map(|(name, value)| format!("{name}: {value}\n")).concat();
        if !attempts.is_empty() {
            text.push_str(&format!(
                "\n{}\n",
                table(ATTEMPTS, attempts.iter().map(|it| attempt_row(it, zone)))
            ));
        }
        text.push_str(&format!("\n`fanfare explain {alert_id}` tells the whole story."));
        text
    }
}

const ATTEMPTS: [&str; 5] = ["TRY", "BEGAN AT", "ENDED AT", "OUTCOME", "ANSWER"];

fn attempt_row(attempt: &Attempt, zone: &TimeZone) -> [String; 5] {
    let Attempt { ordinal, started_at, ended_at, outcome, words } = attempt;
    let answer = one_line(reason(outcome, words));
    [ordinal.to_string(), shown(*started_at, zone), shown(*ended_at, zone), outcome.clone(), answer]
}

/// Has dead letters tried again; a finding if there are none like this.
pub(crate) fn retry(
    config: &Path,
    args: &RetryArgs,
    now: Timestamp,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let RetryArgs { which } = args;
    deal(config, "retry", which, which.order(now), out)
}

/// Discards dead letters; a finding if there are none like this.
pub(crate) fn discard(
    config: &Path,
    args: &DiscardArgs,
    now: Timestamp,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let DiscardArgs { reason, which } = args;
    let mut order = which.order(now);
    order.insert("reason".to_owned(), reason.as_str().into());
    deal(config, "discard", which, order, out)
}

#[derive(Debug, Deserialize)]
struct Dealt {
    retried: Option<u64>,
    discarded: Option<u64>,
}

fn deal(
    config: &Path,
    verb: &str,
    which: &WhichArgs,
    order: Map<String, Value>,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let gateway = Gateway::find(config, &which.ask.gateway, Door::Api)?;
    let answer = gateway.post(&["api", "v1", "dead-letters", verb], serde_json::to_vec(&order)?)?;
    let Dealt { retried, discarded } = super::answer::read(answer.clone())?;
    let number = retried.or(discarded).context("the gateway does not say how many")?;
    let done = if retried.is_some() { "tried again" } else { "discarded" };
    print(answer, &which.ask, out, |_: Value| match number {
        0 => "no dead letter is like this".to_owned(),
        1 => format!("1 dead letter is {done}"),
        number => format!("{number} dead letters are {done}"),
    })?;
    Ok(if number == 0 { Outcome::Finding } else { Outcome::Good })
}

impl WhichArgs {
    /// What the gateway is told.
    fn order(&self, now: Timestamp) -> Map<String, Value> {
        let Self { ids, filter, by, ask: _ } = self;
        let mut order: Map<String, Value> =
            filter.fields(now).into_iter().map(|(name, text)| (name.to_owned(), text.into())).collect();
        if !ids.is_empty() {
            order.insert("ids".to_owned(), ids.as_slice().into());
        }
        order.insert("by".to_owned(), by.as_str().into());
        order
    }
}

impl FilterArgs {
    fn fields(&self, now: Timestamp) -> Vec<(&'static str, String)> {
        let Self { channel, receiver, since, until } = self;
        let time = |moment: Option<Moment>| moment.map(|it| it.before(now).to_string());
        let given = [
            ("channel", channel.clone()),
            ("receiver", receiver.clone()),
            ("since", time(*since)),
            ("until", time(*until)),
        ];
        given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}
