//! A gateway with everything it talks to, set up afresh for one measurement.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tempfile::TempDir;
use tokio::time::Instant;

use crate::delivery_counter::DeliveryCounter;
use crate::gateway_process::GatewayProcess;
use crate::load::Endpoint;
use crate::mail_sink::MailSink;
use crate::system::{System, Targets};
use crate::webhook_sink::{SinkBehaviour, WebhookSink};

/// A gateway, started on an empty store, and its two receivers.
pub(super) struct TestBed {
    pub(super) gateway: GatewayProcess,
    pub(super) endpoint: Endpoint,
    pub(super) start_up: Duration,
    receivers: [WebhookSink; 2],
    _folder: TempDir,
}

/// The behaviour of the two receivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DeliveryMode {
    Taken,
    Held,
}

/// The time without any delivery after which a measurement is given up.
const PATIENCE: Duration = Duration::from_secs(30);

impl TestBed {
    pub(super) async fn start(
        system: &System,
        delivery: DeliveryMode,
        alerts: u32,
        scratch: &Path,
    ) -> Result<Self> {
        let behaviour = match delivery {
            DeliveryMode::Taken => SinkBehaviour::Answers,
            DeliveryMode::Held => SinkBehaviour::NeverAnswers,
        };
        let receivers = [receiver(behaviour, alerts).await?, receiver(behaviour, alerts).await?];
        let addresses = [receivers[0].address, receivers[1].address];
        let channels = match delivery {
            DeliveryMode::Taken => Targets::Webhooks(addresses),
            DeliveryMode::Held => Targets::Held(addresses),
        };
        let folder = TempDir::with_prefix_in("bench-", scratch)?;
        let started = Instant::now();
        let gateway = GatewayProcess::start(system.command(folder.path(), channels)?).await?;
        let start_up = started.elapsed();
        let endpoint = system.endpoint(gateway.address);
        Ok(Self { gateway, endpoint, start_up, receivers, _folder: folder })
    }

    /// The time at which the last alert had reached both channels.
    pub(super) async fn all_told(&self, alerts: u32) -> Result<Instant> {
        let [first, second] = &self.receivers;
        let first = first.counter.last_of(alerts, PATIENCE).await?;
        let second = second.counter.last_of(alerts, PATIENCE).await?;
        Ok(first.max(second))
    }

    /// The receivers' counters.
    pub(super) fn counters(&self) -> [&DeliveryCounter; 2] {
        let [first, second] = &self.receivers;
        [&first.counter, &second.counter]
    }
}

async fn receiver(behaviour: SinkBehaviour, alerts: u32) -> Result<WebhookSink> {
    WebhookSink::open(behaviour, Arc::new(DeliveryCounter::new(alerts, Instant::now()))).await
}

/// A gateway that sends mail.
pub(super) struct MailTestBed {
    pub(super) endpoint: Endpoint,
    mailbox: MailSink,
    _program: GatewayProcess,
    _folder: TempDir,
}

impl MailTestBed {
    pub(super) async fn start(system: &System, mails: u32, scratch: &Path) -> Result<Self> {
        let mailbox = MailSink::open(Arc::new(DeliveryCounter::new(mails, Instant::now()))).await?;
        let folder = TempDir::with_prefix_in("bench-", scratch)?;
        let command = system.command(folder.path(), Targets::Mail(mailbox.address))?;
        let gateway = GatewayProcess::start(command).await?;
        let endpoint = system.endpoint(gateway.address);
        Ok(Self { endpoint, mailbox, _program: gateway, _folder: folder })
    }

    pub(super) async fn all_told(&self, mails: u32) -> Result<Instant> {
        self.mailbox.counter.last_of(mails, PATIENCE).await
    }
}
