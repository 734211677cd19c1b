//! A gateway as a child process: started, asked, killed.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::full_disk::DiskRoom;
use crate::load::{LoadClient, PostTarget};
use crate::usage::Usage;

#[cfg(test)]
mod tests;

/// A running gateway. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct GatewayProcess {
    /// The address on which it listens.
    pub(crate) address: SocketAddr,
    child: Child,
    // Reads its log, or it would block on a full pipe.
    _log: JoinSet<()>,
}

/// The longest time for a start: far above any good one, so that only a hang meets it.
const START_WITHIN: Duration = Duration::from_secs(30);

/// The longest time for a stop, above the grace that attempts under way get.
const STOP_WITHIN: Duration = Duration::from_secs(40);

/// The lines of the log that are shown after a failed start.
const LOG_TAIL_LINES: usize = 20;

impl GatewayProcess {
    /// Starts it and waits until `/-/ready` answers 200.
    ///
    /// # Errors
    ///
    /// With the end of its log, when it ends or hangs instead.
    pub(crate) async fn start(command: Command) -> Result<Self> {
        let mut starting = Starting::spawn(command)?;
        match timeout(START_WITHIN, starting.ready()).await {
            Ok(Ok(address)) => Ok(Self { address, child: starting.child, _log: starting.log }),
            Ok(Err(problem)) => bail!("{problem:#}\n{}", starting.log_tail.text()),
            Err(_elapsed) => bail!("not ready within {START_WITHIN:?}\n{}", starting.log_tail.text()),
        }
    }

    /// Starts it and kills it after `moment`, ready or not.
    ///
    /// # Errors
    ///
    /// When it cannot be started at all.
    pub(crate) async fn start_and_kill(command: Command, moment: Duration) -> Result<()> {
        let mut starting = Starting::spawn(command)?;
        sleep(moment).await;
        starting.child.kill().await.context("cannot kill the gateway")
    }

    /// Memory and processor time used so far.
    ///
    /// # Errors
    ///
    /// When it has ended.
    pub(crate) fn usage(&self) -> Result<Usage> {
        Usage::from_pid(self.child.id().context("the gateway has ended")?)
    }

    /// Sends it a signal by its name, e.g. `HUP`.
    ///
    /// # Errors
    ///
    /// When it has ended.
    pub(crate) async fn signal(&self, name: &str) -> Result<()> {
        let pid = self.child.id().context("the gateway has ended")?;
        let sent = Command::new("kill").arg(format!("-{name}")).arg(pid.to_string()).status().await?;
        if sent.success() { Ok(()) } else { bail!("SIG{name} could not be sent: {sent}") }
    }

    /// Fills its disk, until it ends. It must be the process of a [`fillable`](crate::full_disk::fillable) command.
    ///
    /// # Errors
    ///
    /// When it has ended.
    pub(crate) fn fill_disk(&self) -> Result<()> {
        DiskRoom::None.give_to(self.child.id().context("the gateway has ended")?)
    }

    /// Stops it in order by SIGTERM, and waits until it is gone.
    ///
    /// # Errors
    ///
    /// When it had ended by itself, or does not end.
    pub(crate) async fn stop(mut self) -> Result<()> {
        self.signal("TERM").await?;
        timeout(STOP_WITHIN, self.child.wait()).await.context("it does not stop")??;
        Ok(())
    }

    /// `kill -9`, and waits until it is gone.
    ///
    /// # Errors
    ///
    /// When it had ended by itself, which no gateway should.
    pub(crate) async fn kill(mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("the gateway had ended by itself: {status}");
        }
        self.child.kill().await.context("cannot kill the gateway")
    }
}

/// A gateway that has been started and is not ready yet.
struct Starting {
    child: Child,
    log: JoinSet<()>,
    addresses: mpsc::Receiver<SocketAddr>,
    log_tail: LogTail,
}

impl Starting {
    fn spawn(mut command: Command) -> Result<Self> {
        command.env("NO_COLOR", "1").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot run {}", command.as_std().get_program().display()))?;
        let (found, addresses) = mpsc::channel(1);
        let log_tail = LogTail::default();
        let mut log = JoinSet::new();
        if let Some(stdout) = child.stdout.take() {
            log.spawn(read_log(stdout, found.clone(), log_tail.clone()));
        }
        if let Some(stderr) = child.stderr.take() {
            log.spawn(read_log(stderr, found, log_tail.clone()));
        }
        Ok(Self { child, log, addresses, log_tail })
    }

    async fn ready(&mut self) -> Result<SocketAddr> {
        let Some(address) = self.addresses.recv().await else {
            // Both pipes are closed, so it has ended or will at once.
            bail!("it ended before it listened: {}", self.child.wait().await?);
        };
        let endpoint = PostTarget { address, path: "/-/ready".to_owned(), token: None };
        while !is_ready(&endpoint).await {
            if let Some(status) = self.child.try_wait()? {
                bail!("it ended before it was ready: {status}");
            }
            sleep(Duration::from_millis(1)).await;
        }
        Ok(address)
    }
}

/// Asks for `/-/ready`. A refused connection is an answer too: not yet.
async fn is_ready(endpoint: &PostTarget) -> bool {
    let Ok(mut client) = LoadClient::connect(endpoint).await else {
        return false;
    };
    client.get().await.is_ok_and(|answer| answer.status.is_success())
}

/// Reads a log to its end and tells the first address in it.
async fn read_log(log: impl AsyncRead + Unpin, found: mpsc::Sender<SocketAddr>, log_tail: LogTail) {
    let mut lines = BufReader::new(log).lines();
    // `found` lives as long as the log, so that its end tells that nothing will come.
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some(address) = listening_address(&line) {
            // A second address finds nobody waiting for it.
            found.try_send(address).ok();
        }
        log_tail.push(line);
    }
}

/// The address in a line that holds `Listening on` and, as a field in logfmt or
/// JSON, `address`. Both Fanfare and Alertmanager log one.
fn listening_address(line: &str) -> Option<SocketAddr> {
    if !line.contains("Listening on") {
        return None;
    }
    let (_, value) = line.split_once("address")?;
    let value = value.trim_start_matches(['"', '=', ':', ' ']);
    let end = value.find(|c: char| !(c.is_ascii_hexdigit() || matches!(c, '.' | ':' | '[' | ']')));
    value[..end.unwrap_or(value.len())].parse().ok()
}

/// The end of a log.
#[derive(Debug, Clone, Default)]
struct LogTail(Arc<Mutex<VecDeque<String>>>);

impl LogTail {
    fn push(&self, line: String) {
        if let Ok(mut lines) = self.0.lock() {
            if lines.len() == LOG_TAIL_LINES {
                lines.pop_front();
            }
            lines.push_back(line);
        }
    }

    fn text(&self) -> String {
        let lines = self.0.lock().map(|lines| lines.iter().cloned().collect::<Vec<_>>()).unwrap_or_default();
        format!("the end of its log:\n  {}", lines.join("\n  "))
    }
}
