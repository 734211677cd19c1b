//! How fast, how frugal, compared with what.

mod work;
mod figure;
mod stage;
mod machine;
mod report;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;

pub use self::report::Report;
pub use self::work::{Sizes, Work};

use self::figure::Figure;
use self::machine::Machine;
use crate::Subject;

/// What is measured.
#[derive(Debug)]
pub struct Bench {
    /// Side by side, in the same run.
    pub subjects: Vec<Subject>,
    /// What they do.
    pub works: Vec<Work>,
    /// How much of it, and how often.
    pub sizes: Sizes,
    /// On the disk that is to be measured.
    pub scratch: PathBuf,
}

/// Every run of one figure, for one subject.
type Runs = BTreeMap<(Figure, Subject), Vec<f64>>;

/// Measures everything, and says on `progress` what it is at.
///
/// The subjects take turns at each work, so that what else the machine does
/// meets both. A work that fails is told in the report, and the others go on.
///
/// # Errors
///
/// When the disk or `progress` cannot be written.
pub async fn bench(bench: &Bench, progress: &mut dyn Write) -> Result<Report> {
    let mut runs = Runs::new();
    let mut problems = Vec::new();
    let mut machine = Machine::default();
    for run in 0..bench.sizes.runs {
        machine.look(&bench.scratch, &bench.sizes).await?;
        for work in bench.works.iter().filter(|work| run < work.runs(&bench.sizes)) {
            for subject in &bench.subjects {
                let what = format!("{}: {}", subject.name(), work.title());
                writeln!(progress, "run {}/{}, {what}", run + 1, work.runs(&bench.sizes))?;
                match work.measure(subject, bench).await {
                    Ok(figures) => remember(&mut runs, subject, figures),
                    Err(problem) => problems.push(format!("{what}: {problem:#}")),
                }
            }
        }
    }
    machine.look(&bench.scratch, &bench.sizes).await?;
    Ok(Report::of(bench.sizes, &runs, &machine, problems))
}

fn remember(runs: &mut Runs, subject: &Subject, figures: Vec<(Figure, f64)>) {
    for (figure, value) in figures {
        runs.entry((figure, subject.clone())).or_default().push(value);
    }
}
