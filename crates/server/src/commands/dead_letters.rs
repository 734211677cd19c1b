//! `fanfare dead-letters`: deliveries that were given up, and their retry or discard.

use std::io::Write;

use clap::Args;
use fanfare_api::{
    DeadLetterDetails, DeadLetterEntry, DeadLetterList, DeadLetterSelection, DiscardResult, Endpoint,
    RetryResult,
};
use fanfare_core::one_line;
use fanfare_words::{DeadLetterWords, Vocabulary};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::context::CommandContext;
use super::deliveries::attempt_row;
use super::outcome::Outcome;
use super::output::{print, read};
use super::table::table;
use super::time_arg::{TimeArg, format_time};
use crate::client::{AskArgs, GatewayClient, TokenKind};

/// The dead letters to list.
#[derive(Debug, Args)]
pub struct DeadLetterListArgs {
    /// The dead letters.
    #[command(flatten)]
    pub filter: DeadLetterFilterArgs,
    /// The last dead letter of the page before: those after it are listed
    #[arg(long, value_name = "ID")]
    pub before: Option<String>,
    /// The most dead letters to list
    #[arg(long, default_value_t = 50, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    /// The gateway and the output.
    #[command(flatten)]
    pub ask: AskArgs,
}

/// Dead letters that are alike.
#[derive(Debug, Args)]
pub struct DeadLetterFilterArgs {
    /// The channel on which they were given up
    #[arg(long, value_name = "NAME")]
    pub channel: Option<String>,
    /// The receiver that was to be told
    #[arg(long, value_name = "NAME")]
    pub receiver: Option<String>,
    /// The earliest time of giving up: 2026-03-08T20:00:00+08:00, or 2h for two hours ago
    #[arg(long, visible_alias = "all-since", value_name = "TIME")]
    pub since: Option<TimeArg>,
    /// The end of the times of giving up: those before it
    #[arg(long, value_name = "TIME")]
    pub until: Option<TimeArg>,
}

/// One dead letter.
#[derive(Debug, Args)]
pub struct DeadLetterShowArgs {
    /// The name of the dead letter, as the list shows it, e.g. d17
    pub id: String,
    /// The gateway and the output.
    #[command(flatten)]
    pub ask: AskArgs,
}

/// The dead letters to try again.
#[derive(Debug, Args)]
pub struct DeadLetterRetryArgs {
    /// The dead letters.
    #[command(flatten)]
    pub which: DeadLetterChoiceArgs,
}

/// The dead letters to discard, and the reason.
#[derive(Debug, Args)]
pub struct DeadLetterDiscardArgs {
    /// The reason that nobody needs to be told any more
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// The dead letters.
    #[command(flatten)]
    pub which: DeadLetterChoiceArgs,
}

/// Dead letters by their names, or those that are alike.
#[derive(Debug, Args)]
pub struct DeadLetterChoiceArgs {
    /// The names of dead letters, as the list shows them, e.g. d17; or else --channel, --receiver, --since or --until
    #[arg(value_name = "ID", conflicts_with_all = ALIKE, required_unless_present_any = ALIKE)]
    pub ids: Vec<String>,
    /// All that are alike.
    #[command(flatten)]
    pub filter: DeadLetterFilterArgs,
    /// The name of the person who does this, for the record
    #[arg(long, env = "USER", hide_env = true, value_name = "NAME")]
    pub by: Option<String>,
    /// The gateway and the output.
    #[command(flatten)]
    pub ask: AskArgs,
}

const ALIKE: [&str; 4] = ["channel", "receiver", "since", "until"];

/// Prints the dead letters.
pub(crate) fn list(
    context: &CommandContext,
    args: &DeadLetterListArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let gateway = GatewayClient::find(&context.config, &args.ask.gateway, TokenKind::Api)?;
    let answer = serde_json::to_value(all_listed(&gateway, args, context)?)?;
    let zone = &gateway.timezone;
    print(answer, &args.ask, out, |DeadLetterList { dead_letters, .. }: DeadLetterList| {
        let words = DeadLetterWords::in_language(context.language);
        let row = |it: &DeadLetterEntry| row(it, Vocabulary::in_language(context.language), zone);
        table(context.style, words.columns, dead_letters.iter().map(row))
    })?;
    Ok(Outcome::Good)
}

/// The dead letters that fit. The gateway looks at a stretch of them for each answer, and says where it goes on.
fn all_listed(
    gateway: &GatewayClient,
    args: &DeadLetterListArgs,
    context: &CommandContext,
) -> anyhow::Result<DeadLetterList> {
    let (mut dead_letters, mut before) = (Vec::new(), args.before.clone());
    let wanted = usize::try_from(args.limit).unwrap_or(usize::MAX);
    loop {
        let left = wanted.saturating_sub(dead_letters.len());
        let mut query = args.filter.query(context.now);
        query.extend(before.iter().map(|id| ("before", id.clone())));
        // A thousand is the most that one answer holds.
        query.push(("limit", left.clamp(1, 1_000).to_string()));
        let page: DeadLetterList = read(gateway.get(Endpoint::ListDeadLetters, "", &query)?)?;
        dead_letters.extend(page.dead_letters);
        before = page.next_before;
        if before.is_none() || dead_letters.len() >= wanted {
            return Ok(DeadLetterList { dead_letters, next_before: before });
        }
    }
}

