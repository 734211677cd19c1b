//! `fanfare check`: is the config sound?

use std::io::Write;
use std::path::Path;

use clap::Args;
use fanfare_core::{Budget, HumanDuration, Limits, QuotaPeriod, Receiver};
use fanfare_gateway::{ChannelSetup, Drill};
use jiff::Timestamp;
use serde::Serialize;

use super::load::{load, load_without_secrets};
use super::outcome::Outcome;
use super::routes::{Promise, tree};
use super::table::table;
use fanfare_config::{Auth, Config, Problem, ProblemSeverity, Problems, SourceConfig, in_file};

/// The strictness of the check, and the form of its output.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// A check without secrets: they may be missing, as with `serve --sandbox`
    #[arg(long)]
    pub sandbox: bool,
    /// JSON instead of a text for people
    #[arg(long)]
    pub json: bool,
}

/// Prints every problem of the config at `file`, or else what is configured.
pub(crate) fn check(
    file: &Path,
    args: &CheckArgs,
    now: Timestamp,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let result = if args.sandbox { load_without_secrets(file, now) } else { load(file, now) };
    report(file, &result, args, out)
}

fn report(
    file: &Path,
    result: &Result<Config, Problems>,
    args: &CheckArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let (problems, outcome) = match result {
        Ok(config) => (&config.warnings, Outcome::Good),
        Err(problems) => (&problems.list, Outcome::Finding),
    };
    if args.json {
        serde_json::to_writer_pretty(&mut *out, &CheckReport::new(file, problems, outcome))?;
        writeln!(out)?;
        return Ok(outcome);
    }
    for problem in problems {
        writeln!(out, "{}", in_file(file, problem))?;
    }
    if let Ok(config) = result {
        write!(out, "{}", summary(config))?;
    }
    writeln!(out, "{}", verdict(file, problems))?;
    Ok(outcome)
}

/// The output of `check --json`.
#[derive(Debug, Serialize)]
struct CheckReport<'a> {
    file: String,
    ok: bool,
    problems: &'a [Problem],
}

impl<'a> CheckReport<'a> {
    fn new(file: &Path, problems: &'a [Problem], outcome: Outcome) -> Self {
        Self { file: file.display().to_string(), ok: outcome == Outcome::Good, problems }
    }
}

/// `fanfare.yaml: OK`, `fanfare.yaml: 6 errors, 1 warning`.
fn verdict(file: &Path, problems: &[Problem]) -> String {
    let count = |severity| problems.iter().filter(|it| it.severity == severity).count();
    let counts = [(count(ProblemSeverity::Error), "error"), (count(ProblemSeverity::Warning), "warning")];
    let counted: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| counted(count, what))
        .collect();
    let word = if counts[0].0 == 0 { "OK" } else { "not usable" };
    if counted.is_empty() {
        format!("{}: {word}", file.display())
    } else {
        format!("{}: {word}, {}", file.display(), counted.join(", "))
    }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn summary(config: &Config) -> String {
    let Config { sources, channels, policy, .. } = config;
    let from = table(["SOURCE", "FORMAT", "WHO MAY POST", "EXPECTED EVERY"], sources.iter().map(source_row));
    let to =
        table(["CHANNEL", "KIND", "BUDGET", "QUOTA", "TIMEOUT", "DRILL"], channels.iter().map(channel_row));
    let told =
        table(["RECEIVER", "CHANNELS", "COUNTS AS TOLD", "OTHERWISE"], policy.receivers().map(receiver_row));
    format!("{from}\n\n{to}\n\n{told}\n\nROUTES\n{}\n", tree(policy))
}

fn source_row(source: &SourceConfig) -> [String; 4] {
    let who = match source.auth {
        Auth::Open => "everybody on this machine or network",
        Auth::Bearer(_) => "who has the token",
    };
    let expected = source.expect_every.map_or_else(|| "-".to_owned(), |it| HumanDuration(it).to_string());
    [source.name().to_string(), source.format.to_string(), who.to_owned(), expected]
}

fn channel_row(channel: &ChannelSetup) -> [String; 6] {
    let Limits { account: _, egress: _, budgets, quota, concurrency: _ } = &channel.limits;
    [
        channel.name.to_string(),
        channel.kind.to_owned(),
        if budgets.is_empty() {
            unlimited()
        } else {
            budgets.iter().map(budget).collect::<Vec<_>>().join(", ")
        },
        quota.as_ref().map_or_else(unlimited, |it| format!("{} a {}", it.messages, period(it.per))),
        HumanDuration(channel.timeout).to_string(),
        channel.drill.as_ref().map_or_else(|| "-".to_owned(), drill),
    ]
}

fn budget(budget: &Budget) -> String {
    format!("{} in {}", budget.messages, HumanDuration(budget.per))
}

fn unlimited() -> String {
    "unlimited".to_owned()
}

fn period(per: QuotaPeriod) -> &'static str {
    match per {
        QuotaPeriod::Day => "day",
        QuotaPeriod::Month => "month",
    }
}

const SECONDS_A_DAY: u64 = 24 * 60 * 60;

fn drill(drill: &Drill) -> String {
    let Drill { every, at, zone: _ } = drill;
    let days = every.as_secs() / SECONDS_A_DAY; // the config takes only whole days
    format!("every {days}d at {}", at.strftime("%H:%M"))
}

fn receiver_row(receiver: &Receiver) -> [String; 4] {
    let promise = Promise(&receiver.terms);
    let ladder: Vec<String> = promise.ladder().collect();
    let otherwise = if ladder.is_empty() { "-".to_owned() } else { ladder.join("; ") };
    [receiver.name.to_string(), promise.channels(), promise.contract(), otherwise]
}
