//! The gateways that are measured side by side, and what differs between them.

use std::net::SocketAddr;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use tokio::process::Command;

use crate::alert::{batches, prometheus, singles, tkl};
use crate::load::PostTarget;
use crate::mail_sink::GONE;

#[cfg(test)]
mod tests;

/// A gateway under measurement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum System {
    /// Fanfare, with every alert on disk before it is accepted.
    Fanfare(PathBuf),
    /// Another build of Fanfare, measured in the same rounds.
    Baseline(PathBuf),
    /// Prometheus' Alertmanager, which keeps alerts in memory.
    Alertmanager(PathBuf),
}

/// The channels on which every alert is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlertTargets {
    /// Webhooks: for Fanfare a DingTalk robot and a WeCom bot by turns.
    Webhooks(Vec<SocketAddr>),
    /// The same with a contract, a ladder, and a budget on the second: what it does not carry one by one
    /// is gathered. Alertmanager knows none of that.
    Promised(Vec<SocketAddr>),
    /// The same, but nothing is delivered while we look: what accepting alone
    /// costs. Fanfare still tries, against receivers that never answer;
    /// Alertmanager, which would open a connection for each alert then, is
    /// spared by a `group_wait` of ten minutes.
    Held(Vec<SocketAddr>),
    /// One mailbox, over SMTP.
    Mail(SocketAddr),
    /// Two mailboxes, over SMTP, the first of which is gone.
    Mailboxes(SocketAddr),
}

/// The most deliveries that Fanfare may have under way on one channel. More than a
/// provider would take from one robot: it is the gateway that is measured.
pub(crate) const CONCURRENCY: usize = 32;

/// The bearer token of the measured source; it opens nothing outside the measurement.
const TOKEN: &str = "bench-token";

impl System {
    /// The name in tables.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Fanfare(_) => "Fanfare",
            Self::Baseline(_) => "the other build",
            Self::Alertmanager(_) => "Alertmanager",
        }
    }

    /// True if alerts and deliveries outlive a kill.
    #[must_use]
    pub fn is_durable(&self) -> bool {
        match self {
            Self::Fanfare(_) | Self::Baseline(_) => true,
            Self::Alertmanager(_) => false,
        }
    }

    /// Debian's Alertmanager, where it is installed.
    #[must_use]
    pub fn installed_alertmanager() -> Option<Self> {
        let path = env::var_os("PATH")?;
        let binary = env::split_paths(&path)
            .map(|folder| folder.join("prometheus-alertmanager"))
            .find(|file| file.is_file())?;
        Some(Self::Alertmanager(binary))
    }

    /// The command that runs it on a free port, with its configuration and its
    /// data in `folder`.
    ///
    /// # Errors
    ///
    /// When the configuration cannot be written.
    pub fn command(&self, folder: &Path, targets: &AlertTargets) -> Result<Command> {
        let (file, config) = match self {
            Self::Fanfare(_) | Self::Baseline(_) => {
                (folder.join("fanfare.yaml"), fanfare_config(folder, targets))
            }
            Self::Alertmanager(_) => (folder.join("alertmanager.yml"), alertmanager_config(targets)),
        };
        fs::write(&file, config).with_context(|| format!("cannot write {}", file.display()))?;
        Ok(match self {
            Self::Fanfare(binary) | Self::Baseline(binary) => serve(binary, &file),
            Self::Alertmanager(binary) => serve_alertmanager(binary, &file, folder),
        })
    }

    /// The command that runs it on a free port and tells `targets`, for the scenarios in which alerts get lost: its
    /// settings are its usual ones.
    ///
    /// # Errors
    ///
    /// When the configuration cannot be written.
    pub fn loss_command(&self, folder: &Path, targets: &AlertTargets) -> Result<Command> {
        match self {
            Self::Fanfare(_) | Self::Baseline(_) => self.command(folder, targets),
            Self::Alertmanager(binary) => {
                let file = folder.join("alertmanager.yml");
                fs::write(&file, usual_alertmanager_config(targets))
                    .with_context(|| format!("cannot write {}", file.display()))?;
                Ok(serve_alertmanager(binary, &file, folder))
            }
        }
    }

    /// The endpoint that takes alerts.
    #[must_use]
    pub fn endpoint(&self, address: SocketAddr) -> PostTarget {
        match self {
            Self::Fanfare(_) | Self::Baseline(_) => {
                PostTarget { address, path: "/ingest/thinklink".to_owned(), token: Some(TOKEN.to_owned()) }
            }
            Self::Alertmanager(_) => PostTarget { address, path: "/api/v2/alerts".to_owned(), token: None },
        }
    }

    /// One request for each alert.
    #[must_use]
    pub fn singles(&self, serials: Range<u32>) -> Vec<Bytes> {
        match self {
            Self::Fanfare(_) | Self::Baseline(_) => singles(serials, tkl),
            // Alertmanager knows only arrays.
            Self::Alertmanager(_) => batches(serials, 1, prometheus),
        }
    }

    /// One request for each `size` alerts.
    #[must_use]
    pub fn batches(&self, serials: Range<u32>, size: u32) -> Vec<Bytes> {
        match self {
            Self::Fanfare(_) | Self::Baseline(_) => batches(serials, size, tkl),
            Self::Alertmanager(_) => batches(serials, size, prometheus),
        }
    }
}

