//! The gateways that are measured side by side, and what differs between them.

use std::net::SocketAddr;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use tokio::process::Command;

use crate::alert::{batches, prometheus, singles, tkl};
use crate::load::Endpoint;

#[cfg(test)]
mod tests;

/// A gateway under measurement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum System {
    /// Fanfare, with every alert on disk before it is accepted.
    Fanfare(PathBuf),
    /// Prometheus' Alertmanager, which keeps alerts in memory.
    Alertmanager(PathBuf),
}

/// The channels on which every alert is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Targets {
    /// Two webhooks: for Fanfare a DingTalk robot and a WeCom bot.
    Webhooks([SocketAddr; 2]),
    /// The same, but nothing is delivered while we look: what accepting alone
    /// costs. Fanfare still tries, against receivers that never answer;
    /// Alertmanager, which would open a connection for each alert then, is
    /// spared by a `group_wait` of ten minutes.
    Held([SocketAddr; 2]),
    /// One mailbox, over SMTP.
    Mail(SocketAddr),
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
            Self::Alertmanager(_) => "Alertmanager",
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
    pub fn command(&self, folder: &Path, channels: Targets) -> Result<Command> {
        let (file, config) = match self {
            Self::Fanfare(_) => (folder.join("fanfare.yaml"), fanfare_config(folder, channels)),
            Self::Alertmanager(_) => (folder.join("alertmanager.yml"), alertmanager_config(channels)),
        };
        fs::write(&file, config).with_context(|| format!("cannot write {}", file.display()))?;
        Ok(match self {
            Self::Fanfare(binary) => serve(binary, &file),
            Self::Alertmanager(binary) => serve_alertmanager(binary, &file, folder),
        })
    }

    /// The endpoint that takes alerts.
    #[must_use]
    pub fn endpoint(&self, address: SocketAddr) -> Endpoint {
        match self {
            Self::Fanfare(_) => {
                Endpoint { address, path: "/ingest/thinklink".to_owned(), token: Some(TOKEN.to_owned()) }
            }
            Self::Alertmanager(_) => Endpoint { address, path: "/api/v2/alerts".to_owned(), token: None },
        }
    }

    /// One request for each alert.
    #[must_use]
    pub fn singles(&self, serials: Range<u32>) -> Vec<Bytes> {
        match self {
            Self::Fanfare(_) => singles(serials, tkl),
            // Alertmanager knows only arrays.
            Self::Alertmanager(_) => batches(serials, 1, prometheus),
        }
    }

    /// One request for each `size` alerts.
    #[must_use]
    pub fn batches(&self, serials: Range<u32>, size: u32) -> Vec<Bytes> {
        match self {
            Self::Fanfare(_) => batches(serials, size, tkl),
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

fn fanfare_config(folder: &Path, channels: Targets) -> String {
    let store = folder.join("fanfare.db");
    let (channels, names) = match channels {
        Targets::Webhooks([first, second]) | Targets::Held([first, second]) => (
            format!(
                "  first:
    kind: dingtalk
    access_token: {{ env: BENCH_DINGTALK_TOKEN }}
    secret: {{ env: BENCH_DINGTALK_SECRET }}
    endpoint: http://{first}
    budget: unlimited
    concurrency: {CONCURRENCY}
  second:
    kind: wecom
    key: {{ env: BENCH_WECOM_KEY }}
    endpoint: http://{second}
    budget: unlimited
    concurrency: {CONCURRENCY}
"
            ),
            "[first, second]",
        ),
        Targets::Mail(mailbox) => (
            format!(
                "  mail:
    kind: email
    smtp: {{ host: {}, port: {}, tls: none }}
    from: gateway@example.com
    to: [oncall@example.com]
    budget: unlimited
    concurrency: {CONCURRENCY}
",
                mailbox.ip(),
                mailbox.port()
            ),
            "[mail]",
        ),
    };
    format!(
        "server: {{ listen: 127.0.0.1:0 }}
store: sqlite://{}
sources:
  - name: thinklink
    format: tkl
    auth: {{ bearer: {{ env: BENCH_SOURCE_TOKEN }} }}
channels:
{channels}receivers:
  - {{ name: everyone, channels: {names} }}
route: {{ receiver: everyone }}
",
        store.display()
    )
}

fn alertmanager_config(channels: Targets) -> String {
    let (group_wait, receivers) = match channels {
        Targets::Webhooks([first, second]) => ("0s", webhooks(first, second)),
        Targets::Held([first, second]) => ("10m", webhooks(first, second)),
        Targets::Mail(mailbox) => (
            "0s",
            format!(
                "  email_configs:
  - to: oncall@example.com
    from: gateway@example.com
    smarthost: {mailbox}
    require_tls: false
"
            ),
        ),
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

fn webhooks(first: SocketAddr, second: SocketAddr) -> String {
    format!(
        "  webhook_configs:
  - url: http://{first}/hook
    send_resolved: false
  - url: http://{second}/hook
    send_resolved: false
"
    )
}
