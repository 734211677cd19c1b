//! Fuzzing: readers are given bytes that libFuzzer makes, target by target, until the time is over.

mod report;
mod output;
mod tool;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::time::{Instant, timeout};

use self::output::FuzzOutput;
pub use self::report::{FuzzReport, FuzzRow};
pub use self::tool::FuzzTool;
use crate::workspace::root;

#[cfg(test)]
mod tests;

/// A search for bytes of which a reader's properties do not hold.
#[derive(Debug)]
pub struct Fuzz {
    /// The tool, as it is installed.
    pub tool: FuzzTool,
    /// The time of all targets together.
    pub time: Duration,
    /// The targets; all if none is named.
    pub targets: Vec<String>,
    /// The seed by which bytes are made.
    pub seed: u32,
}

/// The time of a target's turn, at most: each has had one before the first has its second.
const TURN: Duration = Duration::from_mins(2);

/// The further time that a turn may take to start and end.
const GRACE: Duration = Duration::from_mins(1);

impl Fuzz {
    /// Gives every target its turns.
    ///
    /// # Errors
    ///
    /// When the targets do not build or run, or one that is named is none.
    pub async fn run(&self, progress: &mut dyn Write) -> Result<FuzzReport> {
        let targets = self.chosen()?;
        writeln!(progress, "building {} targets", targets.len())?;
        self.tool.build().await?;
        let mut rows: Vec<FuzzRow> = targets.iter().map(|it| FuzzRow::new(it)).collect();
        let number = u32::try_from(rows.len()).unwrap_or(u32::MAX).max(1);
        let turns = self.time.div_duration_f64(TURN * number).ceil().max(1.0);
        let turn = self.time.div_f64(turns).div_f64(f64::from(number)).max(Duration::from_secs(1));
        let started = Instant::now();
        while started.elapsed() + turn / 2 < self.time {
            for row in rows.iter_mut().filter(|it| it.findings.is_empty()) {
                let output = self.turn(&row.target, turn, row.turns).await?;
                row.add(&output, turn);
                writeln!(
                    progress,
                    "{}: {} executions, coverage {}",
                    row.target, row.executions, row.coverage
                )?;
                for finding in output.findings {
                    writeln!(progress, "{finding}")?;
                }
            }
            if rows.iter().all(|it| !it.findings.is_empty()) {
                break;
            }
        }
        Ok(FuzzReport { seed: self.seed, rows })
    }

    /// The targets that are named, or all, in the order of their names.
    fn chosen(&self) -> Result<Vec<String>> {
        let known = known_targets()?;
        if let Some(unknown) = self.targets.iter().find(|it| !known.contains(it)) {
            bail!("there is no target `{unknown}`, but {}", known.join(", "));
        }
        Ok(if self.targets.is_empty() { known } else { self.targets.clone() })
    }

    async fn turn(&self, target: &str, turn: Duration, turns: u32) -> Result<FuzzOutput> {
        let seed = self.seed.wrapping_add(turns).max(1); // libFuzzer draws one of its own for 0
        let mut command = self.tool.command(target, turn, seed)?;
        let output = timeout(turn + GRACE, command.output()).await;
        let output = output.with_context(|| format!("`{target}` does not end"))??;
        FuzzOutput::read(&String::from_utf8_lossy(&output.stderr), output.status)
            .with_context(|| format!("the fuzzer of `{target}`"))
    }
}

/// The targets: each has a binary of its own.
fn known_targets() -> Result<Vec<String>> {
    let folder: PathBuf = root().join("fuzz/fuzz_targets");
    let files = fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
    let paths = files.map(|it| Ok(it?.path())).collect::<Result<Vec<_>>>()?;
    let name = |path: &PathBuf| path.file_stem().map(|it| it.to_string_lossy().into_owned());
    let mut names: Vec<String> = paths.iter().filter_map(name).collect();
    names.sort();
    Ok(names)
}
