//! A store with very many alerts, and more senders than it has room for: what those who read and those who send
//! notice of it.

mod lists;
mod report;
mod senders;
mod setup;

use std::future::ready;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Error, Result, bail};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

pub use self::report::{CrowdReport, ListFigure, RetentionFigures, SenderFigure};

use self::lists::ListReader;
use self::senders::{HonestSender, NoisySenders};
use self::setup::{Sources, bodies, with_settings};
use crate::delivery_counter::DeliveryCounter;
use crate::gateway_process::GatewayProcess;
use crate::load::at_full_speed;
use crate::system::{AlertTargets, System};
use crate::webhook_sink::{SinkBehaviour, WebhookSink};

#[cfg(test)]
mod tests;

/// A gateway with very many alerts.
#[derive(Debug, Clone)]
pub struct CrowdedGateway {
    /// The binary of the gateway.
    pub binary: PathBuf,
    /// Alerts in its store; one in ten is told on two channels.
    pub alerts: u32,
    /// Times that each list is asked for.
    pub asks: u32,
    /// The time for which a noisy client sends as much as is taken.
    pub overload: Duration,
    /// The longest time for which the next deletion of old alerts is waited for; `None`: it is not measured.
    pub retention: Option<Duration>,
    /// The folder in which the store's folder is made.
    pub scratch: PathBuf,
}

/// The alerts between two lines of progress.
const SLICE: u32 = 20_000;

/// The longest time until nothing is owed any more, and until old alerts are deleted.
const PATIENCE: Duration = Duration::from_secs(600);

/// The pause between two looks at what the gateway has done.
const LOOK: Duration = Duration::from_millis(100);

/// The alerts whose deletion shows that one is under way: few, as those before it count as none.
const FIRST_DELETED: u32 = 100;

/// The channels of the gateway, each with a provider of its own.
const CHANNELS: usize = 2;

impl CrowdedGateway {
    /// The alerts of a usual run.
    pub const ALERTS: u32 = 1_000_000;

    /// The asks of a usual run.
    pub const ASKS: u32 = 50;

    /// The overload of a usual run.
    pub const OVERLOAD: Duration = Duration::from_secs(20);

    /// Above the ten minutes between two deletions of old alerts.
    pub const RETENTION: Duration = Duration::from_secs(660);

    /// Fills the store, asks for every list, and overloads the gateway.
    ///
    /// # Errors
    ///
    /// When the gateway does not start, ends by itself, or answers a list with anything but 200.
    pub async fn run(&self, progress: &mut dyn Write) -> Result<CrowdReport> {
        let folder = TempDir::with_prefix_in("crowd-", &self.scratch)?;
        let mut providers = Vec::with_capacity(CHANNELS);
        for _ in 0..CHANNELS {
            let counter = DeliveryCounter::new(0, Instant::now());
            providers.push(WebhookSink::open(SinkBehaviour::Answers, Arc::new(counter)).await?);
        }
        let targets = AlertTargets::Webhooks(providers.iter().map(|it| it.address).collect());
        let system = System::Fanfare(self.binary.clone());
        let command = system.command(folder.path(), &targets)?;
        with_settings(folder.path(), self.retention)?;
        let gateway = GatewayProcess::start(command).await?;
        let sources = Sources::new(&system.endpoint(gateway.address));
        self.fill(&sources, progress).await?;
        writeln!(progress, "asking for lists")?;
        let lists = ListReader::new(gateway.address, self.alerts).read_all(self.asks).await?;
        writeln!(progress, "a noisy client for {:?}", self.overload)?;
        let overloaded = self.overload(&sources).await?;
        let retention = match self.retention {
            Some(wait) => Some(self.deletions(&sources, wait, progress).await?),
            None => None,
        };
        gateway.kill().await?;
        Ok(CrowdReport { alerts: self.alerts, lists, overloaded, retention })
    }

    /// Posts the alerts, and waits until those that are owed have been told.
    async fn fill(&self, sources: &Sources, progress: &mut dyn Write) -> Result<()> {
        for first in (0..self.alerts).step_by(SLICE as usize) {
            let end = self.alerts.min(first.saturating_add(SLICE));
            let took = at_full_speed(&sources.honest, bodies(first..end), CHANNELS).await?.took();
            writeln!(progress, "{end} of {} alerts, {took:.1?}", self.alerts)?;
        }
        self.until_told(sources).await
    }

    /// Waits until nothing is owed.
    async fn until_told(&self, sources: &Sources) -> Result<()> {
        let lists = self.lists(sources);
        wait_until(PATIENCE, "what is owed is told", || lists.is_nothing_pending()).await
    }

    /// An honest sender beside noisy ones.
    async fn overload(&self, sources: &Sources) -> Result<SenderFigure> {
        let mut noisy = NoisySenders::start(&sources.noisy, self.alerts);
        let end = async {
            sleep(self.overload).await;
            wait_until(PATIENCE, "the noisy client is answered", || ready(noisy.is_answered())).await
        };
        let honest = HonestSender::send_until(&sources.honest, end).await;
        Ok(SenderFigure::new(&honest?, noisy.stop().await))
    }

    /// An honest sender before old alerts are deleted and meanwhile.
    async fn deletions(
        &self,
        sources: &Sources,
        wait: Duration,
        progress: &mut dyn Write,
    ) -> Result<RetentionFigures> {
        self.until_told(sources).await?; // of what the noisy client sent
        let lists = self.lists(sources);
        let send_until = async |within, what, last| {
            let end = wait_until(within, what, || lists.are_deleted_up_to(last));
            Ok::<_, Error>(SenderFigure::new(&HonestSender::send_until(&sources.honest, end).await?, (0, 0)))
        };
        writeln!(progress, "waiting for the deletion of old alerts, up to {wait:.0?}")?;
        let before = send_until(wait, "the deletion of old alerts begins", FIRST_DELETED).await?;
        writeln!(progress, "old alerts are deleted")?;
        let meanwhile = send_until(PATIENCE, "old alerts are deleted", self.alerts).await?;
        Ok(RetentionFigures { before, meanwhile })
    }

    fn lists(&self, sources: &Sources) -> ListReader {
        ListReader::new(sources.honest.address, self.alerts)
    }
}

/// Looks again and again until it is so.
///
/// # Errors
///
/// When it is not so within that time.
async fn wait_until<L, F>(within: Duration, what: &str, mut look: L) -> Result<()>
where
    L: FnMut() -> F,
    F: Future<Output = Result<bool>>,
{
    let started = Instant::now();
    while !look().await? {
        if started.elapsed() > within {
            bail!("not so within {within:?}: {what}");
        }
        sleep(LOOK).await;
    }
    Ok(())
}
