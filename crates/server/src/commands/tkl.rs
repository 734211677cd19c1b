//! `fanfare tkl doctor`: a script of ThinkLink, run as each of its versions runs it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use fanfare_api::{AlertSeverity, AlertState, ScriptFinding, parse_word};
use fanfare_core::Alert;
use fanfare_sources::{Format, Hints, Reading, SourceSettings};
use fanfare_tkl_host::{Host, ScriptFault, ScriptSample, SentItem, examine};
use fanfare_words::{DoctorWords, Vocabulary};
use serde_json::Value;
use url::Url;

use super::context::CommandContext;
use super::outcome::Outcome;
use super::output::print_json;
use super::style::Tone;
use super::table::table;

/// The script, and what it is tried with.
#[derive(Debug, Args)]
pub struct TklDoctorArgs {
    /// The script: a trigger or an RPC
    pub script: PathBuf,
    /// The RPC that the trigger calls
    #[arg(long, value_name = "FILE")]
    pub rpc: Option<PathBuf>,
    /// The device as JSON, as ThinkLink hands it to scripts; default: a cold room that is too warm
    #[arg(long, value_name = "FILE")]
    pub device: Option<PathBuf>,
    /// The parameters of the RPC as JSON; default: an alarm is raised
    #[arg(long, value_name = "FILE")]
    pub params: Option<PathBuf>,
    /// The parameters of the organisation as JSON; default: an address of Fanfare and a token, as in examples/tkl
    #[arg(long, value_name = "FILE")]
    pub org_params: Option<PathBuf>,
    /// JSON instead of a text for people
    #[arg(long)]
    pub json: bool,
}

/// The examination of a script on all versions.
struct Doctor<'a> {
    context: &'a CommandContext,
    words: &'static DoctorWords,
    sample: ScriptSample,
    rpc: Option<String>,
}

/// Prints what each version of ThinkLink does with a script; a finding unless it reaches Fanfare on all of them.
pub(crate) fn doctor(
    context: &CommandContext,
    args: &TklDoctorArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let TklDoctorArgs { script, rpc, device, params, org_params, json } = args;
    let mut sample = ScriptSample::default();
    if let Some(file) = device {
        sample.device = read_json(file)?;
    }
    if let Some(file) = params {
        sample.params = read_json(file)?;
    }
    if let Some(file) = org_params {
        sample.org_params = read_json(file)?;
    }
    let rpc = rpc.as_deref().map(read_text).transpose()?;
    let doctor = Doctor { context, words: DoctorWords::in_language(context.language), sample, rpc };
    let script = read_text(script)?;
    let found: Vec<ScriptFinding> =
        Host::ALL.into_iter().flat_map(|host| doctor.findings(&script, host)).collect();
    if *json {
        print_json(&found, out)?;
    } else {
        writeln!(out, "{}", doctor.table(&found))?;
    }
    let reaches = |host: Host| found.iter().any(|it| it.thinklink == host.to_string() && it.reaches_fanfare);
    Ok(if Host::ALL.into_iter().all(reaches) { Outcome::Good } else { Outcome::Finding })
}

