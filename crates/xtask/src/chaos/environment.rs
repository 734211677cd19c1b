//! The receivers and the store of a gateway, which outlive its kills.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::alert::Serial;
use crate::alert::tkl;
use crate::delivery_counter::DeliveryCounter;
use crate::gateway_process::GatewayProcess;
use crate::load::{LoadClient, PostTarget};
use crate::system::{AlertTargets, System};
use crate::webhook_sink::{SinkBehaviour, WebhookSink};
use crate::wrong_clock::WrongClock;

/// Two receivers and a store.
pub(super) struct ChaosEnvironment {
    gateway: System,
    receivers: [WebhookSink; 2],
    folder: TempDir,
}

/// An alert that was answered 2xx.
#[derive(Debug, Clone, Copy)]
pub(super) struct AcceptedSerial {
    pub(super) serial: Serial,
    /// The gateway's number of it.
    pub(super) id: Option<i64>,
}

/// The body of an acknowledgement.
const ACKNOWLEDGED_BY: &[u8] = br#"{"by":"chaos"}"#;

/// Several scripts at once, so that a kill meets several requests.
const CONNECTIONS: usize = 8;

/// About what a provider near by takes; long enough that a kill meets deliveries.
const ANSWER_AFTER: Duration = Duration::from_millis(5);

/// The silence that must pass before the count.
const REST: Duration = Duration::from_secs(1);

/// The pause between two looks at the counters.
const GLANCE: Duration = Duration::from_millis(5);

impl ChaosEnvironment {
    /// Opens two receivers, the second of which has a budget: what it does not carry one by one is gathered.
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

    pub(super) async fn start(&self, clock: &WrongClock) -> Result<GatewayProcess> {
        GatewayProcess::start(self.command(clock)?).await
    }

    pub(super) async fn start_and_kill(&self, clock: &WrongClock, moment: Duration) -> Result<()> {
        GatewayProcess::start_and_kill(self.command(clock)?, moment).await
    }

    fn command(&self, clock: &WrongClock) -> Result<Command> {
        let [first, second] = &self.receivers;
        let targets = AlertTargets::Promised(vec![first.address, second.address]);
        let mut command = self.gateway.command(self.folder.path(), &targets)?;
        clock.apply(&mut command);
        Ok(command)
    }

    /// Acknowledges an accepted alert; `false` if its incident is not there to be acknowledged.
    pub(super) async fn acknowledge(&self, gateway: &GatewayProcess, id: i64) -> Result<bool> {
        let path = format!("/api/v1/alerts/{id}/acknowledge");
        let endpoint = PostTarget { address: gateway.address, path, token: None };
        let answer = LoadClient::connect(&endpoint).await?.post(Bytes::from_static(ACKNOWLEDGED_BY)).await?;
        Ok(answer.status.is_success())
    }

    /// The number of rows in the ledger that do not add up.
    pub(super) async fn unaccounted(&self, gateway: &GatewayProcess) -> Result<u64> {
        let path = "/api/v1/audit".to_owned();
        let endpoint = PostTarget { address: gateway.address, path, token: None };
        let answer = LoadClient::connect(&endpoint).await?.get().await?;
        let audit: Value = serde_json::from_slice(&answer.body).context("the audit is no JSON")?;
        audit["unaccounted_in_all"].as_u64().context("the audit has no count")
    }

    /// Posts over several connections, kills the gateway `moment` after the first alert was accepted, and returns
    /// all that were. A kill before that would prove nothing.
    pub(super) async fn post_and_kill(
        &self,
        gateway: GatewayProcess,
        serials: Range<u32>,
        moment: Duration,
    ) -> Result<Vec<AcceptedSerial>> {
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
        while let Some(more) = accepting.recv().await {
            accepted.push(more);
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

/// The number that the gateway gave an alert, as its answer says.
fn id_of(answer: &[u8]) -> Option<i64> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    answer["alerts"][0]["id"].as_i64()
}

/// Posts one alert after the other, and sends those that were answered 2xx to `accepted`. What was
/// answered otherwise, or not at all, is not our promise.
async fn post_until_it_breaks(
    mut client: LoadClient,
    next: Arc<AtomicU32>,
    end: u32,
    accepted: UnboundedSender<AcceptedSerial>,
) {
    loop {
        let serial = Serial(next.fetch_add(1, Ordering::Relaxed));
        if serial.0 >= end {
            return;
        }
        match client.post(tkl(serial).to_string().into()).await {
            Ok(answer) if answer.status.is_success() => {
                let id = id_of(&answer.body);
                // Nobody counts any more once the round is over.
                accepted.send(AcceptedSerial { serial, id }).ok();
            }
            Ok(_refused) => {}
            Err(_killed) => return,
        }
    }
}
