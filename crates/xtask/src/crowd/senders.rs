//! A client that sends as much as is taken, and an honest one beside it.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use hyper::StatusCode;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use crate::alert::{Serial, batches, tkl};
use crate::load::{LoadClient, PostTarget};

/// The connections of the noisy client.
const CONNECTIONS: u32 = 4;

/// The alerts of each of its bodies.
const BODY: u32 = 2_000;

/// The bodies that each of its connections posts by turns: the alerts of later turns are repeats.
const BODIES: u32 = 10;

/// The pause after a refusal, as `Retry-After` says.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The pause between two messages of the honest sender.
const GAP: Duration = Duration::from_millis(50);

/// The first serial of the honest sender's alerts, above all others.
const HONEST: u32 = 3_000_000_000;

/// The posts of the honest sender.
#[derive(Debug, Default)]
pub(super) struct HonestSender {
    /// The milliseconds until each was accepted, with its tries.
    pub(super) took: Vec<f64>,
    /// Posts that were refused and tried again.
    pub(super) refused: u64,
}

impl HonestSender {
    /// Posts one alert after the other until `end` comes to its end.
    pub(super) async fn send_until(
        target: &PostTarget,
        end: impl Future<Output = Result<()>>,
    ) -> Result<Self> {
        let mut end = pin!(end);
        let mut client = LoadClient::connect(target).await?;
        let (mut sender, mut due) = (Self::default(), Instant::now());
        let first = HONEST + fastrand::u32(..1_000_000_000);
        for serial in first.. {
            tokio::select! {
                biased;
                ended = &mut end => {
                    ended?;
                    break;
                }
                () = sleep_until(due) => {}
            }
            let body = Bytes::from(tkl(Serial(serial)).to_string());
            while !client.post(body.clone()).await?.status.is_success() {
                sender.refused += 1;
                sleep(GAP).await;
            }
            sender.took.push(due.elapsed().as_secs_f64() * 1e3);
            due = Instant::now().max(due + GAP);
        }
        Ok(sender)
    }
}

/// The connections of a client that sends as much as is taken.
#[derive(Debug)]
pub(super) struct NoisySenders {
    connections: JoinSet<Result<()>>,
    counts: Arc<NoisyCounts>,
}

#[derive(Debug, Default)]
struct NoisyCounts {
    accepted: AtomicU64,
    refused: AtomicU64,
}

impl NoisySenders {
    /// Starts to send alerts with serials from `first` on.
    pub(super) fn start(target: &PostTarget, first: u32) -> Self {
        let counts = Arc::new(NoisyCounts::default());
        let mut connections = JoinSet::new();
        for connection in 0..CONNECTIONS {
            let first = first + connection * BODIES * BODY;
            let bodies = batches(first..first + BODIES * BODY, BODY, tkl);
            connections.spawn(send_on(target.clone(), bodies, Arc::clone(&counts)));
        }
        Self { connections, counts }
    }

    /// Tells whether a body was answered; of a busy machine the first answer may take longer than the whole overload.
    ///
    /// # Errors
    ///
    /// When a connection failed.
    pub(super) fn is_answered(&mut self) -> Result<bool> {
        if let Some(ended) = self.connections.try_join_next() {
            ended.context("a noisy connection panicked")??;
        }
        let (accepted, refused) = self.counted();
        Ok(accepted + refused > 0)
    }

    /// Stops; the numbers of alerts that were accepted and refused.
    pub(super) async fn stop(mut self) -> (u64, u64) {
        self.connections.shutdown().await;
        self.counted()
    }

    fn counted(&self) -> (u64, u64) {
        (self.counts.accepted.load(Ordering::Relaxed), self.counts.refused.load(Ordering::Relaxed))
    }
}

async fn send_on(target: PostTarget, bodies: Vec<Bytes>, counts: Arc<NoisyCounts>) -> Result<()> {
    let mut client = LoadClient::connect(&target).await?;
    for body in bodies.iter().cycle() {
        let status = client.post(body.clone()).await.context("a noisy connection")?.status;
        if status == StatusCode::SERVICE_UNAVAILABLE {
            counts.refused.fetch_add(u64::from(BODY), Ordering::Relaxed);
            sleep(RETRY_AFTER).await;
        } else {
            counts.accepted.fetch_add(u64::from(BODY), Ordering::Relaxed);
        }
    }
    Ok(())
}
