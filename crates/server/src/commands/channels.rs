//! `fanfare channels`: the condition of the channels, and a test message through one of them.

use std::io::Write;
use std::time::Duration;

use clap::Args;
use fanfare_api::{
    AttemptVerdict, ChannelCondition, ChannelError, ChannelList, ChannelReport, ChannelTestRequest,
    ChannelTestResult, Endpoint, TestVerdict,
};
use fanfare_core::{Language, one_line};
use fanfare_words::{ChannelWords, Vocabulary};
use jiff::tz::TimeZone;

use super::context::CommandContext;
use super::outcome::Outcome;
use super::output::{print, read};
use super::style::Tone;
use super::table::table;
use super::time_arg::format_time;
use crate::client::{AskArgs, GatewayClient, TokenKind};

/// The gateway whose channels are listed.
#[derive(Debug, Args)]
pub struct ChannelListArgs {
    /// The gateway and the output.
    #[command(flatten)]
    pub ask: AskArgs,
}

/// The channel to test.
#[derive(Debug, Args)]
pub struct ChannelTestArgs {
    /// The name of the channel in the config
    pub name: String,
    /// The name of the person who tests it; the message tells it
    #[arg(long, env = "USER", hide_env = true, value_name = "NAME")]
    pub by: Option<String>,
    /// The gateway and the output.
    #[command(flatten)]
    pub ask: AskArgs,
}

/// Prints the condition of each channel.
pub(crate) fn list(
    context: &CommandContext,
    args: &ChannelListArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let gateway = GatewayClient::find(&context.config, &args.ask.gateway, TokenKind::Api)?;
    let answer = gateway.get(Endpoint::ListChannels, "", &[])?;
    let zone = &gateway.timezone;
    print(answer, &args.ask, out, |ChannelList { channels }: ChannelList| {
        let columns = ChannelWords::in_language(context.language).columns;
        table(context.style, columns, channels.iter().map(|it| row(it, context, zone)))
    })?;
    Ok(Outcome::Good)
}

fn row(channel: &ChannelReport, context: &CommandContext, zone: &TimeZone) -> [String; 8] {
    let (words, style) = (ChannelWords::in_language(context.language), context.style);
    let vocabulary = Vocabulary::in_language(context.language);
    let ChannelReport {
        name,
        kind,
        health,
        reason,
        blocked_until,
        pending,
        quota,
        proven_at,
        last_error,
        ..
    } = channel;
    let health = match (health, blocked_until) {
        (ChannelCondition::Broken, None) => style.mark(Tone::Uncertain, words.recovering),
        (ChannelCondition::Broken, Some(_)) => style.mark(Tone::Bad, words.health(*health)),
        (ChannelCondition::Working | ChannelCondition::NeverProven, _) => words.health(*health).to_owned(),
    };
    let quota = quota.as_ref().map(|it| words.quota(it.used, it.messages, &it.period));
    let last = last_error.as_ref().map(|ChannelError { at, words: answer }| {
        words.last_trouble(&format_time(*at, zone), &vocabulary.kept_words(answer))
    });
    // A provider's words may hold anything, also what would confuse a terminal.
    let trouble = reason.as_deref().map(|it| vocabulary.kept_words(it)).or(last).map(|it| one_line(&it));
    [
        name.clone(),
        kind.clone(),
        health,
        blocked_until.map(|at| format_time(at, zone)).unwrap_or_default(),
        pending.to_string(),
        quota.unwrap_or_default(),
        proven_at.map(|at| format_time(at, zone)).unwrap_or_default(),
        trouble.unwrap_or_default(),
    ]
}

/// The time that the answer to a test may take. The gateway waits as long as one
/// attempt may take, which is a minute for mail and what the config says for others.
const TEST_PATIENCE: Duration = Duration::from_secs(10 * 60);

/// Sends a marked test through a channel, and prints its provider's answer; a
/// finding unless that took it.
pub(crate) fn test(
    context: &CommandContext,
    args: &ChannelTestArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let ChannelTestArgs { name, by, ask } = args;
    let gateway =
        GatewayClient::find(&context.config, &ask.gateway, TokenKind::Api)?.with_patience(TEST_PATIENCE);
    let by = by.clone().unwrap_or_else(|| Vocabulary::in_language(context.language).command_line());
    let request = ChannelTestRequest { by: Some(by) };
    let answer = gateway.post(Endpoint::TestChannel, name, &request)?;
    let ChannelTestResult { outcome, .. } = read(answer.clone())?;
    print(answer, ask, out, |result: ChannelTestResult| test_text(name, &result, context.language))?;
    let is_delivered = outcome == TestVerdict::Attempted(AttemptVerdict::Delivered);
    Ok(if is_delivered { Outcome::Good } else { Outcome::Finding })
}

fn test_text(name: &str, result: &ChannelTestResult, language: Language) -> String {
    let (in_words, vocabulary) = (ChannelWords::in_language(language), Vocabulary::in_language(language));
    let ChannelTestResult { alert_id, outcome, words, latency_ms, .. } = result;
    match (words, latency_ms) {
        (Some(words), Some(latency)) => {
            let words = one_line(&vocabulary.answer(&outcome.to_string(), words));
            let tested = in_words.tested(name, *outcome, *latency, &words);
            in_words.remedy(*outcome).map_or_else(|| tested.clone(), |remedy| format!("{tested}\n{remedy}"))
        }
        _ => in_words.test_waits(name, *outcome, *alert_id),
    }
}
