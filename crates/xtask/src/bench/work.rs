//! The works, and how each is measured.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use tokio::time::Instant;

use super::Bench;
use super::figure::Figure;
use super::stage::{Delivery, MailStage, Stage};
use crate::{Posted, Serial, Subject, at_a_pace, at_full_speed, percentile};

/// One piece of work; measuring it gives one figure or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Work {
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

/// How much of each work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Sizes {
    /// How often each work is done.
    pub runs: u32,
    /// How often the memory is filled, which takes long.
    pub memory_runs: u32,
    /// Alerts for a rate.
    pub alerts: u32,
    /// Alerts at 200 a second.
    pub paced: u32,
    /// Alerts of the burst.
    pub burst: u32,
    /// Mails.
    pub mails: u32,
    /// Live alerts when memory is read.
    pub live: u32,
    /// How long the disk is probed before each run.
    #[serde(skip)]
    pub disk: Duration,
}

/// What a person calls a burst at a site: everything at once.
const BURST_CONNECTIONS: usize = 256;
/// Enough to keep two cores busy.
pub(super) const CONNECTIONS: usize = 64;
/// A batch is as much work as 64 singles.
const BATCH_CONNECTIONS: usize = 16;
/// The size that Prometheus sends by default.
const BATCH: u32 = 64;
/// The pace of the latency figures.
const PER_SECOND: u32 = 200;

impl Sizes {
    /// What the published figures are made with.
    pub const FULL: Self = Self {
        runs: 5,
        memory_runs: 3,
        alerts: 10_000,
        paced: 2_000,
        burst: 10_000,
        mails: 5_000,
        live: 100_000,
        disk: Duration::from_secs(1),
    };

    /// A few seconds: shows that it works, not how fast.
    pub const QUICK: Self = Self {
        runs: 1,
        memory_runs: 1,
        alerts: 1_000,
        paced: 100,
        burst: 1_000,
        mails: 200,
        live: 2_000,
        disk: Duration::from_millis(200),
    };
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { runs, memory_runs: _, alerts, paced, burst, mails, live, disk: _ } = self;
        write!(
            f,
            "Runs: {runs}; rates over {alerts} alerts or {mails} mails, latency over {paced} alerts, \
             a burst of {burst}, {live} live alerts."
        )
    }
}

impl Work {
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

    /// What it is called while it runs.
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

    pub(super) async fn measure(self, subject: &Subject, bench: &Bench) -> Result<Vec<(Figure, f64)>> {
        let Bench { sizes, scratch, .. } = bench;
        match self {
            Self::Singles => singles(subject, sizes.alerts, scratch).await,
            Self::Batches => batches(subject, sizes.alerts, scratch).await,
            Self::Accept => accept(subject, sizes.alerts, scratch).await,
            Self::Latency => latency(subject, sizes.paced, scratch).await,
            Self::Burst => burst(subject, sizes.burst, scratch).await,
            Self::Mails => mails(subject, sizes.mails, scratch).await,
            Self::Memory => memory(subject, sizes.live, scratch).await,
            Self::StartUp => start_up(subject, scratch).await,
        }
    }
}

async fn singles(subject: &Subject, alerts: u32, scratch: &Path) -> Result<Vec<(Figure, f64)>> {
    let stage = Stage::set(subject, Delivery::Taken, alerts, scratch).await?;
    let before = stage.program.usage()?.cpu;
    let posted = at_full_speed(&stage.door, subject.singles(0..alerts), CONNECTIONS).await?;
    let last = stage.all_told(alerts).await?;
    let cpu = stage.program.usage()?.cpu.saturating_sub(before);
    let per_thousand = millis(cpu) * 1e3 / f64::from(alerts);
    Ok(vec![(Figure::EndToEndSingles, rate(alerts, &posted, last)), (Figure::Cpu, per_thousand)])
}

