//! The simulation for hours: seed after seed, on all processors, until enough time has been simulated.

use std::fmt;
use std::fs;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};
use comfy_table::{Table, presets};
use fanfare_simulation::{BrokenLaw, EventCounts, SimulatedRun, simulate, simulate_once};
use serde::Serialize;
use tokio::time::Instant;

#[cfg(test)]
mod tests;

/// A search for seeds that break a law.
#[derive(Debug, Clone)]
pub struct Simulate {
    /// The amount after which it ends.
    pub amount: SimulatedAmount,
    /// The first seed; the others follow.
    pub first_seed: u64,
    /// The number of seeds that run at the same time.
    pub at_once: NonZeroUsize,
    /// The time between two lines of progress.
    pub progress: Duration,
    /// The folder for what happened in the worlds that break a law.
    pub stories: PathBuf,
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
    /// The time that passed in them; a seed counts once, also if it runs twice.
    pub simulated: Duration,
    /// The time that it took.
    pub took: Duration,
    /// Events of their worlds.
    pub events: EventCounts,
    /// Seeds that break a law.
    pub broken: Vec<u64>,
}

/// A seed, and how its run ended.
type SeedOutcome = (u64, Result<SimulatedRun, Box<BrokenLaw>>);

/// The number of broken laws after which a search ends: what more there is has probably the same causes.
const ENOUGH: usize = 20;

impl Simulate {
    /// The time between two lines of progress at a terminal.
    pub const PROGRESS: Duration = Duration::from_secs(10);

    /// Of this many seeds one runs twice, the first among them, and both runs must be the same: a second run of each
    /// would halve what is simulated.
    pub const ONE_TWICE_OF: u64 = 8;

    /// Number of processors, each of which runs one seed at a time.
    #[must_use]
    pub fn processors() -> NonZeroUsize {
        thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
    }

    /// Runs seed after seed, the first in any case, and shows each broken law.
    ///
    /// # Errors
    ///
    /// If progress or a story cannot be written.
    pub fn run(&self, progress: &mut dyn Write) -> Result<SimulateReport> {
        let started = Instant::now();
        let next = AtomicU64::new(self.first_seed);
        let (outcomes, coming) = mpsc::channel();
        let mut report = SimulateReport::default();
        thread::scope(|scope| {
            for _ in 0..self.at_once.get() {
                let (next, outcomes) = (&next, outcomes.clone());
                scope.spawn(move || self.run_seeds(next, &outcomes));
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
        coming: Receiver<SeedOutcome>,
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
                    report.events += run.events;
                }
                Err(broken) => {
                    report.broken.push(seed);
                    writeln!(progress, "{broken}")?;
                    let file = self.stories.join(format!("seed-{seed}.txt"));
                    fs::write(&file, broken.story().join("\n"))?;
                    writeln!(progress, "    its story: {}", file.display())?;
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

    fn is_behind_last(&self, seed: u64) -> bool {
        match self.amount {
            SimulatedAmount::Time(_) => false,
            SimulatedAmount::Seeds(seeds) => seed >= self.first_seed.saturating_add(seeds),
        }
    }

    fn run_seeds(&self, next: &AtomicU64, outcomes: &Sender<SeedOutcome>) {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if self.is_behind_last(seed) {
                return;
            }
            let runs_twice = (seed - self.first_seed).is_multiple_of(Self::ONE_TWICE_OF);
            let outcome = if runs_twice { simulate(seed) } else { simulate_once(seed) };
            if outcomes.send((seed, outcome)).is_err() {
                return;
            }
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

    /// The figures for other programs.
    #[must_use]
    pub fn figures(&self) -> SimulateFigures<'_> {
        SimulateFigures {
            seeds: self.seeds,
            simulated_hours: hours(self.simulated),
            hours_a_minute: self.hours_per_minute(),
            seconds: self.took.as_secs_f64(),
            events: self.events,
            broken: &self.broken,
        }
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

/// Figures of a search.
#[derive(Debug, Clone, Serialize)]
pub struct SimulateFigures<'a> {
    /// Seeds that ran.
    pub seeds: u64,
    /// Simulated hours, of all seeds together.
    pub simulated_hours: f64,
    /// Simulated hours in a minute of ours.
    pub hours_a_minute: f64,
    /// Seconds that it took.
    pub seconds: f64,
    /// Events of the worlds.
    pub events: EventCounts,
    /// Seeds that break a law.
    pub broken: &'a [u64],
}

fn hours(time: Duration) -> f64 {
    time.as_secs_f64() / 3600.0
}

impl fmt::Display for SimulateReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SimulateFigures { seeds, simulated_hours, hours_a_minute, seconds, events, broken } =
            self.figures();
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED);
        table.set_header(["seeds", "simulated hours", "hours a minute", "seconds", "broken laws"]);
        table.add_row([
            seeds.to_string(),
            format!("{simulated_hours:.1}"),
            format!("{hours_a_minute:.0}"),
            format!("{seconds:.1}"),
            broken.len().to_string(),
        ]);
        let drawn: Vec<String> =
            events.named().iter().map(|(name, number)| format!("{number} {name}")).collect();
        write!(f, "{table}\ndrawn: {}", drawn.join(", "))?;
        if !broken.is_empty() {
            write!(f, "\nseeds that break a law: {broken:?}")?;
        }
        Ok(())
    }
}