fn row(letter: &DeadLetterEntry, vocabulary: Vocabulary, zone: &TimeZone) -> [String; 9] {
    let DeadLetterEntry {
        id,
        alert_id,
        title,
        title_zh,
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
        vocabulary.severity(*severity),
        one_line(vocabulary.title(title, title_zh.as_deref())),
        format_time(*given_up_at, zone),
        attempts.to_string(),
        one_line(&vocabulary.kept_words(reason)),
    ]
}

/// Prints one dead letter, with every attempt that was made.
pub(crate) fn show(
    context: &CommandContext,
    args: &DeadLetterShowArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let DeadLetterShowArgs { id, ask } = args;
    let gateway = GatewayClient::find(&context.config, &ask.gateway, TokenKind::Api)?;
    let answer = gateway.get(Endpoint::ShowDeadLetter, id, &[])?;
    print(answer, ask, out, |letter: DeadLetterDetails| text(&letter, context, &gateway.timezone))?;
    Ok(Outcome::Good)
}

fn text(letter: &DeadLetterDetails, context: &CommandContext, zone: &TimeZone) -> String {
    let language = context.language;
    let DeadLetterDetails { dead_letter, attempts } = letter;
    let DeadLetterEntry { id, alert_id, title, title_zh, severity, receiver, channel, reason, .. } =
        dead_letter;
    let (words, vocabulary) = (DeadLetterWords::in_language(language), Vocabulary::in_language(language));
    let DeadLetterWords { colon, comma, .. } = words;
    let alert = format!(
        "{alert_id}{comma}{}{colon}{}",
        vocabulary.severity(*severity),
        one_line(vocabulary.title(title, title_zh.as_deref()))
    );
    let fields = [
        (words.dead_letter, id.clone()),
        (words.alert, alert),
        (words.receiver, receiver.clone()),
        (words.channel, channel.clone().unwrap_or_default()),
        (words.given_up_at, format_time(dead_letter.given_up_at, zone)),
        (words.why, one_line(&vocabulary.kept_words(reason))),
        (words.contract, vocabulary.progress(dead_letter.fulfilment)),
    ];
    let mut text: String = fields.map(|(name, value)| format!("{name}{colon}{value}\n")).concat();
    if !attempts.is_empty() {
        let rows = attempts.iter().map(|it| attempt_row(it, vocabulary, zone));
        text.push_str(&format!("\n{}\n", table(context.style, words.attempts, rows)));
    }
    text.push_str(&format!("\n{}", words.whole_story(*alert_id)));
    text
}

/// Has dead letters tried again; a finding if there are none like this.
pub(crate) fn retry(
    context: &CommandContext,
    args: &DeadLetterRetryArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let DeadLetterRetryArgs { which } = args;
    let gateway = GatewayClient::find(&context.config, &which.ask.gateway, TokenKind::Api)?;
    let answer = gateway.post(Endpoint::RetryDeadLetters, "", &which.selection(context))?;
    let RetryResult { retried } = read(answer.clone())?;
    let text = DeadLetterWords::in_language(context.language).retried(retried);
    print(answer, &which.ask, out, |_: Value| text)?;
    Ok(found(retried))
}

/// Discards dead letters; a finding if there are none like this.
pub(crate) fn discard(
    context: &CommandContext,
    args: &DeadLetterDiscardArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let DeadLetterDiscardArgs { reason, which } = args;
    let gateway = GatewayClient::find(&context.config, &which.ask.gateway, TokenKind::Api)?;
    let selection = DeadLetterSelection { reason: Some(reason.clone()), ..which.selection(context) };
    let answer = gateway.post(Endpoint::DiscardDeadLetters, "", &selection)?;
    let DiscardResult { discarded } = read(answer.clone())?;
    let text = DeadLetterWords::in_language(context.language).discarded(discarded);
    print(answer, &which.ask, out, |_: Value| text)?;
    Ok(found(discarded))
}

/// A finding if a request was about no dead letter.
fn found(number: u64) -> Outcome {
    if number == 0 { Outcome::Finding } else { Outcome::Good }
}

impl DeadLetterChoiceArgs {
    /// The dead letters, as the gateway is asked for them.
    fn selection(&self, context: &CommandContext) -> DeadLetterSelection {
        let Self { ids, filter, by, ask: _ } = self;
        let DeadLetterFilterArgs { channel, receiver, since, until } = filter;
        DeadLetterSelection {
            ids: (!ids.is_empty()).then(|| ids.clone()),
            channel: channel.clone(),
            receiver: receiver.clone(),
            since: since.map(|it| it.before(context.now)),
            until: until.map(|it| it.before(context.now)),
            by: Some(by.clone().unwrap_or_else(|| Vocabulary::in_language(context.language).command_line())),
            reason: None,
        }
    }
}

impl DeadLetterFilterArgs {
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
