//! A seed's simulation: two runs, which must agree.

use std::fmt;
use std::time::Duration;

use anyhow::Result;

use crate::counts::EventCounts;
use crate::options::WorldOptions;
use crate::run::{RunTrace, WorldRun};

/// The size of a simulated run in which no law was broken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SimulatedRun {
    /// The time that passed in it.
    pub time: Duration,
    /// Events of the run.
    pub events: EventCounts,
}

/// A law that a seed breaks.
#[derive(Debug)]
pub struct BrokenLaw {
    seed: u64,
    options: WorldOptions,
    at: Option<Duration>,
    problem: String,
    story: Vec<String>,
}

impl BrokenLaw {
    /// Story until then: requests, deliveries, attempts and steps, one a line.
    #[must_use]
    pub fn story(&self) -> &[String] {
        &self.story
    }
}

impl fmt::Display for BrokenLaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, options, at, problem, story: _ } = self;
        write!(f, "seed {seed}")?;
        if let Some(at) = at {
            write!(f, " after {at:?}")?;
        }
        write!(f, ": {problem}\n    its world: {options:?}")
    }
}

impl std::error::Error for BrokenLaw {}

/// Simulates the world of `seed` twice, each time in a runtime of its own, and checks the laws and
/// that both runs are the same.
///
/// # Errors
///
/// With the first law that is broken, and the options of the world.
pub fn simulate(seed: u64) -> Result<SimulatedRun, Box<BrokenLaw>> {
    let first = run_once(seed)?;
    let second = run_once(seed)?;
    let difference = first.lines.iter().zip(&second.lines).find(|(one, other)| one != other);
    let problem = match difference {
        Some((one, other)) => format!("two runs differ: `{one}` and `{other}`"),
        None if first != second => "one run goes on where the other ends".to_owned(),
        None => {
            return Ok(first.run());
        }
    };
    let (options, _) = draw(seed);
    Err(Box::new(BrokenLaw { seed, options, at: None, problem, story: first.lines }))
}

/// Simulates the world of `seed` once and checks the laws.
///
/// # Errors
///
/// With the first law that is broken, and the options of the world.
pub fn simulate_once(seed: u64) -> Result<SimulatedRun, Box<BrokenLaw>> {
    run_once(seed).map(|trace| trace.run())
}

impl RunTrace {
    fn run(&self) -> SimulatedRun {
        SimulatedRun { time: self.elapsed, events: self.events }
    }
}

fn draw(seed: u64) -> (WorldOptions, fastrand::Rng) {
    let mut random = fastrand::Rng::with_seed(seed);
    let options = WorldOptions::draw(&mut random);
    (options, random)
}

fn run_once(seed: u64) -> Result<RunTrace, Box<BrokenLaw>> {
    let (options, random) = draw(seed);
    let broken = |at, problem: anyhow::Error, story| {
        let problem = format!("{problem:#}");
        Box::new(BrokenLaw { seed, options: options.clone(), at, problem, story })
    };
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime
        .enable_all()
        .start_paused(true)
        .build()
        .map_err(|err| broken(None, err.into(), Vec::new()))?;
    runtime.block_on(async {
        let mut run = WorldRun::start(options.clone(), random)
            .await
            .map_err(|problem| broken(None, problem, Vec::new()))?;
        if let Err(problem) = run.run().await {
            // Where the ledger cannot be read that is the problem.
            let story = run.trace().map(|it| it.lines).unwrap_or_default();
            return Err(broken(Some(run.elapsed()), problem, story));
        }
        run.trace().map_err(|problem| broken(Some(run.elapsed()), problem, Vec::new()))
    })
}

#[cfg(test)]
mod tests;
