//! `fanfare check`: is the config sound?

use std::io::Write;
use std::path::Path;

use clap::Args;
use fanfare_config::{Config, Problem, ProblemSeverity, Problems, SourceAuth, SourceConfig, in_file};
use fanfare_core::{ExpectedHeartbeats, HeartbeatRule, HumanDuration, Language, Limits, Receiver};
use fanfare_gateway::{ChannelSetup, Drill};
use fanfare_words::{CheckWords, TermsWords};
use serde::Serialize;

use super::context::CommandContext;
use super::load::{load, load_without_secrets};
use super::outcome::Outcome;
use super::routes::tree;
use super::table::table;
use crate::log_filter::{log_doubts, parse_log_filter};

/// The strictness of the check, and the form of its output.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// A check without secrets: they may be missing, as with `serve --sandbox`
    #[arg(long)]
    pub sandbox: bool,
    /// A warning is a finding too: the exit status is 1
    #[arg(long)]
    pub strict: bool,
    /// The log filter that `serve` is to run with, which is looked at too
    #[arg(long, env = "RUST_LOG", default_value = "info", value_name = "FILTER")]
    pub log: String,
    /// JSON instead of a text for people
    #[arg(long)]
    pub json: bool,
}

/// Prints every problem of the config at `file`, or else what is configured.
pub(crate) fn check(
    context: &CommandContext,
    args: &CheckArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let CommandContext { config: file, language: _, style: _, now } = context;
    let result = if args.sandbox { load_without_secrets(file, *now) } else { load(file, *now) };
    report(context, &result, args, out)
}

fn report(
    context: &CommandContext,
    result: &Result<Config, Problems>,
    args: &CheckArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let CommandContext { config: file, language, style: _, now: _ } = context;
    let found = match result {
        Ok(config) => &config.warnings,
        Err(problems) => &problems.list,
    };
    let problems: Vec<Problem> = found.iter().cloned().chain(log_problems(&args.log)).collect();
    let is_finding = problems.iter().any(Problem::is_error) || (args.strict && !problems.is_empty());
    let outcome = if is_finding { Outcome::Finding } else { Outcome::Good };
    if args.json {
        serde_json::to_writer_pretty(&mut *out, &CheckReport::new(file, &problems, outcome))?;
        writeln!(out)?;
        return Ok(outcome);
    }
    for problem in &problems {
        writeln!(out, "{}", in_file(file, problem))?;
    }
    if let Ok(config) = result {
        write!(out, "{}", summary(config, context))?;
    }
    writeln!(out, "{}", verdict(file, &problems, *language))?;
    Ok(outcome)
}

/// The problems of the log filter, which is read as `serve` reads it.
fn log_problems(filter: &str) -> Vec<Problem> {
    match parse_log_filter(filter) {
        Ok(_) => log_doubts(filter).into_iter().map(Problem::warning_of_whole).collect(),
        Err(err) => vec![Problem::whole_file(None, format!("{err:#}"))],
    }
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

/// `fanfare.yaml: OK`, `fanfare.yaml: not usable, 6 errors, 1 warning`.
fn verdict(file: &Path, problems: &[Problem], language: Language) -> String {
    let words = CheckWords::in_language(language);
    let count = |severity| problems.iter().filter(|it| it.severity == severity).count();
    let (errors, warnings) = (count(ProblemSeverity::Error), count(ProblemSeverity::Warning));
    let word = if errors == 0 { words.usable } else { words.not_usable };
    let verdict = words.counts(errors, warnings).map(|counts| format!("{word}{}{counts}", words.comma));
    format!("{}: {}", file.display(), verdict.as_deref().unwrap_or(word))
}

fn summary(config: &Config, context: &CommandContext) -> String {
    let language = context.language;
    let Config { sources, channels, policy, .. } = config;
    let (words, terms) = (CheckWords::in_language(language), TermsWords::in_language(language));
    let from = table(context.style, words.sources, sources.iter().map(|it| source_row(it, words)));
    let to = table(context.style, words.channels, channels.iter().map(|it| channel_row(it, words)));
    let told = table(context.style, words.receivers, policy.receivers().map(|it| receiver_row(it, terms)));
    format!("{from}\n\n{to}\n\n{told}\n\n{}\n{}\n", words.routes, tree(policy, language))
}

fn source_row(source: &SourceConfig, words: &CheckWords) -> [String; 4] {
    let who = match source.auth {
        SourceAuth::Closed => words.broker,
        SourceAuth::Open => words.everybody,
        SourceAuth::AnyOf(_) => words.token_holder,
    };
    let expected: Vec<String> = source.heartbeats.iter().map(expected).collect();
    let expected = if expected.is_empty() { "-".to_owned() } else { expected.join(", ") };
    [source.name().to_string(), source.format.kind().to_string(), who.to_owned(), expected]
}

/// The interval of a heartbeat, with its name unless any alert is one.
fn expected(rule: &HeartbeatRule) -> String {
    let every = HumanDuration(rule.every);
    match &rule.expected {
        ExpectedHeartbeats::AnyAlert => every.to_string(),
        ExpectedHeartbeats::Named(pattern) => format!("{pattern} {every}"),
    }
}

fn channel_row(channel: &ChannelSetup, words: &CheckWords) -> [String; 6] {
    let Limits { account: _, egress: _, budgets, quota, concurrency: _ } = &channel.limits;
    let unlimited = || words.unlimited.to_owned();
    let drill = |Drill { every, at, zone: _ }: &Drill| words.drill(*every, &at.strftime("%H:%M").to_string());
    [
        channel.name.to_string(),
        channel.kind.to_owned(),
        if budgets.is_empty() { unlimited() } else { words.budgets(budgets) },
        quota.as_ref().map_or_else(unlimited, |it| words.quota(it.messages.get(), it.per)),
        HumanDuration(channel.timeout).to_string(),
        channel.drill.as_ref().map_or_else(|| "-".to_owned(), drill),
    ]
}

fn receiver_row(receiver: &Receiver, words: TermsWords) -> [String; 4] {
    let Receiver { name, terms } = receiver;
    let ladder: Vec<String> = words.ladder(terms).collect();
    let otherwise = if ladder.is_empty() { "-".to_owned() } else { ladder.join("; ") };
    [name.to_string(), words.channels(terms), words.contract(terms), otherwise]
}
