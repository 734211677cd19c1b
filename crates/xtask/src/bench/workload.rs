//! The workloads, and how each is measured.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use tokio::time::Instant;

use super::figure::Figure;
use super::sizes::{CONNECTIONS, Sizes};
use super::test_bed::{DeliveryMode, MailTestBed, TestBed};
use crate::alert::Serial;
use crate::delivery_counter::DeliveryCounter;
use crate::load::{Posted, at_a_pace, at_full_speed};
use crate::stats::percentile;
use crate::system::System;

/// One workload; measuring it gives one figure or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Workload {
    /// Single POSTs, each alert told on two channels; and the CPU it takes.
    Singles,
    /// The same in batches of 64.
    Batches,
    /// Single POSTs and batches, nothing delivered meanwhile.
    Accept,
    /// 200 alerts/s: from the POST to the second channel's receipt.
    Latency,
    /// Many devices at once: until the last alert is told.
    Burst,
    /// Mails to one mailbox.
    Mails,
    /// Memory once many alerts are live.
    Memory,
    /// From the start of the process until it is ready.
    StartUp,
}

/// Connections of the burst, in which everything comes at once.
const BURST_CONNECTIONS: usize = 256;
/// A batch is as much work as 64 singles.
const BATCH_CONNECTIONS: usize = 16;
/// The size that Prometheus sends by default.
const BATCH: u32 = 64;
/// The pace of the latency figures.
const PER_SECOND: u32 = 200;

impl Workload {
    /// Every work, in the order of the table.
    pub const ALL: [Self; 8] = [
        Self::Singles,
        Self::Batches,
        Self::Accept,
        Self::Latency,
        Self::Burst,
        Self::Mails,
        Self::Memory,
        Self::StartUp,
    ];

    /// The title that the progress shows.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Singles => "end to end, single POSTs",
            Self::Batches => "end to end, batches",
            Self::Accept => "accept only",
            Self::Latency => "latency",
            Self::Burst => "burst",
            Self::Mails => "mails",
            Self::Memory => "memory",
            Self::StartUp => "start-up",
        }
    }

    pub(super) fn runs(self, sizes: &Sizes) -> u32 {
        match self {
            Self::Memory => sizes.memory_runs.min(sizes.runs),
            Self::Singles
            | Self::Batches
            | Self::Accept
            | Self::Latency
            | Self::Burst
            | Self::Mails
            | Self::StartUp => sizes.runs,
        }
    }

    pub(super) async fn measure(
        self,
        system: &System,
        sizes: &Sizes,
        scratch: &Path,
    ) -> Result<Vec<(Figure, f64)>> {
        match self {
            Self::Singles => singles(system, sizes.alerts, scratch).await,
            Self::Batches => batches(system, sizes.alerts, scratch).await,
            Self::Accept => accept(system, sizes.alerts, scratch).await,
            Self::Latency => latency(system, sizes.paced, scratch).await,
            Self::Burst => burst(system, sizes.burst, scratch).await,
            Self::Mails => mails(system, sizes.mails, scratch).await,
            Self::Memory => memory(system, sizes.live, scratch).await,
            Self::StartUp => start_up(system, scratch).await,
        }
    }
}

async fn singles(system: &System, alerts: u32, scratch: &Path) -> Result<Vec<(Figure, f64)>> {
    let test_bed = TestBed::start(system, DeliveryMode::Taken, alerts, scratch).await?;
    let before = test_bed.gateway.usage()?.cpu;
    let posted = at_full_speed(&test_bed.endpoint, system.singles(0..alerts), CONNECTIONS).await?;
    let last = test_bed.all_told(alerts).await?;
    let cpu = test_bed.gateway.usage()?.cpu.saturating_sub(before);
    let per_thousand = millis(cpu) * 1e3 / f64::from(alerts);
    Ok(vec![(Figure::EndToEndSingles, rate(alerts, &posted, last)), (Figure::Cpu, per_thousand)])
}

async fn batches(system: &System, alerts: u32, scratch: &Path) -> Result<Vec<(Figure, f64)>> {
    let test_bed = TestBed::start(system, DeliveryMode::Taken, alerts, scratch).await?;
    let posted =
        at_full_speed(&test_bed.endpoint, system.batches(0..alerts, BATCH), BATCH_CONNECTIONS).await?;
    let last = test_bed.all_told(alerts).await?;
    Ok(vec![(Figure::EndToEndBatches, rate(alerts, &posted, last))])
}