async fn batches(subject: &Subject, alerts: u32, scratch: &Path) -> Result<Vec<(Figure, f64)>> {
    let stage = Stage::set(subject, Delivery::Taken, alerts, scratch).await?;
    let posted = at_full_speed(&stage.door, subject.batches(0..alerts, BATCH), BATCH_CONNECTIONS).await?;
    let last = stage.all_told(alerts).await?;
    Ok(vec![(Figure::EndToEndBatches, rate(alerts, &posted, last))])
}

async fn accept(subject: &Subject, alerts: u32, scratch: &Path) -> Result<Vec<(Figure, f64)>> {
    let stage = Stage::set(subject, Delivery::Held, alerts, scratch).await?;
    let single = at_full_speed(&stage.door, subject.singles(0..alerts), CONNECTIONS).await?;
    drop(stage);
    let stage = Stage::set(subject, Delivery::Held, alerts, scratch).await?;
    let batched = at_full_speed(&stage.door, subject.batches(0..alerts, BATCH), BATCH_CONNECTIONS).await?;
    Ok(vec![
        (Figure::AcceptSingles, rate(alerts, &single, single.ended)),
        (Figure::AcceptBatches, rate(alerts, &batched, batched.ended)),
    ])
}

async fn latency(subject: &Subject, alerts: u32, scratch: &Path) -> Result<Vec<(Figure, f64)>> {
    let stage = Stage::set(subject, Delivery::Taken, alerts, scratch).await?;
    let posted = at_a_pace(&stage.door, subject.singles(0..alerts), CONNECTIONS, PER_SECOND).await?;
    stage.all_told(alerts).await?;
    let latencies = latencies(&posted, stage.tallies());
    let at = |percent| percentile(&latencies, percent);
    let figures = [(Figure::LatencyMedian, at(50)), (Figure::LatencyTail, at(99))];
    Ok(figures.into_iter().filter_map(|(figure, value)| Some((figure, value?))).collect())
}

/// From each POST until both channels had been told, in milliseconds.
fn latencies(posted: &Posted, [first, second]: [&crate::Tally; 2]) -> Vec<f64> {
    let told = |serial| Some(first.arrival(serial)?.max(second.arrival(serial)?));
    (0..)
        .zip(&posted.sent)
        .filter_map(|(number, sent)| Some(millis(told(Serial(number))?.saturating_duration_since(*sent))))
        .collect()
}

async fn burst(subject: &Subject, alerts: u32, scratch: &Path) -> Result<Vec<(Figure, f64)>> {
    let stage = Stage::set(subject, Delivery::Taken, alerts, scratch).await?;
    let posted = at_full_speed(&stage.door, subject.singles(0..alerts), BURST_CONNECTIONS).await?;
    let last = stage.all_told(alerts).await?;
    Ok(vec![(Figure::Burst, millis(last - posted.started))])
}

async fn mails(subject: &Subject, mails: u32, scratch: &Path) -> Result<Vec<(Figure, f64)>> {
    let stage = MailStage::set(subject, mails, scratch).await?;
    let posted = at_full_speed(&stage.door, subject.singles(0..mails), CONNECTIONS).await?;
    let last = stage.all_told(mails).await?;
    Ok(vec![(Figure::Mails, rate(mails, &posted, last))])
}

async fn memory(subject: &Subject, alerts: u32, scratch: &Path) -> Result<Vec<(Figure, f64)>> {
    let stage = Stage::set(subject, Delivery::Taken, alerts, scratch).await?;
    at_full_speed(&stage.door, subject.batches(0..alerts, BATCH), BATCH_CONNECTIONS).await?;
    stage.all_told(alerts).await?;
    let usage = stage.program.usage()?;
    Ok(vec![(Figure::Memory, megabytes(usage.resident_kib)), (Figure::MemoryPeak, megabytes(usage.peak_kib))])
}

async fn start_up(subject: &Subject, scratch: &Path) -> Result<Vec<(Figure, f64)>> {
    let stage = Stage::set(subject, Delivery::Taken, 0, scratch).await?;
    Ok(vec![(Figure::StartUp, millis(stage.start_up))])
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
