//! Measurements of the release build, beside Alertmanager or another build.

mod report;
mod published;
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

use self::figure::Runs;
use self::machine::Machine;
use self::workload::Measured;
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

/// Measures everything, and writes to `progress` what is under way.
///
/// The systems take turns at each workload, every other run in reverse order, so
/// that what else the machine does meets all of them alike. A workload that fails
/// is told in the report, and the others go on.
///
/// # Errors
///
/// When the disk or `progress` cannot be written.
pub async fn bench(bench: &Bench, progress: &mut dyn Write) -> Result<BenchReport> {
    let Bench { systems, workloads, sizes, scratch } = bench;
    let mut runs = Runs::new();
    let mut problems = Vec::new();
    let mut machine = Machine::default();
    for run in 0..sizes.runs {
        machine.probe(scratch, sizes).await?;
        for workload in workloads.iter().filter(|workload| run < workload.runs(sizes)) {
            for system in in_turn(systems, run) {
                let what = format!("{}: {}", system.name(), workload.title());
                writeln!(progress, "run {}/{}, {what}", run + 1, workload.runs(sizes))?;
                match workload.measure(system, sizes, scratch).await {
                    Ok(figures) => record(&mut runs, system, run, figures),
                    Err(problem) => problems.push(format!("{what}: {problem:#}")),
                }
            }
        }
    }
    machine.probe(scratch, sizes).await?;
    Ok(BenchReport::new(*sizes, &runs, &machine, problems))
}

/// The order of the systems in a run.
fn in_turn(systems: &[System], run: u32) -> Vec<&System> {
    if run.is_multiple_of(2) { systems.iter().collect() } else { systems.iter().rev().collect() }
}

fn record(runs: &mut Runs, system: &System, run: u32, figures: Measured) {
    for (figure, value) in figures {
        runs.entry((figure, system.clone())).or_default().insert(run, value);
    }
}
