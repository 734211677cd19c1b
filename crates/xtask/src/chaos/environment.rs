//! The receivers and the store of a gateway, which outlive its kills.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;
use tokio::process::Command;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::alert::Serial;
use crate::alert::tkl;
use crate::delivery_counter::DeliveryCounter;
use crate::gateway_process::GatewayProcess;
use crate::load::LoadClient;
use crate::system::{AlertTargets, System};
use crate::webhook_sink::{SinkBehaviour, WebhookSink};

/// Two receivers and a store.
pub(super) struct ChaosEnvironment {
    gateway: System,
    receivers: [WebhookSink; 2],
    folder: TempDir,
}

/// Several scripts at once, so that a kill meets several requests.
const CONNECTIONS: usize = 8;

/// About what a provider near by takes; long enough that a kill meets deliveries.
const ANSWER_AFTER: Duration = Duration::from_millis(5);

/// The silence that must pass before the count.
const REST: Duration = Duration::from_secs(1);

/// The pause between two looks at the counters.
const GLANCE: Duration = Duration::from_millis(5);

impl ChaosEnvironment {
    pub(super) async fn open(binary: &Path, alerts: u32, scratch: &Path) -> Result<Self> {
        let receiver = || async {
            let counter = DeliveryCounter::new(alerts, Instant::now());
            WebhookSink::open(SinkBehaviour::AnswersAfter(ANSWER_AFTER), Arc::new(counter)).await
        };
        Ok(Self {
            gateway: System::Fanfare(binary.to_owned()),
            receivers: [receiver().await?, receiver().await?],
            folder: TempDir::with_prefix_in("chaos-", scratch)?,
        })
    }

    pub(super) async fn start(&self) -> Result<GatewayProcess> {
        GatewayProcess::start(self.command()?).await
    }

    pub(super) async fn start_and_kill(&self, moment: Duration) -> Result<()> {
        GatewayProcess::start_and_kill(self.command()?, moment).await
    }

    fn command(&self) -> Result<Command> {
        let [first, second] = &self.receivers;
        self.gateway.command(self.folder.path(), &AlertTargets::Webhooks(vec![first.address, second.address]))
    }

    /// Posts over several connections, kills the gateway `moment` after the first alert was accepted, and returns
    /// all that were. A kill before that would prove nothing.
    pub(super) async fn post_and_kill(
        &self,
        gateway: GatewayProcess,
        serials: Range<u32>,
        moment: Duration,
    ) -> Result<Vec<Serial>> {
        let endpoint = self.gateway.endpoint(gateway.address);
        let next = Arc::new(AtomicU32::new(serials.start));
        let (accept, mut accepting) = unbounded_channel();
        let mut scripts = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let client = LoadClient::connect(&endpoint).await?;
            scripts.spawn(post_until_it_breaks(client, Arc::clone(&next), serials.end, accept.clone()));
        }
        drop(accept); // so that the wait ends with the scripts, if none of theirs is accepted
        let mut accepted = Vec::from_iter(accepting.recv().await);
        sleep(moment).await;
        gateway.kill().await?;
        while let Some(script) = scripts.join_next().await {
            script.context("a script's task died")?;
        }
        while let Some(serial) = accepting.recv().await {
            accepted.push(serial);
        }
        Ok(accepted)
    }

    /// Waits until both receivers have been told of all these.
    pub(super) async fn drain(&self, accepted: &[Serial], patience: Duration) -> Result<()> {
        let mut progress = (self.untold(accepted).len(), Instant::now());
        while progress.0 > 0 {
            sleep(GLANCE).await;
            let untold = self.untold(accepted).len();
            if untold < progress.0 {
                progress = (untold, Instant::now());
            } else if progress.1.elapsed() > patience {
                bail!("{untold} of {} alerts were not told", accepted.len());
            }
        }
        Ok(())
    }

    /// Waits until no message has come for a while.
    pub(super) async fn come_to_rest(&self) {
        let messages = || self.counters().map(DeliveryCounter::messages);
        let mut before = messages();
        loop {
            sleep(REST).await;
            if messages() == before {
                return;
            }
            before = messages();
        }
    }

    /// The accepted alerts that have not reached both receivers.
    pub(super) fn untold(&self, accepted: &[Serial]) -> Vec<Serial> {
        let [first, second] = self.counters();
        let told = |serial| first.arrival(serial).is_some() && second.arrival(serial).is_some();
        accepted.iter().copied().filter(|serial| !told(*serial)).collect()
    }

    pub(super) fn counters(&self) -> [&DeliveryCounter; 2] {
        let [first, second] = &self.receivers;
        [&first.counter, &second.counter]
    }
}

/// Posts one alert after the other, and sends those that were answered 2xx to `accepted`. What was
/// answered otherwise, or not at all, is not our promise.
async fn post_until_it_breaks(
    mut client: LoadClient,
    next: Arc<AtomicU32>,
    end: u32,
    accepted: UnboundedSender<Serial>,
) {
    loop {
        let serial = Serial(next.fetch_add(1, Ordering::Relaxed));
        if serial.0 >= end {
            return;
        }
        match client.post(tkl(serial).to_string().into()).await {
            Ok(answer) if answer.status.is_success() => drop(accepted.send(serial)),
            Ok(_refused) => {}
            Err(_killed) => return,
        }
    }
}
