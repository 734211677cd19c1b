//! A seed's simulation: two runs, which must agree.

use std::fmt;
use std::time::Duration;

use anyhow::Result;

use crate::options::WorldOptions;
use crate::run::{RunTrace, WorldRun};

/// The size of a simulated run in which no law was broken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SimulatedRun {
    /// The time that passed in it.
    pub time: Duration,
    /// Alerts that were accepted.
    pub alerts: u64,
    /// Requests to providers.
    pub requests: usize,
    /// Ends of the gateway: kills, stops and power cuts.
    pub ends: usize,
    /// Of these the power cuts.
    pub power_cuts: u32,
}

/// A law that a seed breaks.
#[derive(Debug)]
pub struct BrokenLaw {
    seed: u64,
    options: WorldOptions,
    at: Option<Duration>,
    problem: String,
}

impl fmt::Display for BrokenLaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, options, at, problem } = self;
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
            let RunTrace { elapsed: time, alerts, requests, ends, power_cuts, lines: _ } = first;
            return Ok(SimulatedRun { time, alerts, requests, ends, power_cuts });
        }
    };
    let (options, _) = draw(seed);
    Err(Box::new(BrokenLaw { seed, options, at: None, problem }))
}

fn draw(seed: u64) -> (WorldOptions, fastrand::Rng) {
    let mut random = fastrand::Rng::with_seed(seed);
    let options = WorldOptions::draw(&mut random);
    (options, random)
}

fn run_once(seed: u64) -> Result<RunTrace, Box<BrokenLaw>> {
    let (options, random) = draw(seed);
    let broken = |at, problem: anyhow::Error| {
        Box::new(BrokenLaw { seed, options: options.clone(), at, problem: format!("{problem:#}") })
    };
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().start_paused(true).build().map_err(|err| broken(None, err.into()))?;
    runtime.block_on(async {
        let mut run =
            WorldRun::start(options.clone(), random).await.map_err(|problem| broken(None, problem))?;
        run.run().await.map_err(|problem| broken(Some(run.elapsed()), problem))?;
        run.trace().map_err(|problem| broken(Some(run.elapsed()), problem))
    })
}

#[cfg(test)]
mod tests;
