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

#[cfg(test)]
mod tests;

/// One workload; measuring it gives one figure or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Workload {
    /// Single POSTs, each alert told on two channels; and the CPU it takes.
    Singles,
    /// The same in batches of 64.
    Batches,
    /// Single POSTs, each alert told on ten channels.
    TenChannels,
    /// Single POSTs and batches, nothing delivered meanwhile.
    Accept,
    /// 200 alerts/s: from the POST to the second channel's receipt.
    Latency,
    /// The highest rate at which 99 of 100 alerts are told within 100 ms.
    HighestRate,
    /// Many devices at once: until the last alert is told.
    Burst,
    /// Mails to one mailbox.
    Mails,
    /// Memory once many alerts are live.
    Memory,
    /// From the start of the process until it is ready.
    StartUp,
    /// A start with deliveries pending.
    StartUpPending,
    /// A start with many alerts stored and told.
    StartUpStored,
}

/// Figures of one run.
pub(super) type Measured = Vec<(Figure, f64)>;

/// Connections of the burst, in which everything comes at once.
const BURST_CONNECTIONS: usize = 256;
/// A batch is as much work as 64 singles.
const BATCH_CONNECTIONS: usize = 16;
/// The size that Prometheus sends by default.
const BATCH: u32 = 64;
/// The pace of the latency figures.
const PER_SECOND: u32 = 200;
/// Channels of a receiver that is told everywhere.
const MANY_CHANNELS: usize = 10;
/// Rates are tried in multiples of this, in alerts a second.
const RATE_STEP: u32 = 1_000;
/// The p99 up to which a rate is borne, in milliseconds.
const BORNE_MS: f64 = 100.0;
/// Alerts whose bodies are in memory at the same time while a store is filled.
const FILL_AT_ONCE: u32 = 50_000;
/// Starts in one run, where a single one, of a few milliseconds, would tell more of the machine than of the build.
const STARTS: usize = 11;

impl Workload {
    /// Every workload, in the order of the table.
    pub const ALL: [Self; 12] = [
        Self::Singles,
        Self::Batches,
        Self::TenChannels,
        Self::Accept,
        Self::Latency,
        Self::HighestRate,
        Self::Burst,
        Self::Mails,
        Self::Memory,
        Self::StartUp,
        Self::StartUpPending,
        Self::StartUpStored,
    ];

    /// The title that the progress shows.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Singles => "end to end, single POSTs",
            Self::Batches => "end to end, batches",
            Self::TenChannels => "end to end, ten channels",
            Self::Accept => "accept only",
            Self::Latency => "latency",
            Self::HighestRate => "highest rate",
            Self::Burst => "burst",
            Self::Mails => "mails",
            Self::Memory => "memory",
            Self::StartUp => "start-up, empty store",
            Self::StartUpPending => "start-up, deliveries pending",
            Self::StartUpStored => "start-up, alerts stored",
        }
    }

    pub(super) fn runs(self, sizes: &Sizes) -> u32 {
        match self {
            Self::Memory | Self::HighestRate | Self::StartUpPending | Self::StartUpStored => {
                sizes.long_runs.min(sizes.runs)
            }
            Self::Singles
            | Self::Batches
            | Self::TenChannels
            | Self::Accept
            | Self::Latency
            | Self::Burst
            | Self::Mails
            | Self::StartUp => sizes.runs,
        }
    }

    pub(super) async fn measure(self, system: &System, sizes: &Sizes, scratch: &Path) -> Result<Measured> {
        match self {
            Self::Singles => singles(system, sizes.alerts, scratch).await,
            Self::Batches => batches(system, sizes.alerts, scratch).await,
            Self::TenChannels => ten_channels(system, sizes.alerts, scratch).await,
            Self::Accept => accept(system, sizes.alerts, scratch).await,
            Self::Latency => latency(system, sizes.paced, scratch).await,
            Self::HighestRate => highest_rate(system, sizes, scratch).await,
            Self::Burst => burst(system, sizes.burst, scratch).await,
            Self::Mails => mails(system, sizes.mails, scratch).await,
            Self::Memory => memory(system, sizes.live, scratch).await,
            Self::StartUp => start_up(system, scratch).await,
            Self::StartUpPending => start_up_pending(system, sizes.pending, scratch).await,
            Self::StartUpStored => start_up_stored(system, sizes.stored, scratch).await,
        }
    }
}