fn serve(binary: &Path, config: &Path) -> Command {
    let mut command = Command::new(binary);
    command.arg("--config").arg(config).arg("serve");
    command
        .env("BENCH_SOURCE_TOKEN", TOKEN)
        .env("BENCH_DINGTALK_TOKEN", "bench-access-token")
        .env("BENCH_DINGTALK_SECRET", "SECbench")
        .env("BENCH_WECOM_KEY", "00000000-0000-4000-8000-000000000000");
    command
}

fn serve_alertmanager(binary: &Path, config: &Path, folder: &Path) -> Command {
    let mut command = Command::new(binary);
    command.arg("--config.file").arg(config).arg("--storage.path").arg(folder.join("data"));
    // No cluster: a single node that waits for nobody.
    command.args(["--web.listen-address", "127.0.0.1:0", "--cluster.listen-address="]);
    command
}

fn fanfare_config(folder: &Path, targets: &AlertTargets) -> String {
    let store = folder.join("fanfare.db");
    let (budget, promise) = match targets {
        AlertTargets::Promised(_) => (Some(GATHERING), PROMISE),
        AlertTargets::Webhooks(_)
        | AlertTargets::Held(_)
        | AlertTargets::Mail(_)
        | AlertTargets::Mailboxes(_) => (None, ""),
    };
    let channels: Vec<(String, String)> = match targets {
        AlertTargets::Webhooks(addresses)
        | AlertTargets::Held(addresses)
        | AlertTargets::Promised(addresses) => {
            (1..).zip(addresses).map(|(number, address)| webhook_channel(number, *address, budget)).collect()
        }
        AlertTargets::Mail(server) => vec![("mail".to_owned(), mail_channel(*server, ONE_MAILBOX))],
        AlertTargets::Mailboxes(server) => vec![("mail".to_owned(), mail_channel(*server, TWO_MAILBOXES))],
    };
    let names: Vec<&str> = channels.iter().map(|(name, _)| name.as_str()).collect();
    let settings: String = channels.iter().map(|(name, settings)| format!("  {name}:\n{settings}")).collect();
    format!(
        "server: {{ listen: 127.0.0.1:0, external_url: http://127.0.0.1 }}
store: sqlite://{}
sources:
  - name: thinklink
    format: tkl
    auth: {{ bearer: {{ env: BENCH_SOURCE_TOKEN }} }}
channels:
{settings}receivers:
  - {{ name: everyone, channels: [{}]{promise} }}
route: {{ receiver: everyone }}
",
        store.display(),
        names.join(", "),
    )
}

