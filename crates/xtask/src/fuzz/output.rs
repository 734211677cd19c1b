//! The figures that libFuzzer prints.

use std::process::ExitStatus;

use anyhow::{Result, bail};

/// The figures of one run of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FuzzOutput {
    /// The inputs that were read.
    pub(super) executions: u64,
    /// The edges of the code that were reached.
    pub(super) coverage: u64,
    /// The panic and the file with the input, of a property that does not hold.
    pub(super) findings: Vec<String>,
}

impl FuzzOutput {
    /// The figures in what the fuzzer has printed.
    ///
    /// # Errors
    ///
    /// When it has failed and tells no input that did it.
    pub(super) fn read(printed: &str, status: ExitStatus) -> Result<Self> {
        let number = |text: &str| text.trim().parse::<u64>().ok();
        let executions = printed.lines().filter_map(|it| it.strip_prefix("stat::number_of_executed_units:"));
        let coverage = printed.lines().filter_map(|it| it.split_once(" cov: "));
        let coverage = coverage.filter_map(|(_, rest)| number(rest.split(' ').next()?)).max();
        let output = Self {
            executions: executions.filter_map(number).sum(),
            coverage: coverage.unwrap_or_default(),
            findings: findings(printed),
        };
        if !status.success() && output.findings.is_empty() {
            bail!("{status}:\n{}", printed.lines().rev().take(20).collect::<Vec<_>>().join("\n"));
        }
        Ok(output)
    }
}

/// The lines that tell what was found, and where the input lies.
fn findings(printed: &str) -> Vec<String> {
    let tells = |line: &&str| {
        line.contains("panicked at")
            || line.contains("ERROR: libFuzzer")
            || line.contains("Test unit written to")
    };
    let has_input = printed.contains("Test unit written to");
    printed.lines().filter(tells).filter(|_| has_input).map(str::to_owned).collect()
}
