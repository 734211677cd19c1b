//! `fanfare demo`: the example policy against the sandbox, and one urgent alert.

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use comfy_table::Table;
use fanfare_api::IngestResult;
use fanfare_config::{Config, NoSecrets};
use fanfare_core::{Clock as _, Language, Policy, SystemClock};
use fanfare_sandbox::{ProviderVerdict, Sandbox, SeenMessage};
use fanfare_words::DemoWords;
use jiff::Timestamp;

use super::logging::Log;
use super::running::RunningGateway;
use super::sandbox_host::{ANY_PORT, SandboxHost};
use super::stop_signal::stop_signal;
use crate::client::http_client;

/// The example policy; `config/fanfare.yaml` in the repository.
const POLICY: &str = include_str!("../../../../config/fanfare.yaml");

/// The body that a ThinkLink script posts for a cold room that is too warm.
const SAMPLE: &str = include_str!("../../../../examples/tkl/b01-chat-note.json");

/// The time that the demo waits for the messages before it says that something is wrong.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs until it is told to stop, with its store in `folder`. All that it prints is in `language`, messages too.
pub(crate) async fn run(
    language: Language,
    folder: &Path,
    log: &Log,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let host = SandboxHost::start().await?;
    // No secrets: the demo prints the token of its source, and somebody's real one may stand in the environment.
    let (policy, file) = (policy(language), Path::new("config/fanfare.yaml"));
    let mut config =
        host.load_config(NoSecrets, SystemClock.now(), |loader| loader.load_text(&policy, file))?;
    host.register_accounts(&config)?;
    config.store_path = folder.join("demo.db");
    let address = free_or_any(config.server.listen)?;
    config.server.listen = address;
    // The links in its messages lead to the demo itself.
    config.server.external_url = Some(format!("http://{address}").parse()?);
    let sample = Sample::new(&config, language)?;
    let sandbox = Arc::clone(&host.sandbox);
    let running = RunningGateway::start(config, Some(host), None, log).await?;
    let sent = sample.send(running.address()).await?;
    let expected = sent.expected(&running.gateway().policy())?;
    let messages = wait_for_messages(&sandbox, expected).await;
    let report = DemoReport {
        words: DemoWords::in_language(language),
        sample: &sample,
        address: running.address(),
        sent: &sent,
        expected,
        messages: &messages,
    };
    report.print(out)?;
    stop_signal().await?;
    running.stop().await;
    Ok(())
}

/// The example with what it has as a comment because it needs an address that people
/// reach, so that its messages carry links with which to acknowledge; in one language.
fn policy(language: Language) -> String {
    let policy = ["external_url: ", "- { after: 15m, unless: acknowledged"]
        .into_iter()
        .fold(POLICY.to_owned(), |policy, setting| policy.replace(&format!("# {setting}"), setting));
    let (other, this) = match language {
        Language::En => ("language: zh", "language: en"),
        Language::Zh => ("language: en", "language: zh"),
    };
    policy.replace(other, this)
}

/// The body that a script posts, its texts in `language`. It names its alarm too: one without
/// a name gets an English one, the same for readers of every language.
fn sample_body(language: Language) -> String {
    let (written, words) = (DemoWords::in_language(Language::En), DemoWords::in_language(language));
    let named = format!("\"alarm_name\": \"{}\",\n  \"level\":", words.sample_alarm);
    SAMPLE
        .replace("\"level\":", &named)
        .replace(written.sample_device, words.sample_device)
        .replace(written.sample_description, words.sample_description)
}

/// The configured address if it is free; a demo beside a running gateway takes another port.
fn free_or_any(listen: SocketAddr) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind(listen).or_else(|_| TcpListener::bind(ANY_PORT));
    listener.and_then(|it| it.local_addr()).context("the demo needs a free port")
}

/// The sample alert and the door it goes to.
struct Sample {
    body: String,
    source: String,
    token: Option<String>,
}

/// The posted sample, with the gateway's answer.
struct PostedSample {
    at: Timestamp,
    answer: String,
}

impl PostedSample {
    /// The number of messages that the answer promises: one for each channel of each receiver.
    fn expected(&self, policy: &Policy) -> anyhow::Result<usize> {
        let IngestResult { alerts, .. } =
            serde_json::from_str(&self.answer).context("the gateway's answer cannot be read")?;
        let told = alerts.iter().flat_map(|it| &it.told);
        Ok(told
            .filter_map(|name| policy.receiver(&name.as_str().into()))
            .map(|it| it.terms.first().len())
            .sum())
    }
}

impl Sample {
    fn new(config: &Config, language: Language) -> anyhow::Result<Self> {
        let source = config.sources.first().context("the example policy has no source")?;
        let token = source.auth.bearer().map(|token| token.expose().to_owned());
        Ok(Self { body: sample_body(language), source: source.name().to_string(), token })
    }

