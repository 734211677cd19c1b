//! The gateway that is asked: sources of every kind of credential, and something in the ledger.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::process::Command;
use tokio::time::{Instant, sleep};

use crate::gateway_process::GatewayProcess;
use crate::load::{LoadClient, PostTarget};

/// Secrets that open nothing outside the run.
pub(super) const API_TOKEN: &str = "the-token-of-the-api";
pub(super) const SOURCE_TOKEN: &str = "the-token-of-the-source";
const PATH_TOKEN: &str = "the-token-in-the-path";

const SECRETS: [(&str, &str); 8] = [
    ("API_TOKEN", API_TOKEN),
    ("SOURCE_TOKEN", SOURCE_TOKEN),
    ("PATH_TOKEN", PATH_TOKEN),
    ("PASSWORD", "the-password-of-the-source"),
    ("HUB_SECRET", "the-secret-of-hub-signatures"),
    ("WEBHOOK_SECRET", "whsec_dGhlIHNlY3JldCBvZiBzdGFuZGFyZCB3ZWJob29rcyE="),
    ("WEBHOOK_URL", "https://hooks.example.com/team"),
    ("WECOM_KEY_OF_BOSS", "the-key-of-the-boss"),
];

const CONFIG: &str = r#"
server: { listen: "127.0.0.1:0", auth: { bearer: { env: API_TOKEN } }, external_url: "https://alerts.example.com" }
store: sqlite://data/fanfare.db
sources:
  - { name: tkl, format: tkl, auth: none, heartbeats: [{ name: "beat-*", every: 1h }] }
  - { name: telemetry, format: tkl-telemetry, auth: none, heartbeats: [{ name: "*", every: 1h }] }
  - { name: alertmanager, format: alertmanager, auth: none }
  - { name: grafana, format: grafana, auth: none }
  - { name: zabbix, format: zabbix, auth: none }
  - { name: plain, format: plain, auth: none }
  - { name: slow, format: plain, auth: none, max_body: 1KiB, rate_limit: { alerts: 2, per: 1h } }
  - { name: elsewhere, format: tkl, auth: none, from: [192.0.2.0/24] }
  - name: closed
    format: tkl
    auth:
      - { bearer: { env: SOURCE_TOKEN } }
      - { basic: { username: sender, password: { env: PASSWORD } } }
      - { path: { env: PATH_TOKEN } }
      - { hub_signature: { env: HUB_SECRET } }
      - { standard_webhook: { env: WEBHOOK_SECRET } }
    heartbeats: [{ name: "beat-*", every: 1h }]
channels:
  bot: { kind: webhook, url: { env: WEBHOOK_URL } }
  boss: { kind: wecom, key: { env: WECOM_KEY_OF_BOSS }, budget: unlimited }
receivers:
  - name: team
    channels: [bot]
    escalate: [{ after: 1d, unless: acknowledged, to: [boss] }]
route: { receiver: team }
"#;

/// An alarm, whose message has the link that is followed.
const ALARM: &[u8] =
    br#"{"eui": "6353012af1093062", "name": "cold room", "level": "urgent", "desc": "-9.4"}"#;

/// The longest time until the message is told.
const PATIENCE: Duration = Duration::from_secs(30);

/// The pause between two looks at the messages.
const GLANCE: Duration = Duration::from_millis(20);

/// A gateway that runs.
#[derive(Debug)]
pub(super) struct AskedGateway {
    process: GatewayProcess,
}

impl AskedGateway {
    /// Starts `binary` with its store in `folder`, and posts an alarm.
    pub(super) async fn start(binary: &Path, folder: &Path) -> Result<Self> {
        let config = folder.join("fanfare.yaml");
        fs::write(&config, CONFIG).with_context(|| config.display().to_string())?;
        let mut command = Command::new(binary);
        command.arg("serve").arg("--sandbox").arg("--config").arg(&config).envs(SECRETS).current_dir(folder);
        let process = GatewayProcess::start(command).await?;
        let gateway = Self { process };
        let answer = LoadClient::connect(&gateway.target("/ingest/tkl")).await?.post(ALARM.into()).await?;
        if !answer.status.is_success() {
            bail!("an alarm was answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
        }
        Ok(gateway)
    }

    /// The address of the document.
    pub(super) fn document(&self) -> String {
        format!("http://{}/api/v1/openapi.json", self.process.address)
    }

    /// The settings of the tool: values that exist here, which it could not draw.
    pub(super) async fn settings(&self) -> Result<String> {
        Ok(settings(&self.link().await?))
    }

    /// Stops it.
    ///
    /// # Errors
    ///
    /// When it has ended by itself.
    pub(super) async fn stop(self) -> Result<()> {
        self.process.stop().await
    }

    fn target(&self, path: &str) -> PostTarget {
        PostTarget { address: self.process.address, path: path.to_owned(), token: Some(API_TOKEN.to_owned()) }
    }

    /// The part of the link in the alarm's message that names it.
    async fn link(&self) -> Result<String> {
        let target = self.target("/sandbox/messages");
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let messages = LoadClient::connect(&target).await?.get().await?;
            if let Some(link) = link_in(&String::from_utf8_lossy(&messages.body)) {
                return Ok(link);
            }
            sleep(GLANCE).await;
        }
        bail!("no message with a link within {PATIENCE:?}")
    }
}

/// The token of the first link in `text`.
pub(super) fn link_in(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("/ack/")?;
    let is_of_token = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.');
    let token: String = rest.chars().take_while(|it| is_of_token(*it)).collect();
    (!token.is_empty()).then_some(token)
}

fn settings(link: &str) -> String {
    format!(
        r#"[dictionaries.sources]
values = ["tkl", "telemetry", "alertmanager", "grafana", "zabbix", "plain", "slow", "elsewhere", "closed"]
[dictionaries.tokens]
values = ["{PATH_TOKEN}", "{link}"]
[dictionaries.robots]
values = ["tkl", "plain", "slow", "elsewhere", "{SOURCE_TOKEN}", "{PATH_TOKEN}"]
[dictionaries.names]
values = ["beat-1", "bot"]
[dictionaries.numbers]
values = [1, 2]
[parameters]
"path.source" = {{ dictionary = "sources", probability = 0.9 }}
"path.token" = {{ dictionary = "tokens", probability = 0.7 }}
"path.name" = {{ dictionary = "names", probability = 0.7 }}
"path.id" = {{ dictionary = "numbers", probability = 0.7 }}
"query.access_token" = {{ dictionary = "robots", probability = 0.8 }}
"query.key" = {{ dictionary = "robots", probability = 0.8 }}
"#
    )
}