async fn singles(system: &System, alerts: u32, scratch: &Path) -> Result<Measured> {
    let test_bed = TestBed::start(system, DeliveryMode::Taken, alerts, scratch).await?;
    let before = test_bed.gateway.usage()?.cpu;
    let posted = at_full_speed(&test_bed.endpoint, system.singles(0..alerts), CONNECTIONS).await?;
    let last = test_bed.all_told(alerts).await?;
    let cpu = test_bed.gateway.usage()?.cpu.saturating_sub(before);
    Ok(vec![(Figure::EndToEndSingles, rate(alerts, &posted, last)), (Figure::Cpu, per_thousand(cpu, alerts))])
}

async fn batches(system: &System, alerts: u32, scratch: &Path) -> Result<Measured> {
    let test_bed = TestBed::start(system, DeliveryMode::Taken, alerts, scratch).await?;
    let before = test_bed.gateway.usage()?.cpu;
    let bodies = system.batches(0..alerts, BATCH);
    let posted = at_full_speed(&test_bed.endpoint, bodies, BATCH_CONNECTIONS).await?;
    let last = test_bed.all_told(alerts).await?;
    let cpu = test_bed.gateway.usage()?.cpu.saturating_sub(before);
    let cpu = per_thousand(cpu, alerts);
    Ok(vec![(Figure::EndToEndBatches, rate(alerts, &posted, last)), (Figure::CpuBatches, cpu)])
}

async fn ten_channels(system: &System, alerts: u32, scratch: &Path) -> Result<Measured> {
    let test_bed = TestBed::start_with(system, DeliveryMode::Taken, MANY_CHANNELS, alerts, scratch).await?;
    let posted = at_full_speed(&test_bed.endpoint, system.singles(0..alerts), CONNECTIONS).await?;
    let last = test_bed.all_told(alerts).await?;
    Ok(vec![(Figure::TenChannels, rate(alerts, &posted, last))])
}

async fn accept(system: &System, alerts: u32, scratch: &Path) -> Result<Measured> {
    let test_bed = TestBed::start(system, DeliveryMode::Held, alerts, scratch).await?;
    let single = at_full_speed(&test_bed.endpoint, system.singles(0..alerts), CONNECTIONS).await?;
    drop(test_bed);
    let test_bed = TestBed::start(system, DeliveryMode::Held, alerts, scratch).await?;
    let bodies = system.batches(0..alerts, BATCH);
    let batched = at_full_speed(&test_bed.endpoint, bodies, BATCH_CONNECTIONS).await?;
    Ok(vec![
        (Figure::AcceptSingles, rate(alerts, &single, single.ended)),
        (Figure::AcceptBatches, rate(alerts, &batched, batched.ended)),
    ])
}

async fn latency(system: &System, alerts: u32, scratch: &Path) -> Result<Measured> {
    let latencies = latencies_at(system, PER_SECOND, alerts, scratch).await?;
    let at = |figure, percent| Some((figure, percentile(&latencies, percent)?));
    let figures = [at(Figure::LatencyMedian, 50), at(Figure::LatencyTail, 99), at(Figure::LatencyMax, 100)];
    Ok(figures.into_iter().flatten().collect())
}

/// From each POST until every channel had been told, in milliseconds, at an even pace.
async fn latencies_at(system: &System, per_second: u32, alerts: u32, scratch: &Path) -> Result<Vec<f64>> {
    let test_bed = TestBed::start(system, DeliveryMode::Taken, alerts, scratch).await?;
    let posted = at_a_pace(&test_bed.endpoint, system.singles(0..alerts), CONNECTIONS, per_second).await?;
    test_bed.all_told(alerts).await?;
    Ok(latencies(&posted, &test_bed.counters()))
}

fn latencies(posted: &Posted, counters: &[&DeliveryCounter]) -> Vec<f64> {
    let told = |serial| -> Option<Instant> {
        let arrivals: Option<Vec<Instant>> = counters.iter().map(|it| it.arrival(serial)).collect();
        arrivals?.into_iter().max()
    };
    (0..)
        .zip(&posted.sent)
        .filter_map(|(number, sent)| Some(millis(told(Serial(number))?.saturating_duration_since(*sent))))
        .collect()
}

async fn highest_rate(system: &System, sizes: &Sizes, scratch: &Path) -> Result<Measured> {
    let is_borne = async |per_second| -> Result<bool> {
        let latencies = latencies_at(system, per_second, per_second * sizes.rate_seconds, scratch).await?;
        Ok(percentile(&latencies, 99).is_some_and(|p99| p99 < BORNE_MS))
    };
    let steps =
        highest(sizes.highest_rate / RATE_STEP, async |steps| is_borne(steps * RATE_STEP).await).await?;
    Ok(vec![(Figure::HighestRate, f64::from(steps * RATE_STEP))])
}

