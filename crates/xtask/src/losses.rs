//! Losses: scenarios in which gateways lose alerts, played against the real binaries.

mod report;
mod scenario;
mod trial;
mod receiver;

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

pub use self::report::{LossReport, LossRow};
pub use self::scenario::LossScenario;

use self::trial::LossTrial;
use crate::system::System;

#[cfg(test)]
mod tests;

/// Scenarios to play against gateways.
#[derive(Debug, Clone)]
pub struct Losses {
    /// The gateways, each of which plays every scenario.
    pub systems: Vec<System>,
    /// Scenarios to play.
    pub scenarios: Vec<LossScenario>,
    /// The folder in which the stores are made.
    pub scratch: PathBuf,
    /// The time after which what is not told counts as lost.
    pub patience: Duration,
}

impl Losses {
    /// Above the pauses of both gateways in these scenarios: Alertmanager tries again after five seconds.
    pub const PATIENCE: Duration = Duration::from_secs(20);

    /// Plays each scenario against each gateway.
    ///
    /// # Errors
    ///
    /// When a gateway does not start.
    pub async fn run(&self, progress: &mut dyn Write) -> Result<LossReport> {
        let mut rows = Vec::new();
        for scenario in &self.scenarios {
            if let Some(obstacle) = scenario.obstacle() {
                writeln!(progress, "{}: not played, {obstacle}", scenario.title())?;
                continue;
            }
            for system in &self.systems {
                let trial = LossTrial::open(system, scenario.door(), &self.scratch, self.patience).await?;
                let told = scenario.play(trial).await?;
                let row = LossRow::new(*scenario, system.name(), told);
                writeln!(progress, "{}: {}: {}", row.scenario, row.system, row.outcome())?;
                rows.push(row);
            }
        }
        Ok(LossReport { rows })
    }
}