/// A budget that a flood exceeds at once, and that it has left behind within seconds.
const GATHERING: &str = "    budget: { messages: 60, per: 1s }\n    concurrency: 4\n";

/// A contract that is kept, and a ladder that is never climbed: every kill meets both.
const PROMISE: &str =
    ", contract: { within: 10m }, escalate: [{ after: 1d, unless: acknowledged, to: [channel-1] }]";

/// The name and the settings of a channel: odd ones are DingTalk robots, even ones WeCom bots, which may have
/// a budget of their own.
fn webhook_channel(number: usize, address: SocketAddr, even: Option<&str>) -> (String, String) {
    let unlimited = format!("    budget: unlimited\n    concurrency: {CONCURRENCY}\n");
    let budget = if number % 2 == 1 { &unlimited } else { even.unwrap_or(&unlimited) };
    let kind = if number % 2 == 1 {
        "    kind: dingtalk
    access_token: { env: BENCH_DINGTALK_TOKEN }
    secret: { env: BENCH_DINGTALK_SECRET }
    quota: unlimited
"
    } else {
        "    kind: wecom
    key: { env: BENCH_WECOM_KEY }
"
    };
    let settings = format!(
        "{kind}    endpoint: http://{address}
{budget}"
    );
    (format!("channel-{number}"), settings)
}

const ONE_MAILBOX: &[&str] = &["oncall@example.com"];

const TWO_MAILBOXES: &[&str] = &[GONE, "oncall@example.com"];

fn mail_channel(server: SocketAddr, to: &[&str]) -> String {
    format!(
        "    kind: email
    smtp: {{ host: {}, port: {}, tls: none }}
    from: gateway@example.com
    to: [{}]
    budget: unlimited
    concurrency: {CONCURRENCY}
",
        server.ip(),
        server.port(),
        to.join(", "),
    )
}

fn alertmanager_config(targets: &AlertTargets) -> String {
    let (group_wait, receivers) = match targets {
        AlertTargets::Webhooks(_)
        | AlertTargets::Promised(_)
        | AlertTargets::Mail(_)
        | AlertTargets::Mailboxes(_) => ("0s", alertmanager_receivers(targets, "false")),
        AlertTargets::Held(_) => ("10m", alertmanager_receivers(targets, "false")),
    };
    // Each alert by itself and at once: Fanfare's defaults.
    format!(
        "route:
  receiver: everyone
  group_by: ['...']
  group_wait: {group_wait}
receivers:
- name: everyone
{receivers}"
    )
}

/// Alertmanager's way to tell of groups, with shorter times than its defaults: 30 s and 5 min.
fn usual_alertmanager_config(targets: &AlertTargets) -> String {
    let receivers = alertmanager_receivers(targets, "true");
    format!(
        "route: {{ receiver: everyone, group_by: ['...'], group_wait: 2s, group_interval: 5s }}
receivers:
- name: everyone
{receivers}"
    )
}

/// The settings of Alertmanager for these targets, and whether webhooks are told of ends.
fn alertmanager_receivers(targets: &AlertTargets, send_resolved: &str) -> String {
    match targets {
        AlertTargets::Webhooks(addresses)
        | AlertTargets::Promised(addresses)
        | AlertTargets::Held(addresses) => webhooks(addresses, send_resolved),
        AlertTargets::Mail(server) => mails(*server, ONE_MAILBOX),
        AlertTargets::Mailboxes(server) => mails(*server, TWO_MAILBOXES),
    }
}

fn mails(server: SocketAddr, to: &[&str]) -> String {
    format!(
        "  email_configs:
  - to: {}
    from: gateway@example.com
    smarthost: {server}
    require_tls: false
",
        to.join(", ")
    )
}

fn webhooks(addresses: &[SocketAddr], send_resolved: &str) -> String {
    let hook = |address: &SocketAddr| {
        format!("  - url: http://{address}/hook\n    send_resolved: {send_resolved}\n")
    };
    let hooks: String = addresses.iter().map(hook).collect();
    format!("  webhook_configs:\n{hooks}")
}
