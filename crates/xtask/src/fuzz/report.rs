//! The figures of a search.

use std::fmt;
use std::time::Duration;

use anyhow::{Result, bail};
use comfy_table::{Table, presets};
use serde::Serialize;

use super::output::FuzzOutput;

/// The figures of a search, a row for each target.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FuzzReport {
    /// The seed by which bytes were made.
    pub seed: u32,
    /// The row of each target.
    pub rows: Vec<FuzzRow>,
}

/// The figures of one target.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FuzzRow {
    /// The name of the target.
    pub target: String,
    /// Turns that it has had.
    pub turns: u32,
    /// The time of its turns, in seconds.
    pub seconds: f64,
    /// The inputs that were read.
    pub executions: u64,
    /// The edges of the code that were reached.
    pub coverage: u64,
    /// The panics, and the files with the inputs.
    pub findings: Vec<String>,
}

impl FuzzRow {
    pub(super) fn new(target: &str) -> Self {
        Self {
            target: target.to_owned(),
            turns: 0,
            seconds: 0.0,
            executions: 0,
            coverage: 0,
            findings: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, output: &FuzzOutput, turn: Duration) {
        let FuzzOutput { executions, coverage, findings } = output;
        self.turns += 1;
        self.seconds += turn.as_secs_f64();
        self.executions += executions;
        self.coverage = self.coverage.max(*coverage);
        self.findings.extend(findings.iter().cloned());
    }
}

impl FuzzReport {
    /// The verdict: every property has held, of every target.
    ///
    /// # Errors
    ///
    /// With the names of the targets of which one did not, or that read nothing.
    pub fn verdict(&self) -> Result<()> {
        let found: Vec<&str> =
            self.rows.iter().filter(|it| !it.findings.is_empty()).map(|it| it.target.as_str()).collect();
        if !found.is_empty() {
            bail!("a property does not hold of: {}", found.join(", "));
        }
        match self.rows.iter().find(|it| it.executions == 0) {
            Some(idle) => bail!("`{}` has read nothing", idle.target),
            None => Ok(()),
        }
    }
}

impl fmt::Display for FuzzReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, rows } = self;
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED);
        table.set_header(["target", "turns", "seconds", "executions", "coverage", "findings"]);
        for FuzzRow { target, turns, seconds, executions, coverage, findings } in rows {
            table.add_row([
                target.clone(),
                turns.to_string(),
                format!("{seconds:.0}"),
                executions.to_string(),
                coverage.to_string(),
                if findings.is_empty() { "none".to_owned() } else { findings.join("\n") },
            ]);
        }
        writeln!(f, "seed {seed}")?;
        writeln!(f, "{table}")
    }
}
