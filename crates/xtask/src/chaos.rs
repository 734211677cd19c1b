//! `kill -9`, again and again, and the count afterwards.

mod environment;
mod report;

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

pub use self::report::{BrokenPromise, ChaosReport};

use self::environment::ChaosEnvironment;
use crate::alert::Serial;
use crate::wrong_clock::WrongClock;

#[cfg(test)]
mod tests;

/// A gateway that is killed in every round.
#[derive(Debug, Clone)]
pub struct Chaos {
    /// The binary of the gateway.
    pub binary: PathBuf,
    /// The number of rounds, one kill each at least.
    pub rounds: u32,
    /// The same seed chooses the same moments.
    pub seed: u64,
    /// The folder in which the store's folder is made.
    pub scratch: PathBuf,
    /// The time without any delivery after which what is missing counts as lost.
    pub patience: Duration,
}

/// The most alerts of one round; more than are answered before the kill.
const ALERTS_A_ROUND: u32 = 5_000;

/// A kill falls within this time after the first alert of its round was accepted.
const KILL_WITHIN: Duration = Duration::from_millis(300);

/// A second kill falls within this time after the restart: before it is ready,
/// or while it works off what the first left behind.
const KILL_AGAIN_WITHIN: Duration = Duration::from_millis(120);

/// The alerts of each round that somebody takes care of.
const ACKNOWLEDGED_A_ROUND: usize = 3;

impl Chaos {
    /// Above every back-off that receivers which answer can cause.
    pub const PATIENCE: Duration = Duration::from_secs(30);

    /// Each round posts alerts, kills the gateway at a random moment, in one
    /// round of three kills it again while it recovers, and waits until what
    /// it had accepted is told; then somebody acknowledges a few. The store goes on from round to round.
    /// Contracts and ladders run meanwhile, a budget makes digests, and each life of the gateway has a
    /// wall clock of its own, where libfaketime is installed.
    ///
    /// The first loss ends it.
    ///
    /// # Errors
    ///
    /// When the gateway does not start, or ends by itself.
    pub async fn run(&self, progress: &mut dyn Write) -> Result<ChaosReport> {
        let library = WrongClock::library();
        if library.is_none() {
            writeln!(progress, "libfaketime is not installed: every clock is right")?;
        }
        let mut chance = fastrand::Rng::with_seed(self.seed);
        let environment =
            ChaosEnvironment::open(&self.binary, self.rounds * ALERTS_A_ROUND, &self.scratch).await?;
        let mut gateway = environment.start(&WrongClock::Right).await?;
        let mut count = ChaosCount::default();
        for round in 0..self.rounds {
            let first = round * ALERTS_A_ROUND;
            let moment = some_part_of(KILL_WITHIN, &mut chance);
            let answered = environment.post_and_kill(gateway, first..first + ALERTS_A_ROUND, moment).await?;
            count.kills += 1;
            let clock = WrongClock::draw(library.as_ref(), &mut chance);
            count.wrong_clocks += u32::from(clock.is_wrong());
            if chance.u8(..3) == 0 {
                let again = some_part_of(KILL_AGAIN_WITHIN, &mut chance);
                environment.start_and_kill(&clock, again).await?;
                count.kills += 1;
            }
            gateway = environment.start(&clock).await?;
            writeln!(
                progress,
                "round {}/{}: killed {moment:?} after the first of {} accepted alerts; then {clock}",
                round + 1,
                self.rounds,
                answered.len()
            )?;
            let serials: Vec<Serial> = answered.iter().map(|it| it.serial).collect();
            let drained = environment.drain(&serials, self.patience).await;
            count.accepted.extend(serials);
            if let Err(loss) = drained {
                writeln!(progress, "{loss:#}")?;
                break;
            }
            for id in answered.iter().filter_map(|it| it.id).take(ACKNOWLEDGED_A_ROUND) {
                count.acknowledged += u32::from(environment.acknowledge(&gateway, id).await?);
            }
        }
        environment.come_to_rest().await;
        count.unaccounted = environment.unaccounted(&gateway).await?;
        gateway.kill().await?;
        Ok(self.report(&environment, count))
    }

    fn report(&self, environment: &ChaosEnvironment, count: ChaosCount) -> ChaosReport {
        let ChaosCount { kills, wrong_clocks, acknowledged, unaccounted, accepted } = count;
        ChaosReport {
            seed: self.seed,
            kills,
            wrong_clocks,
            acknowledged,
            unaccounted,
            accepted: accepted.len(),
            lost: environment.untold(&accepted),
            told: environment.counters().iter().map(|counter| counter.told()).sum(),
            repeats: environment.counters().iter().map(|counter| counter.repeats()).sum(),
        }
    }
}

/// The count while rounds go on.
#[derive(Debug, Default)]
struct ChaosCount {
    kills: u32,
    wrong_clocks: u32,
    acknowledged: u32,
    unaccounted: u64,
    accepted: Vec<Serial>,
}

fn some_part_of(time: Duration, chance: &mut fastrand::Rng) -> Duration {
    time.mul_f64(chance.f64())
}
