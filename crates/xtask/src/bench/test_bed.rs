//! A gateway with everything it talks to, set up afresh for one measurement.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tempfile::TempDir;
use tokio::time::Instant;

use crate::delivery_counter::DeliveryCounter;
use crate::gateway_process::GatewayProcess;
use crate::load::PostTarget;
use crate::mail_sink::MailSink;
use crate::system::{AlertTargets, System};
use crate::webhook_sink::{SinkBehaviour, WebhookSink};

/// A gateway, started on an empty store, and its receivers.
pub(super) struct TestBed {
    pub(super) gateway: GatewayProcess,
    pub(super) endpoint: PostTarget,
    pub(super) start_up: Duration,
    system: System,
    targets: AlertTargets,
    receivers: Vec<WebhookSink>,
    folder: TempDir,
}

/// The behaviour of the receivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DeliveryMode {
    Taken,
    Held,
}

/// The time without any delivery after which a measurement is given up.
const PATIENCE: Duration = Duration::from_secs(30);

impl TestBed {
    /// Starts a gateway with two channels; `alerts` is the number of alerts that they can count.
    pub(super) async fn start(
        system: &System,
        delivery: DeliveryMode,
        alerts: u32,
        scratch: &Path,
    ) -> Result<Self> {
        Self::start_with(system, delivery, 2, alerts, scratch).await
    }

    /// Starts a gateway with as many channels.
    pub(super) async fn start_with(
        system: &System,
        delivery: DeliveryMode,
        channels: usize,
        alerts: u32,
        scratch: &Path,
    ) -> Result<Self> {
        let behaviour = match delivery {
            DeliveryMode::Taken => SinkBehaviour::Answers,
            DeliveryMode::Held => SinkBehaviour::NeverAnswers,
        };
        let mut receivers = Vec::with_capacity(channels);
        for _ in 0..channels {
            let counter = Arc::new(DeliveryCounter::new(alerts, Instant::now()));
            receivers.push(WebhookSink::open(behaviour, counter).await?);
        }
        let addresses = receivers.iter().map(|it| it.address).collect();
        let targets = match delivery {
            DeliveryMode::Taken => AlertTargets::Webhooks(addresses),
            DeliveryMode::Held => AlertTargets::Held(addresses),
        };
        let folder = TempDir::with_prefix_in("bench-", scratch)?;
        let (gateway, start_up) = start_timed(system, folder.path(), &targets).await?;
        let endpoint = system.endpoint(gateway.address);
        Ok(Self { gateway, endpoint, start_up, system: system.clone(), targets, receivers, folder })
    }

    /// Kills the gateway, starts it again on the same store, and notes the time of that start.
    pub(super) async fn restart(self) -> Result<Self> {
        self.gateway.kill().await?;
        let (gateway, start_up) = start_timed(&self.system, self.folder.path(), &self.targets).await?;
        let endpoint = self.system.endpoint(gateway.address);
        Ok(Self { gateway, endpoint, start_up, ..self })
    }

    /// The time at which the last alert had reached every channel.
    pub(super) async fn all_told(&self, alerts: u32) -> Result<Instant> {
        let mut last = None;
        for receiver in &self.receivers {
            last = last.max(Some(receiver.counter.last_of(alerts, PATIENCE).await?));
        }
        Ok(last.unwrap_or_else(Instant::now))
    }

    /// The receivers' counters.
    pub(super) fn counters(&self) -> Vec<&DeliveryCounter> {
        self.receivers.iter().map(|it| &*it.counter).collect()
    }
}

async fn start_timed(
    system: &System,
    folder: &Path,
    targets: &AlertTargets,
) -> Result<(GatewayProcess, Duration)> {
    let command = system.command(folder, targets)?;
    let started = Instant::now();
    let gateway = GatewayProcess::start(command).await?;
    Ok((gateway, started.elapsed()))
}

/// A gateway that sends mail.
pub(super) struct MailTestBed {
    pub(super) endpoint: PostTarget,
    mailbox: MailSink,
    _gateway: GatewayProcess,
    _folder: TempDir,
}

impl MailTestBed {
    pub(super) async fn start(system: &System, mails: u32, scratch: &Path) -> Result<Self> {
        let mailbox = MailSink::open(Arc::new(DeliveryCounter::new(mails, Instant::now()))).await?;
        let folder = TempDir::with_prefix_in("bench-", scratch)?;
        let command = system.command(folder.path(), &AlertTargets::Mail(mailbox.address))?;
        let gateway = GatewayProcess::start(command).await?;
        let endpoint = system.endpoint(gateway.address);
        Ok(Self { endpoint, mailbox, _gateway: gateway, _folder: folder })
    }

    pub(super) async fn all_told(&self, mails: u32) -> Result<Instant> {
        self.mailbox.counter.last_of(mails, PATIENCE).await
    }
}
