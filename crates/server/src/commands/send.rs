//! `fanfare send`: posts an alert to a running gateway.

use std::collections::BTreeMap;
use std::io::{Read as _, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{ArgGroup, Args};
use fanfare_api::{
    AcceptedAlert, AlertReading, ErrorDetails, HeardHeartbeat, HeldReceiver, IngestPreview, IngestResult,
    PreviewedAlert,
};
use fanfare_core::{Language, Severity};
use fanfare_words::{SentWords, Vocabulary, annotation_in};
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::context::CommandContext;
use super::outcome::Outcome;
use super::output::{print_json, read as read_answer};
use super::table::table;
use super::time_arg::format_time;
use crate::client::{GatewayArgs, GatewayClient, TokenKind};

/// The alert, and the gateway to post it to.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  fanfare send --source thinklink --name over_temp --level urgent --eui 6353012af1093062 --device 'Cold room 3' \\
      --title 'Temperature too high' --desc 'Current -9.4 °C, limit -18 °C'
  fanfare send --source thinklink --name over_temp --eui 6353012af1093062 --clear
  fanfare send --source thinklink --file body.json --dry-run
  fanfare send --source thinklink --file examples/tkl/b09-rich.json --url https://alerts.example.com --token-env FANFARE_TKL_TOKEN")]
#[command(group = ArgGroup::new("what").args(["name", "file"]).required(true))]
pub struct SendArgs {
    /// The source that the alert is posted to
    #[arg(long, default_value = "thinklink")]
    pub source: String,
    /// A whole body, as it is; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The gateway only says what it would make of it: nothing is stored, and nobody is told
    #[arg(long)]
    pub dry_run: bool,
    /// The gateway's JSON instead of a table and the next command
    #[arg(long)]
    pub json: bool,
    /// The alert, if it is not in a file.
    #[command(flatten)]
    pub alert: AlertArgs,
    /// The gateway to post to.
    #[command(flatten)]
    pub gateway: GatewayArgs,
}

/// An alert by its fields.
#[derive(Debug, Args)]
pub struct AlertArgs {
    /// The name of the alarm
    #[arg(long, conflicts_with = "file")]
    pub name: Option<String>,
    /// The severity of the alarm: low, mid, high or urgent [default: high]
    #[arg(long, requires = "name")]
    pub level: Option<Severity>,
    /// The alarm in one line
    #[arg(long, requires = "name")]
    pub title: Option<String>,
    /// The alarm in more words
    #[arg(long, requires = "name", value_name = "TEXT")]
    pub desc: Option<String>,
    /// The EUI of the device
    #[arg(long, requires = "name")]
    pub eui: Option<String>,
    /// The name of the device
    #[arg(long, requires = "name", value_name = "NAME")]
    pub device: Option<String>,
    /// The end of the alarm instead of its beginning
    #[arg(long, requires = "name")]
    pub clear: bool,
}

/// Posts the alert, and prints the gateway's answer.
pub(crate) fn send(
    context: &CommandContext,
    args: &SendArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let SendArgs { source, file, dry_run, json, alert, gateway } = args;
    let body = match file {
        Some(file) => read(file).with_context(|| format!("--file {}", file.display()))?,
        None => serde_json::to_vec(&alert.body())?,
    };
    let gateway = GatewayClient::find(&context.config, gateway, TokenKind::Source(source))?;
    let query: &[(&str, &str)] = if *dry_run { &[("dry_run", "1")] } else { &[] };
    let answer = gateway.post_with_query(&["ingest", source], query, body)?.json_if_done()?;
    if *json {
        print_json(&answer, out)?;
    } else if *dry_run {
        writeln!(out, "{}", preview_text(&read_answer(answer)?, context))?;
    } else {
        writeln!(out, "{}", sent_text(&read_answer(answer)?, context, &gateway.timezone))?;
    }
    Ok(Outcome::Good)
}

/// A table of who is told of what was sent, remarks about what was not understood, and the next command.
fn sent_text(sent: &IngestResult, context: &CommandContext, zone: &TimeZone) -> String {
    let words = SentWords::in_language(context.language);
    let vocabulary = Vocabulary::in_language(context.language);
    let IngestResult { status: _, alerts, heartbeats, nothing_to_do: _, refused } = sent;
    let row = |it: &AcceptedAlert| {
        let held = it.held.iter().map(|HeldReceiver { receiver, reason }| {
            words.held(receiver, &vocabulary.suppression_reason(reason))
        });
        [
            it.id.to_string(),
            vocabulary.state(it.status),
            it.told.join(words.comma),
            held.collect::<Vec<_>>().join(words.comma),
        ]
    };
    let table = alerts.first().map(|_| table(context.style, words.accepted, alerts.iter().map(row)));
    let next = alerts.first().map(|first| words.next(first.id));
    let heard = |it: &HeardHeartbeat| {
        words.heartbeat(&it.name, it.expected_until.map(|at| format_time(at, zone)).as_deref())
    };
    let heard: Vec<String> = heartbeats.iter().map(heard).collect();
    let heard = (!heard.is_empty()).then(|| heard.join("\n"));
    let first = table.or(heard.clone()).unwrap_or_else(|| words.none.to_owned());
    let heard = heard.filter(|it| *it != first);
    let remarks = remarks(alerts.iter().map(|it| &it.reading), refused, context);
    paragraphs([Some(first), heard, remarks, next])
}

/// A table of what would be accepted, and remarks about what was not understood.
fn preview_text(preview: &IngestPreview, context: &CommandContext) -> String {
    let words = SentWords::in_language(context.language);
    let vocabulary = Vocabulary::in_language(context.language);
    let IngestPreview { status: _, alerts, heartbeats, nothing_to_do: _, refused } = preview;
    let row = |it: &PreviewedAlert| {
        let PreviewedAlert { fingerprint: _, status, would_tell, reading } = it;
        let understood = reading.understood.as_ref();
        let label = |name: &str| understood.and_then(|it| it.labels.get(name)).cloned().unwrap_or_default();
        let device = Some(label("device")).filter(|it| !it.is_empty()).unwrap_or_else(|| label("eui"));
        let texts = understood.map(|it| texts_in(context.language, &it.annotations));
        [
            reading.path.clone(),
            vocabulary.state(*status),
            understood.map(|it| vocabulary.severity(it.severity)).unwrap_or_default(),
            label("alertname"),
            device,
            texts.unwrap_or_default().join(words.comma),
            would_tell.join(words.comma),
        ]
    };
    let table = alerts.first().map(|_| table(context.style, words.previewed, alerts.iter().map(row)));
    let heard = (!heartbeats.is_empty()).then(|| words.heartbeats(heartbeats));
    let first = table.or(heard.clone()).unwrap_or_else(|| words.none.to_owned());
    let heard = heard.filter(|it| *it != first);
    let remarks = remarks(alerts.iter().map(|it| &it.reading), refused, context);
    paragraphs([Some(first), heard, remarks, Some(words.dry_run.to_owned())])
}

/// The texts of an alert in one language: beside a text may stand the same one in another.
fn texts_in(language: Language, annotations: &BTreeMap<String, String>) -> Vec<&str> {
    let is_translation = |name: &str| {
        let plain = [Language::En, Language::Zh].map(|it| name.strip_suffix(&annotation_in("", it)));
        plain.into_iter().flatten().any(|it| annotations.contains_key(it))
    };
    let texts = annotations.iter().filter(|(name, _)| !is_translation(name));
    texts
        .map(|(name, text)| annotations.get(&annotation_in(name, language)).unwrap_or(text).as_str())
        .collect()
}

/// A line for each thing that was not understood; `None`: everything was.
fn remarks<'a>(
    readings: impl Iterator<Item = &'a AlertReading>,
    refused: &[ErrorDetails],
    context: &CommandContext,
) -> Option<String> {
    let words = SentWords::in_language(context.language);
    let vocabulary = Vocabulary::in_language(context.language);
    let of_reading = |reading: &AlertReading| {
        let AlertReading { path, understood, unread, unknown_level } = reading;
        let instead = understood.as_ref().map(|it| vocabulary.severity(it.severity)).unwrap_or_default();
        let level = unknown_level.as_ref().map(|level| words.unknown_level(path, level, &instead));
        let unread = (!unread.is_empty()).then(|| words.unread(path, unread));
        level.into_iter().chain(unread)
    };
    let of_entry = |it: &ErrorDetails| words.refused(it.path.as_deref().unwrap_or_default(), &it.message);
    let lines: Vec<String> = readings.flat_map(of_reading).chain(refused.iter().map(of_entry)).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn paragraphs(parts: [Option<String>; 4]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
}

fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    if file != Path::new("-") {
        return std::fs::read(file);
    }
    let mut body = Vec::new();
    std::io::stdin().read_to_end(&mut body)?;
    Ok(body)
}

impl AlertArgs {
    /// The alert in the rich form of a TKL body, which leaves no name in doubt.
    fn body(&self) -> Value {
        let Self { name, level, title, desc, eui, device, clear } = self;
        let action = if *clear { "clear" } else { "new" };
        // A clear needs no level: it ends the alarm, however bad it was.
        let level = level.or((!clear).then_some(Severity::High));
        let alarm = [
            ("id", name.as_deref()),
            ("action", Some(action)),
            ("level", level.map(Severity::word)),
            ("title", title.as_deref()),
            ("desc", desc.as_deref()),
        ];
        let device = [("eui", eui.as_deref()), ("name", device.as_deref())];
        json!({ "alarm": object(alarm), "device": object(device) })
    }
}

fn object<const N: usize>(fields: [(&str, Option<&str>); N]) -> Map<String, Value> {
    fields.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?.into()))).collect()
}
