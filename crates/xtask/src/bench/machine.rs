//! The speed of the machine itself, measured between the runs.

use std::fs::File;
use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::time::Instant;

use super::sizes::{CONNECTIONS, Sizes};
use crate::alert::{singles, tkl};
use crate::delivery_counter::DeliveryCounter;
use crate::load::{PostTarget, at_full_speed};
use crate::webhook_sink::{SinkBehaviour, WebhookSink};

/// Probes of the machine, one value a probe.
#[derive(Debug, Default)]
pub(super) struct Machine {
    /// fsyncs per second, one after the other: no durable single POST over one
    /// connection can be faster.
    pub(super) fsyncs: Vec<f64>,
    /// Milliseconds for a fixed piece of arithmetic. On a quiet machine all are
    /// alike; how far they spread is how far to trust the rest.
    pub(super) arithmetic: Vec<f64>,
    /// Single POSTs per second from our load generator straight to our receiver:
    /// no gateway between them can exceed it.
    pub(super) harness: Vec<f64>,
}

/// About a page of SQLite's log: one alert and its deliveries.
const RECORD: [u8; 1024] = [b'x'; 1024];

/// Long enough to be torn by a neighbour, short enough not to matter.
const ROUNDS: u64 = 20_000_000;

impl Machine {
    /// Probes the machine once more.
    pub(super) async fn probe(&mut self, folder: &Path, sizes: &Sizes) -> Result<()> {
        self.fsyncs.push(fsyncs_per_second(folder, sizes.disk)?);
        self.arithmetic.push(arithmetic().as_secs_f64() * 1e3);
        self.harness.push(posts_per_second(sizes.alerts).await?);
        Ok(())
    }
}

/// Appends and syncs for `how_long`.
fn fsyncs_per_second(folder: &Path, how_long: Duration) -> Result<f64> {
    let path = folder.join("fsync-probe");
    let mut file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    let started = Instant::now();
    let mut syncs = 0_u32;
    while started.elapsed() < how_long {
        file.write_all(&RECORD)?;
        file.sync_data()?;
        syncs += 1;
    }
    let rate = f64::from(syncs) / started.elapsed().as_secs_f64();
    std::fs::remove_file(&path)?;
    Ok(rate)
}

async fn posts_per_second(alerts: u32) -> Result<f64> {
    let counter = Arc::new(DeliveryCounter::new(alerts, Instant::now()));
    let receiver = WebhookSink::open(SinkBehaviour::Answers, counter).await?;
    let endpoint = PostTarget { address: receiver.address, path: "/".to_owned(), token: None };
    let posted = at_full_speed(&endpoint, singles(0..alerts, tkl), CONNECTIONS).await?;
    Ok(f64::from(alerts) / posted.took().as_secs_f64())
}

/// Steps of Knuth's MMIX generator, each needing the one before.
fn arithmetic() -> Duration {
    let started = Instant::now();
    let mut state = 1_u64;
    for _ in 0..ROUNDS {
        // Kept from the optimiser, which would take many steps in one.
        state =
            black_box(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407));
    }
    started.elapsed()
}
