//! `fanfare alerts`: the alerts of a running gateway.

use std::io::Write;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use fanfare_api::{AlertList, AlertState, ContractProgress, Endpoint, ListedAlert, NotificationSummary};
use fanfare_core::{Severity, one_line};
use fanfare_words::{AlertWords, Vocabulary};
use jiff::tz::TimeZone;

use super::context::CommandContext;
use super::deliveries::contract_tone;
use super::outcome::Outcome;
use super::output::{print_json, read};
use super::style::OutputStyle;
use super::table::table;
use super::time_arg::{TimeArg, format_time};
use crate::client::{AskArgs, GatewayClient, TokenKind};

/// The alerts to list, and their gateway.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  fanfare alerts list --contract broken                   who was not told in time?
  fanfare alerts list --status firing --severity urgent   what is the worst that goes on?
  fanfare alerts list --since 1h --matcher 'device =~ \"Cold room.*\"' --matcher 'severity >= high'")]
pub struct AlertListArgs {
    /// The status that the alerts report
    #[arg(long, value_parser = word_parser([AlertState::Firing.word(), AlertState::Resolved.word()]))]
    pub status: Option<String>,
    /// The severity of the alerts
    #[arg(long)]
    pub severity: Option<Severity>,
    /// The source of the alerts
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// The receiver that was told
    #[arg(long, value_name = "NAME")]
    pub receiver: Option<String>,
    /// The state of the contract with a receiver
    #[arg(long, value_name = "STATE", value_parser = word_parser(ContractProgress::ALL.map(ContractProgress::word)))]
    pub contract: Option<String>,
    /// The earliest time of acceptance: a time, or how long ago
    #[arg(long, value_name = "TIME")]
    pub since: Option<TimeArg>,
    /// A matcher as in a route, e.g. `severity >= high`; several must all match
    #[arg(long = "matcher", value_name = "MATCHER")]
    pub matchers: Vec<String>,
    /// The fingerprint of the alerts
    #[arg(long)]
    pub fingerprint: Option<String>,
    /// The most alerts to list
    #[arg(long, default_value_t = 50, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    /// The gateway and the output.
    #[command(flatten)]
    pub ask: AskArgs,
}

/// The parser of one of some words, which lists them.
fn word_parser<const N: usize>(words: [&'static str; N]) -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(words)
}

/// Prints the alerts, the newest first.
pub(crate) fn list(
    context: &CommandContext,
    args: &AlertListArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let gateway = GatewayClient::find(&context.config, &args.ask.gateway, TokenKind::Api)?;
    let list = found(&gateway, args, context)?;
    if args.ask.json {
        print_json(&list, out)?;
        return Ok(Outcome::Good);
    }
    let words = AlertWords::in_language(context.language);
    if list.alerts.is_empty() {
        writeln!(out, "{}", words.none)?;
        return Ok(Outcome::Good);
    }
    let rows = AlertRows {
        words,
        vocabulary: Vocabulary::in_language(context.language),
        style: context.style,
        timezone: gateway.timezone,
    };
    writeln!(out, "{}", table(context.style, words.columns, list.alerts.iter().map(|it| rows.row(it))))?;
    Ok(Outcome::Good)
}

/// The alerts that fit. The gateway looks at a stretch of its ledger for each answer, and says where it goes on.
fn found(
    gateway: &GatewayClient,
    args: &AlertListArgs,
    context: &CommandContext,
) -> anyhow::Result<AlertList> {
    let (mut alerts, mut before) = (Vec::new(), None);
    let wanted = usize::try_from(args.limit).unwrap_or(usize::MAX);
    loop {
        let left = wanted.saturating_sub(alerts.len());
        let answer = gateway.get(Endpoint::ListAlerts, "", &args.query(before, left, context))?;
        let page: AlertList = read(answer)?;
        alerts.extend(page.alerts);
        before = page.next_before;
        if before.is_none() || alerts.len() >= wanted {
            return Ok(AlertList { alerts, next_before: before });
        }
    }
}

impl AlertListArgs {
    fn query(
        &self,
        before: Option<i64>,
        left: usize,
        context: &CommandContext,
    ) -> Vec<(&'static str, String)> {
        let Self { status, severity, source, receiver, contract, since, matchers, fingerprint, .. } = self;
        let given = [
            ("status", status.clone()),
            ("severity", severity.map(|it| it.to_string())),
            ("source", source.clone()),
            ("receiver", receiver.clone()),
            ("contract", contract.clone()),
            ("since", since.map(|it| it.before(context.now).to_string())),
            ("matchers", (!matchers.is_empty()).then(|| matchers.join(","))),
            ("fingerprint", fingerprint.clone()),
            ("before", before.map(|it| it.to_string())),
            // A thousand is the most that one answer holds.
            ("limit", Some(left.clamp(1, 1_000).to_string())),
        ];
        given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// The rows of alerts in one language, by one clock.
struct AlertRows {
    words: &'static AlertWords,
    vocabulary: Vocabulary,
    style: OutputStyle,
    timezone: TimeZone,
}

impl AlertRows {
    fn row(&self, listed: &ListedAlert) -> [String; 7] {
        let ListedAlert { id, received_at, alert, notifications, .. } = listed;
        let own = self.vocabulary.own_text("title", |name| alert.annotations.get(name));
        let title = own.or_else(|| alert.labels.get("alertname"));
        let contracts: Vec<String> = notifications.iter().map(|it| self.contract(it)).collect();
        [
            id.to_string(),
            format_time(*received_at, &self.timezone),
            self.vocabulary.severity(alert.severity),
            self.vocabulary.state(alert.status),
            alert.labels.get("source").cloned().unwrap_or_default(),
            title.map(|it| one_line(it)).unwrap_or_default(),
            contracts.join(self.words.comma),
        ]
    }

    fn contract(&self, notification: &NotificationSummary) -> String {
        let tone = contract_tone(notification.contract);
        let state = self.vocabulary.progress(notification.contract);
        self.style.mark(tone, &self.words.receiver(&notification.receiver, &state))
    }
}
