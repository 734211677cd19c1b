//! `fanfare routes`: the routing tree, and the receivers of an alert.

mod tree;
mod terms_output;

use std::io::Write;

use clap::Args;
use fanfare_api::RouteCheck;
use fanfare_core::{
    AlarmNaming, Alert, ChannelName, Fingerprint, Kind, Labels, Mention, Policy, ReceiverName, Severity,
    Status, StatusBasis,
};
use fanfare_http::trace;
use fanfare_words::RouteWords;
use jiff::Timestamp;
use serde::Serialize;

use self::terms_output::TermsOutput;
pub(crate) use self::tree::tree;
use self::tree::{Tree, terms};
use super::context::CommandContext;
use super::load::load_without_secrets;
use super::outcome::Outcome;

/// The form of the routing tree.
#[derive(Debug, Args)]
pub struct RouteShowArgs {
    /// JSON instead of a text for people
    #[arg(long)]
    pub json: bool,
}

/// An alert by its labels.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  fanfare routes test alertname=over_temp severity=urgent device='Cold room 3'")]
pub struct RouteTestArgs {
    /// The labels of the alert; without `severity` it is `mid`, as an alarm that arrives without a level
    #[arg(value_name = "LABEL=VALUE", value_parser = label, required = true)]
    pub labels: Vec<(String, String)>,
    /// JSON instead of a text for people
    #[arg(long)]
    pub json: bool,
}

fn label(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected LABEL=VALUE, e.g. severity=urgent")?;
    if name == "severity" {
        value.parse::<Severity>().map_err(|err| err.to_string())?;
    }
    if name.is_empty() {
        Err("the label has no name".to_owned())
    } else {
        Ok((name.to_owned(), value.to_owned()))
    }
}

/// Prints the routing tree.
pub(crate) fn show(
    context: &CommandContext,
    args: &RouteShowArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let config = load_without_secrets(&context.config, context.now)?;
    if args.json {
        serde_json::to_writer_pretty(&mut *out, &Tree::new(&config.policy))?;
        writeln!(out)?;
    } else {
        write!(out, "{}", tree(&config.policy, context.language))?;
    }
    Ok(Outcome::Good)
}

/// Prints the receivers that would be told of the alert, and the reason for each route.
pub(crate) fn test(
    context: &CommandContext,
    args: &RouteTestArgs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let config = load_without_secrets(&context.config, context.now)?;
    let alert = alert(&args.labels);
    let steps = trace(config.policy.route(), &alert);
    let told = told(&config.policy, &alert);
    if args.json {
        let answer = RoutesTestOutput { labels: &alert.all_labels(), routes: &steps, told: &told };
        serde_json::to_writer_pretty(&mut *out, &answer)?;
        writeln!(out)?;
    } else {
        let words = RouteWords::in_language(context.language);
        for step in &steps {
            writeln!(out, "{}", words.check(step))?;
        }
        writeln!(out, "\n{}", words.told_heading)?;
        for ToldReceiver { receiver, channels: _, promise: TermsOutput(terms), route } in &told {
            write!(out, "{}", words.told(receiver.as_str(), route, terms))?;
        }
    }
    Ok(Outcome::Good)
}

/// The output of `routes test --json`.
#[derive(Debug, Serialize)]
struct RoutesTestOutput<'a> {
    labels: &'a Labels,
    routes: &'a [RouteCheck],
    told: &'a [ToldReceiver<'a>],
}

/// A receiver that would be told, with its terms.
#[derive(Debug, Serialize)]
struct ToldReceiver<'a> {
    receiver: &'a ReceiverName,
    channels: &'a [ChannelName],
    promise: TermsOutput<'a>,
    route: String,
}

/// The severity of an alarm that names none, as `fanfare_sources` reads it.
const UNWEIGHED: Severity = Severity::Mid;

/// A firing alarm with `labels`.
fn alert(labels: &[(String, String)]) -> Alert {
    let mut labels: Labels = labels.iter().cloned().collect();
    let fingerprint = Fingerprint::from_labels(&labels);
    let severity_sent = labels.take("severity");
    let severity = severity_sent.as_ref().and_then(|word| word.parse().ok()).unwrap_or(UNWEIGHED);
    Alert {
        source: labels.take("source").unwrap_or_default().as_str().into(),
        fingerprint,
        kind: Kind::Alarm,
        status: Status::Firing,
        status_basis: StatusBasis::Stated,
        naming: AlarmNaming::Name,
        severity,
        severity_sent,
        labels,
        annotations: Labels::default(),
        extra: Labels::default(),
        mention: Mention::default(),
        // Routing does not look at the time.
        starts_at: Timestamp::UNIX_EPOCH,
        ends_at: None,
        generator_url: None,
    }
}

/// The receivers of `alert`, each once, by the first route that leads to it, as in the gateway.
fn told<'a>(policy: &'a Policy, alert: &Alert) -> Vec<ToldReceiver<'a>> {
    let mut told: Vec<ToldReceiver<'_>> = Vec::new();
    for found in policy.route().matches(alert) {
        let receiver = &found.route.receiver;
        let Some(terms) = terms(policy, found.route) else { continue };
        if told.iter().all(|it| it.receiver != receiver) {
            let (channels, promise) = (terms.channels.as_slice(), TermsOutput(terms));
            told.push(ToldReceiver { receiver, channels, promise, route: found.path.to_string() });
        }
    }
    told
}