async fn accept(system: &System, alerts: u32, scratch: &Path) -> Result<Vec<(Figure, f64)>> {
    let test_bed = TestBed::start(system, DeliveryMode::Held, alerts, scratch).await?;
    let single = at_full_speed(&test_bed.endpoint, system.singles(0..alerts), CONNECTIONS).await?;
    drop(test_bed);
    let test_bed = TestBed::start(system, DeliveryMode::Held, alerts, scratch).await?;
    let batched =
        at_full_speed(&test_bed.endpoint, system.batches(0..alerts, BATCH), BATCH_CONNECTIONS).await?;
    Ok(vec![
        (Figure::AcceptSingles, rate(alerts, &single, single.ended)),
        (Figure::AcceptBatches, rate(alerts, &batched, batched.ended)),
    ])
}

async fn latency(system: &System, alerts: u32, scratch: &Path) -> Result<Vec<(Figure, f64)>> {
    let test_bed = TestBed::start(system, DeliveryMode::Taken, alerts, scratch).await?;
    let posted = at_a_pace(&test_bed.endpoint, system.singles(0..alerts), CONNECTIONS, PER_SECOND).await?;
    test_bed.all_told(alerts).await?;
    let latencies = latencies(&posted, test_bed.counters());
    let at = |percent| percentile(&latencies, percent);
    let figures = [(Figure::LatencyMedian, at(50)), (Figure::LatencyTail, at(99))];
    Ok(figures.into_iter().filter_map(|(figure, value)| Some((figure, value?))).collect())
}

/// From each POST until both channels had been told, in milliseconds.
fn latencies(posted: &Posted, [first, second]: [&DeliveryCounter; 2]) -> Vec<f64> {
    let told = |serial| Some(first.arrival(serial)?.max(second.arrival(serial)?));
    (0..)
        .zip(&posted.sent)
        .filter_map(|(number, sent)| Some(millis(told(Serial(number))?.saturating_duration_since(*sent))))
        .collect()
}

async fn burst(system: &System, alerts: u32, scratch: &Path) -> Result<Vec<(Figure, f64)>> {
    let test_bed = TestBed::start(system, DeliveryMode::Taken, alerts, scratch).await?;
    let posted = at_full_speed(&test_bed.endpoint, system.singles(0..alerts), BURST_CONNECTIONS).await?;
    let last = test_bed.all_told(alerts).await?;
    Ok(vec![(Figure::Burst, millis(last - posted.started))])
}

async fn mails(system: &System, mails: u32, scratch: &Path) -> Result<Vec<(Figure, f64)>> {
    let test_bed = MailTestBed::start(system, mails, scratch).await?;
    let posted = at_full_speed(&test_bed.endpoint, system.singles(0..mails), CONNECTIONS).await?;
    let last = test_bed.all_told(mails).await?;
    Ok(vec![(Figure::Mails, rate(mails, &posted, last))])
}

async fn memory(system: &System, alerts: u32, scratch: &Path) -> Result<Vec<(Figure, f64)>> {
    let test_bed = TestBed::start(system, DeliveryMode::Taken, alerts, scratch).await?;
    at_full_speed(&test_bed.endpoint, system.batches(0..alerts, BATCH), BATCH_CONNECTIONS).await?;
    test_bed.all_told(alerts).await?;
    let usage = test_bed.gateway.usage()?;
    Ok(vec![(Figure::Memory, megabytes(usage.resident_kib)), (Figure::MemoryPeak, megabytes(usage.peak_kib))])
}

async fn start_up(system: &System, scratch: &Path) -> Result<Vec<(Figure, f64)>> {
    let test_bed = TestBed::start(system, DeliveryMode::Taken, 0, scratch).await?;
    Ok(vec![(Figure::StartUp, millis(test_bed.start_up))])
}

fn rate(alerts: u32, posted: &Posted, last: Instant) -> f64 {
    f64::from(alerts) / (last - posted.started).as_secs_f64()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Of 1,000,000 bytes, as in the table of targets.
#[expect(clippy::cast_precision_loss, reason = "no memory is as large as 2^53 KiB")]
fn megabytes(kib: u64) -> f64 {
    kib as f64 * 1.024e-3
}
