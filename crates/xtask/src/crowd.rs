//! A store with very many alerts, and more senders than it has room for: what those who read and those who send
//! notice of it.

mod lists;
mod report;
mod senders;
mod setup;

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

pub use self::report::{CrowdReport, ListFigure, SenderFigure};

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

/// The longest time until nothing is owed any more.
const PATIENCE: Duration = Duration::from_secs(600);

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
        let started = Instant::now();
        let sources = Sources::new(&system.endpoint(gateway.address));
        self.fill(&sources, progress).await?;
        writeln!(progress, "asking for lists")?;
        let lists = ListReader::new(gateway.address, self.alerts).read_all(self.asks).await?;
        writeln!(progress, "a noisy client for {:?}", self.overload)?;
        let overloaded = self.overload(&sources).await?;
        let retention = match self.retention {
            Some(wait) => Some(self.deletions(&sources, started + wait, progress).await?),
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
        let (started, lists) = (Instant::now(), ListReader::new(sources.honest.address, self.alerts));
        while !lists.is_nothing_pending().await? {
            if started.elapsed() > PATIENCE {
                bail!("what is owed is not told within {PATIENCE:?}");
            }
            sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// An honest sender beside noisy ones.
    async fn overload(&self, sources: &Sources) -> Result<SenderFigure> {
        let noisy = NoisySenders::start(&sources.noisy, self.alerts);
        let honest = HonestSender::send(&sources.honest, Instant::now() + self.overload).await;
        Ok(SenderFigure::new(&honest?, noisy.stop().await))
    }

    /// An honest sender while old alerts are deleted.
    async fn deletions(
        &self,
        sources: &Sources,
        until: Instant,
        progress: &mut dyn Write,
    ) -> Result<SenderFigure> {
        self.until_told(sources).await?; // of what the noisy client sent
        writeln!(progress, "waiting for the deletion of old alerts, {:.0?}", until - Instant::now())?;
        let honest = HonestSender::send(&sources.honest, until).await?;
        Ok(SenderFigure::new(&honest, (0, 0)))
    }
}
