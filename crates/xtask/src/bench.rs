//! Measurements of the release build, beside Alertmanager or another build.

mod report;
mod workload;
mod test_bed;
mod machine;
mod figure;
mod sizes;

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;

pub use self::report::BenchReport;
pub use self::sizes::Sizes;
pub use self::workload::Workload;

use self::figure::{Figure, Runs};
use self::machine::Machine;
use crate::system::System;

/// A plan of measurements.
#[derive(Debug)]
pub struct Bench {
    /// Systems side by side, in the same run.
    pub systems: Vec<System>,
    /// Workloads in their order.
    pub workloads: Vec<Workload>,
    /// Sizes and numbers of runs.
    pub sizes: Sizes,
    /// The folder for stores, on the disk that is to be measured.
    pub scratch: PathBuf,
}

/// Measures everything, and says on `progress` what it is at.
///
/// The systems take turns at each work, so that what else the machine does
/// meets both. A work that fails is told in the report, and the others go on.
///
/// # Errors
///
/// When the disk or `progress` cannot be written.
pub async fn bench(bench: &Bench, progress: &mut dyn Write) -> Result<BenchReport> {
    let mut runs = Runs::new();
    let mut problems = Vec::new();
    let mut machine = Machine::default();
    for run in 0..bench.sizes.runs {
        machine.probe(&bench.scratch, &bench.sizes).await?;
        for work in bench.workloads.iter().filter(|work| run < work.runs(&bench.sizes)) {
            for system in &bench.systems {
                let what = format!("{}: {}", system.name(), work.title());
                writeln!(progress, "run {}/{}, {what}", run + 1, work.runs(&bench.sizes))?;
                match work.measure(system, &bench.sizes, &bench.scratch).await {
                    Ok(figures) => remember(&mut runs, system, figures),
                    Err(problem) => problems.push(format!("{what}: {problem:#}")),
                }
            }
        }
    }
    machine.probe(&bench.scratch, &bench.sizes).await?;
    Ok(BenchReport::new(bench.sizes, &runs, &machine, problems))
}

fn remember(runs: &mut Runs, system: &System, figures: Vec<(Figure, f64)>) {
    for (figure, value) in figures {
        runs.entry((figure, system.clone())).or_default().push(value);
    }
}