    async fn send(&self, address: SocketAddr) -> anyhow::Result<PostedSample> {
        let client = http_client(None)?;
        let mut request = client
            .post(format!("http://{address}/ingest/{}", self.source))
            .header("content-type", "application/json")
            .body(self.body.clone());
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let at = SystemClock.now();
        let response = request.send().await.context("the gateway does not answer")?;
        let status = response.status();
        let answer = response.text().await?;
        if !status.is_success() {
            bail!("the gateway did not take the sample alert: {status} {answer}");
        }
        Ok(PostedSample { at, answer })
    }

    /// The same with curl, for one of the example bodies.
    fn curl(&self, address: SocketAddr, body: &str) -> String {
        let token =
            self.token.as_ref().map_or(String::new(), |token| format!(" -H 'Authorization: Bearer {token}'"));
        format!(
            "curl{token} -H 'Content-Type: application/json' -d {body} http://{address}/ingest/{}",
            self.source
        )
    }
}

async fn wait_for_messages(sandbox: &Sandbox, expected: usize) -> Vec<SeenMessage> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let messages = sandbox.messages();
        if messages.len() >= expected || tokio::time::Instant::now() > deadline {
            return messages;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// The findings that the demo prints.
struct DemoReport<'a> {
    words: &'static DemoWords,
    sample: &'a Sample,
    address: SocketAddr,
    sent: &'a PostedSample,
    expected: usize,
    messages: &'a [SeenMessage],
}

impl DemoReport<'_> {
    fn print(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let Self { words, sent, messages, .. } = *self;
        writeln!(out, "\n{}\n  {}\n", words.answer, sent.answer)?;
        writeln!(out, "{}\n{}\n", words.messages, table(words, sent, messages))?;
        if messages.len() < self.expected {
            let missing = self.expected - messages.len();
            writeln!(out, "{}\n", words.missing(missing, self.expected, PATIENCE))?;
        }
        for message in messages {
            writeln!(out, "--- {} ---\n{}\n", message.target, message.shown.text.trim_end())?;
        }
        writeln!(out, "{}", words.tries)?;
        if let Some(link) = link(self.address, messages) {
            writeln!(out, "  # {}\n  {link}", words.acknowledge)?;
        }
        for (what, how) in self.tries() {
            writeln!(out, "  # {what}\n  {how}")?;
        }
        writeln!(out, "\n{}", words.end)?;
        out.flush()?;
        Ok(())
    }

    /// Each command to try, after a remark on what it does.
    fn tries(&self) -> [(&'static str, String); 6] {
        let Self { words, sample, address, .. } = *self;
        [
            (words.send, sample.curl(address, "@examples/tkl/b05-notification-group.json")),
            (words.see, format!("curl http://{address}/sandbox/messages")),
            (
                words.refuse,
                format!(
                    "curl -X PUT -d '{{\"fault\": {{\"errcode\": {{\"code\": 310000, \"words\": \"sign not match\"}}}}}}' http://{address}/sandbox/faults/ops-dingtalk"
                ),
            ),
            (words.mend, format!("curl -X DELETE http://{address}/sandbox/faults")),
            (words.list, format!("fanfare deliveries list --url http://{address}")),
            (words.explain, format!("fanfare explain 1 --url http://{address}")),
        ]
    }
}

/// The link in a message with which to acknowledge.
fn link(address: SocketAddr, messages: &[SeenMessage]) -> Option<String> {
    let start = format!("http://{address}/ack/");
    messages.iter().find_map(|message| {
        let (_, rest) = message.shown.text.split_once(&start)?;
        let token = rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').next()?;
        Some(format!("{start}{token}"))
    })
}

fn table(words: &DemoWords, sent: &PostedSample, messages: &[SeenMessage]) -> Table {
    let mut table = Table::new();
    table.set_header(words.columns);
    for message in messages {
        let after = message.time.duration_since(sent.at);
        table.add_row([
            message.target.clone(),
            message.kind.to_owned(),
            outcome(words, &message.verdict).to_owned(),
            format!("{} ms", after.as_millis()),
            message.shown.title.clone(),
        ]);
    }
    table
}

fn outcome(words: &DemoWords, verdict: &ProviderVerdict) -> &'static str {
    match verdict {
        ProviderVerdict::Delivered => words.delivered,
        ProviderVerdict::Refused { .. } => words.refused,
        ProviderVerdict::Throttled { .. } => words.throttled,
        ProviderVerdict::Duplicate => words.already_there,
        ProviderVerdict::Broken { .. } => words.lost,
    }
}

#[cfg(test)]
mod tests;
