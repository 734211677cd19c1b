//! The simulation for hours: seed after seed, on all processors, until enough time has been simulated.

use std::fmt;
use std::io::Write;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};
use comfy_table::{Table, presets};
use fanfare_simulation::{BrokenLaw, SimulatedRun, simulate};
use tokio::time::Instant;

#[cfg(test)]
mod tests;

/// A search for seeds that break a law.
#[derive(Debug, Clone, Copy)]
pub struct Simulate {
    /// The amount after which it ends.
    pub amount: SimulatedAmount,
    /// The first seed; the others follow.
    pub first_seed: u64,
    /// The number of seeds that run at the same time.
    pub at_once: NonZeroUsize,
    /// The time between two lines of progress.
    pub progress: Duration,
}

/// The amount that is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SimulatedAmount {
    /// The time in all seeds together.
    Time(Duration),
    /// The number of seeds.
    Seeds(u64),
}

/// The time that was simulated, and what it took.
#[derive(Debug, Clone, Default)]
pub struct SimulateReport {
    /// Seeds that ran.
    pub seeds: u64,
    /// The time that passed in them; each seed counts once, though it runs twice.
    pub simulated: Duration,
    /// The time that it took.
    pub took: Duration,
    /// Alerts that were accepted.
    pub alerts: u64,
    /// Requests to providers.
    pub requests: usize,
    /// Ends of the gateway: kills, stops and power cuts.
    pub ends: usize,
    /// Of these the power cuts.
    pub power_cuts: u32,
    /// Seeds that break a law.
    pub broken: Vec<u64>,
}

/// The number of broken laws after which a search ends: what more there is has probably the same causes.
const ENOUGH: usize = 20;

impl Simulate {
    /// The time between two lines of progress at a terminal.
    pub const PROGRESS: Duration = Duration::from_secs(10);

    /// As many seeds at once as there are processors.
    #[must_use]
    pub fn processors() -> NonZeroUsize {
        thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
    }

    /// Runs seed after seed, the first in any case, and shows each broken law.
    ///
    /// # Errors
    ///
    /// If progress cannot be written.
    pub fn run(&self, progress: &mut dyn Write) -> Result<SimulateReport> {
        let started = Instant::now();
        let next = AtomicU64::new(self.first_seed);
        let (outcomes, coming) = mpsc::channel();
        let mut report = SimulateReport::default();
        thread::scope(|scope| {
            for _ in 0..self.at_once.get() {
                let (next, outcomes) = (&next, outcomes.clone());
                scope.spawn(move || run_seeds(next, &outcomes));
            }
            drop(outcomes);
            // The threads end with their next seed once nobody takes the outcome of one.
            self.collect(coming, started, &mut report, progress)
        })?;
        report.took = started.elapsed();
        Ok(report)
    }

    fn collect(
        &self,
        coming: Receiver<(u64, Result<SimulatedRun, Box<BrokenLaw>>)>,
        started: Instant,
        report: &mut SimulateReport,
        progress: &mut dyn Write,
    ) -> Result<()> {
        let mut shown = started;
        for (seed, outcome) in coming {
            report.seeds += 1;
            match outcome {
                Ok(run) => {
                    report.simulated += run.time;
                    report.alerts += run.alerts;
                    report.requests += run.requests;
                    report.ends += run.ends;
                    report.power_cuts += run.power_cuts;
                }
                Err(broken) => {
                    report.broken.push(seed);
                    writeln!(progress, "{broken}")?;
                }
            }
            report.took = started.elapsed();
            if self.is_enough(report) {
                break;
            }
            if shown.elapsed() >= self.progress {
                shown = Instant::now();
                writeln!(progress, "{}", report.progress())?;
            }
        }
        Ok(())
    }
}

impl Simulate {
    fn is_enough(&self, report: &SimulateReport) -> bool {
        let is_done = match self.amount {
            SimulatedAmount::Time(time) => report.simulated >= time,
            SimulatedAmount::Seeds(seeds) => report.seeds >= seeds,
        };
        is_done || report.broken.len() >= ENOUGH
    }
}

fn run_seeds(next: &AtomicU64, outcomes: &Sender<(u64, Result<SimulatedRun, Box<BrokenLaw>>)>) {
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if outcomes.send((seed, simulate(seed))).is_err() {
            return;
        }
    }
}

impl SimulateReport {
    /// Simulated hours in a minute of ours.
    #[must_use]
    pub fn hours_per_minute(&self) -> f64 {
        let minutes = self.took.as_secs_f64() / 60.0;
        if minutes > 0.0 { hours(self.simulated) / minutes } else { 0.0 }
    }

    /// The verdict: no law was broken.
    ///
    /// # Errors
    ///
    /// With the seeds that break one.
    pub fn verdict(&self) -> Result<()> {
        match self.broken.first() {
            None => Ok(()),
            Some(first) => bail!(
                "{} of {} seeds break a law; again with: cargo xtask simulate --seeds 1 --seed {first}",
                self.broken.len(),
                self.seeds
            ),
        }
    }

    fn progress(&self) -> String {
        format!(
            "{} seeds, {:.0} hours, {:.0} hours a minute, {} broken",
            self.seeds,
            hours(self.simulated),
            self.hours_per_minute(),
            self.broken.len()
        )
    }
}

fn hours(time: Duration) -> f64 {
    time.as_secs_f64() / 3600.0
}

impl fmt::Display for SimulateReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seeds, simulated, took, alerts, requests, ends, power_cuts, broken } = self;
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED);
        table.set_header([
            "seeds",
            "simulated hours",
            "hours a minute",
            "alerts",
            "requests",
            "ends of the gateway",
            "power cuts",
            "seconds",
            "broken laws",
        ]);
        table.add_row([
            seeds.to_string(),
            format!("{:.1}", hours(*simulated)),
            format!("{:.0}", self.hours_per_minute()),
            alerts.to_string(),
            requests.to_string(),
            ends.to_string(),
            power_cuts.to_string(),
            format!("{:.1}", took.as_secs_f64()),
            broken.len().to_string(),
        ]);
        write!(f, "{table}")
    }
}