fn read_text(file: &Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

fn read_json(file: &Path) -> anyhow::Result<Value> {
    serde_json::from_str(&read_text(file)?).with_context(|| format!("{} is not JSON", file.display()))
}

impl Doctor<'_> {
    fn table(&self, found: &[ScriptFinding]) -> String {
        let style = self.context.style;
        let row = |it: &ScriptFinding| {
            let tone = if it.reaches_fanfare { Tone::Good } else { Tone::Bad };
            [it.thinklink.clone(), it.does.clone(), style.mark(tone, &it.verdict)]
        };
        table(style, self.words.columns, found.iter().map(row))
    }

    fn findings(&self, script: &str, host: Host) -> Vec<ScriptFinding> {
        match examine(script, host, &self.sample) {
            Err(fault) => vec![self.no(host, self.fault(&fault), None)],
            Ok(sent) if sent.is_empty() => vec![self.no(host, self.words.nothing.to_owned(), None)],
            Ok(sent) => sent.into_iter().flat_map(|it| self.finding(it, host)).collect(),
        }
    }

    fn fault(&self, fault: &ScriptFault) -> String {
        match fault {
            ScriptFault::Thrown(reason) | ScriptFault::Engine(reason) => self.words.fault(reason),
            ScriptFault::TooLong => self.words.fault(self.words.too_long),
            ScriptFault::WrongResult(kind) => self.words.fault(&self.words.wrong_result(kind)),
        }
    }

    fn finding(&self, sent: SentItem, host: Host) -> Vec<ScriptFinding> {
        let words = self.words;
        match sent {
            SentItem::Inside { kind } => vec![self.no(host, words.inside(&kind), None)],
            SentItem::Called { method, names_device: false, .. } => {
                vec![self.no(host, words.calls(&method), Some(words.no_device))]
            }
            SentItem::Called { method, params, names_device: true } => self.called(&method, params, host),
            SentItem::Published { topic, was_to_be_posted: true, .. } => {
                vec![self.no(host, words.publishes(&topic), Some(words.published_post))]
            }
            SentItem::Published { topic, body, was_to_be_posted: false } => {
                let eui = self.sample.device["eui"].as_str().unwrap_or_default();
                if topic.ends_with(&format!("/{eui}")) {
                    return vec![self.no(host, words.publishes(&topic), Some(words.to_device))];
                }
                vec![self.read(host, words.publishes(&topic), &body, None)]
            }
            SentItem::Posted { url, body } => {
                let address = Url::parse(&url).ok();
                let name = address.as_ref().and_then(Url::host_str).unwrap_or("?");
                let is_ours = address.as_ref().is_some_and(|it| it.path().starts_with("/ingest/"));
                vec![self.read(host, words.posts(name), &body, (!is_ours).then_some(words.to_others))]
            }
        }
    }

    /// The findings about the RPC that a trigger calls.
    fn called(&self, method: &str, params: Value, host: Host) -> Vec<ScriptFinding> {
        let Some(rpc) = &self.rpc else {
            return vec![self.no(host, self.words.calls(method), Some(self.words.no_rpc))];
        };
        let sample = ScriptSample { params, ..self.sample.clone() };
        Self { sample, rpc: None, context: self.context, words: self.words }.findings(rpc, host)
    }

    fn no(&self, host: Host, does: String, remark: Option<&str>) -> ScriptFinding {
        let no = self.words.no;
        let verdict = remark.map_or_else(|| no.to_owned(), |remark| self.words.with_remark(no, remark));
        ScriptFinding { thinklink: host.to_string(), does, verdict, reaches_fanfare: false }
    }

    /// The finding about a body that arrives, as a source of the format `tkl` reads it.
    fn read(&self, host: Host, does: String, body: &Value, remark: Option<&str>) -> ScriptFinding {
        let source = SourceSettings::new("thinklink");
        let body = body.to_string();
        let read = Format::tkl().read(body.as_bytes(), &Hints::default(), &source, self.context.now);
        let (verdict, reaches_fanfare) = match read {
            Ok(Reading { alerts, nothing_to_do, .. }) => match alerts.first() {
                Some(first) => (self.alert(&first.alert), true),
                None => {
                    let reason = nothing_to_do.first().map(|it| it.reason).unwrap_or_default();
                    (self.words.unreadable(reason), false)
                }
            },
            Err(fault) => (self.words.unreadable(&fault.to_string()), false),
        };
        let verdict = match remark {
            None => verdict,
            Some(remark) => self.words.with_remark(&verdict, remark),
        };
        ScriptFinding { thinklink: host.to_string(), does, verdict, reaches_fanfare }
    }

    fn alert(&self, alert: &Alert) -> String {
        let vocabulary = Vocabulary::in_language(self.context.language);
        let described = ["description", "content"].into_iter().find_map(|it| alert.annotations.get(it));
        let texts: Vec<&str> = [alert.title()].into_iter().chain(described).collect();
        let severity = parse_word::<AlertSeverity>(alert.severity.word());
        let state = parse_word::<AlertState>(alert.status.word());
        self.words.alert(
            &severity.map(|it| vocabulary.severity(it)).unwrap_or_default(),
            &state.map(|it| vocabulary.state(it)).unwrap_or_default(),
            &texts.join(": "),
        )
    }
}