/// The highest number from 1 to `most` that `is_borne`, if what bears a number bears each
/// below it; 0 if none is. Doubles until a number is not borne, then halves the gap.
async fn highest(most: u32, is_borne: impl AsyncFn(u32) -> Result<bool>) -> Result<u32> {
    let (mut borne, mut too_high) = (0, most + 1);
    while borne + 1 < too_high {
        let doubled = (borne * 2).max(1);
        let halfway = borne.midpoint(too_high);
        let next = if too_high > most { doubled.min(most) } else { halfway };
        if is_borne(next).await? { borne = next } else { too_high = next }
    }
    Ok(borne)
}

async fn burst(system: &System, alerts: u32, scratch: &Path) -> Result<Measured> {
    let test_bed = TestBed::start(system, DeliveryMode::Taken, alerts, scratch).await?;
    let posted = at_full_speed(&test_bed.endpoint, system.singles(0..alerts), BURST_CONNECTIONS).await?;
    let last = test_bed.all_told(alerts).await?;
    Ok(vec![(Figure::Burst, millis(last - posted.started))])
}

async fn mails(system: &System, mails: u32, scratch: &Path) -> Result<Measured> {
    let test_bed = MailTestBed::start(system, mails, scratch).await?;
    let posted = at_full_speed(&test_bed.endpoint, system.singles(0..mails), CONNECTIONS).await?;
    let last = test_bed.all_told(mails).await?;
    Ok(vec![(Figure::Mails, rate(mails, &posted, last))])
}

async fn memory(system: &System, alerts: u32, scratch: &Path) -> Result<Measured> {
    let test_bed = TestBed::start(system, DeliveryMode::Taken, alerts, scratch).await?;
    at_full_speed(&test_bed.endpoint, system.batches(0..alerts, BATCH), BATCH_CONNECTIONS).await?;
    test_bed.all_told(alerts).await?;
    let usage = test_bed.gateway.usage()?;
    Ok(vec![(Figure::Memory, megabytes(usage.resident_kib)), (Figure::MemoryPeak, megabytes(usage.peak_kib))])
}

/// First starts, each on a store of its own: their median.
async fn start_up(system: &System, scratch: &Path) -> Result<Measured> {
    let mut start_ups = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let test_bed = TestBed::start(system, DeliveryMode::Taken, 0, scratch).await?;
        start_ups.push(millis(test_bed.start_up));
    }
    Ok(percentile(&start_ups, 50).map(|it| (Figure::StartUp, it)).into_iter().collect())
}

/// A second start, with every delivery of the first still owed.
async fn start_up_pending(system: &System, alerts: u32, scratch: &Path) -> Result<Measured> {
    if !system.is_durable() {
        return Ok(Vec::new());
    }
    let test_bed = TestBed::start(system, DeliveryMode::Held, alerts, scratch).await?;
    fill(&test_bed, system, alerts).await?;
    let test_bed = test_bed.restart().await?;
    Ok(vec![(Figure::StartUpPending, millis(test_bed.start_up))])
}

/// Later starts, with everything told: their median, since filling takes minutes and a start a few milliseconds.
async fn start_up_stored(system: &System, alerts: u32, scratch: &Path) -> Result<Measured> {
    if !system.is_durable() {
        return Ok(Vec::new());
    }
    let mut test_bed = TestBed::start(system, DeliveryMode::Taken, alerts, scratch).await?;
    fill(&test_bed, system, alerts).await?;
    test_bed.all_told(alerts).await?;
    let mut start_ups = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        test_bed = test_bed.restart().await?;
        start_ups.push(millis(test_bed.start_up));
    }
    Ok(percentile(&start_ups, 50).map(|it| (Figure::StartUpStored, it)).into_iter().collect())
}

/// Posts `alerts` alerts in batches.
async fn fill(test_bed: &TestBed, system: &System, alerts: u32) -> Result<()> {
    for start in (0..alerts).step_by(FILL_AT_ONCE as usize) {
        let serials = start..alerts.min(start + FILL_AT_ONCE);
        at_full_speed(&test_bed.endpoint, system.batches(serials, BATCH), BATCH_CONNECTIONS).await?;
    }
    Ok(())
}

fn per_thousand(cpu: Duration, alerts: u32) -> f64 {
    millis(cpu) * 1e3 / f64::from(alerts)
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
