//! `fanfare routes`: who is told of what, and why.

mod trace;

use std::io::Write;

use clap::Args;
use fanfare_core::{
    Alert, ChannelName, Fingerprint, HumanDuration, Kind, Labels, Matcher, Mention, Policy, Route, RoutePath,
    Severity, Status,
};
use jiff::Timestamp;
use serde::Serialize;

use self::trace::{Step, trace};
use super::Outcome;
use crate::config::Config;

/// An alert by its labels.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  fanfare routes test alertname=over_temp severity=urgent device='Cold room 3'")]
pub struct TestArgs {
    /// The alert's labels; `severity` is `low` if it is not among them
    #[arg(value_name = "LABEL=VALUE", value_parser = label, required = true)]
    pub labels: Vec<(String, String)>,
    /// Prints JSON
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
pub(crate) fn show(config: &Config, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    write!(out, "{}", tree(&config.policy))?;
    Ok(Outcome::Good)
}

/// Prints who would be told of the alert, and why.
pub(crate) fn test(config: &Config, args: &TestArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let alert = alert(&args.labels);
    let steps = trace(config.policy.route(), &alert);
    let told = told(&config.policy, &alert);
    if args.json {
        let answer = Answer { labels: &alert.labels, routes: &steps, told: &told };
        serde_json::to_writer_pretty(&mut *out, &answer)?;
        writeln!(out)?;
    } else {
        for step in &steps {
            writeln!(out, "{step}")?;
        }
        writeln!(out, "\nTold:")?;
        for Told { receiver, channels, route } in &told {
            writeln!(out, "  {receiver} on {} (by {route})", channels.join(", "))?;
        }
    }
    Ok(Outcome::Good)
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    labels: &'a Labels,
    routes: &'a [Step],
    told: &'a [Told],
}

/// Who is told.
#[derive(Debug, Serialize)]
struct Told {
    receiver: String,
    channels: Vec<String>,
    route: String,
}

/// A firing alarm with `labels`.
fn alert(labels: &[(String, String)]) -> Alert {
    let labels: Labels = labels.iter().cloned().collect();
    let severity = labels.get("severity").and_then(|word| word.parse().ok()).unwrap_or(Severity::Low);
    let mut normal = labels.clone();
    normal.set("severity", severity.word());
    Alert {
        fingerprint: Fingerprint::of(&labels),
        kind: Kind::Alarm,
        status: Status::Firing,
        severity,
        severity_sent: labels.get("severity").map(str::to_owned),
        labels: normal,
        annotations: Labels::default(),
        extra: Labels::default(),
        mention: Mention::default(),
        // Routing does not look at the time.
        starts_at: Timestamp::UNIX_EPOCH,
        generator_url: None,
    }
}

/// Each receiver once, by the first route that leads to it, as the gateway does it.
fn told(policy: &Policy, alert: &Alert) -> Vec<Told> {
    let mut told: Vec<Told> = Vec::new();
    for found in policy.route().matches(alert) {
        let name = found.route.receiver.to_string();
        if told.iter().any(|it| it.receiver == name) {
            continue;
        }
        let channels =
            policy.receiver(&found.route.receiver).map(|it| it.channels.as_slice()).unwrap_or_default();
        let channels = channels.iter().map(ChannelName::to_string).collect();
        told.push(Told { receiver: name, channels, route: found.path.to_string() });
    }
    told
}

/// The routing tree of `policy`, one route a line.
pub(crate) fn tree(policy: &Policy) -> String {
    let mut lines = Vec::new();
    draw(policy, policy.route(), &RoutePath::default(), ROOT, "", &mut lines);
    lines.concat()
}

/// How a line of the tree begins, and those below it.
#[derive(Clone, Copy)]
struct Branch {
    own: &'static str,
    below: &'static str,
}

const ROOT: Branch = Branch { own: "", below: "" };
const INNER: Branch = Branch { own: "├─ ", below: "│  " };
const LAST: Branch = Branch { own: "└─ ", below: "   " };

fn draw(
    policy: &Policy,
    route: &Route,
    path: &RoutePath,
    branch: Branch,
    indent: &str,
    lines: &mut Vec<String>,
) {
    lines.push(format!("{indent}{}{}\n", branch.own, line(policy, route, path)));
    let below = format!("{indent}{}", branch.below);
    for (index, child) in route.routes.iter().enumerate() {
        let branch = if index + 1 == route.routes.len() { LAST } else { INNER };
        draw(policy, child, &path.child(index), branch, &below, lines);
    }
}

/// `severity>="high" → on-call (ops-dingtalk, ops-mail), again after 4h`
fn line(policy: &Policy, route: &Route, path: &RoutePath) -> String {
    let Route { matchers, receiver, r#continue, repeat_interval, routes: _ } = route;
    let condition = if *path == RoutePath::default() { "everything".to_owned() } else { condition(matchers) };
    let channels = policy.receiver(receiver).map(|it| names(&it.channels)).unwrap_or_default();
    let again = HumanDuration(*repeat_interval);
    let further = if *r#continue { ", and the next" } else { "" };
    format!("{condition} → {receiver} ({channels}), again after {again}{further}")
}

fn condition(matchers: &[Matcher]) -> String {
    if matchers.is_empty() {
        return "everything".to_owned();
    }
    matchers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Names with commas between them.
pub(crate) fn names(channels: &[ChannelName]) -> String {
    channels.iter().map(ChannelName::as_str).collect::<Vec<_>>().join(", ")
}
