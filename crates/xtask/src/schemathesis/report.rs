//! The figures of a run, and its findings.

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use comfy_table::{Table, presets};
use serde::{Deserialize, Serialize};

use super::caller::RequestCaller;

/// The name of the tool's report.
pub(super) const REPORT: &str = "report.json";

/// The figures of a run, a row for each caller.
#[derive(Debug, Clone, Serialize)]
pub struct SchemathesisReport {
    /// The seed by which requests were drawn.
    pub seed: u64,
    /// The row of each caller.
    pub rows: Vec<SchemathesisRow>,
}

/// The figures of the requests of one caller.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SchemathesisRow {
    /// The caller, by the credential that it shows.
    pub caller: RequestCaller,
    /// The operations that were asked: paths by methods.
    pub operations: u64,
    /// The operations of the document.
    pub described: u64,
    /// The requests that were sent and answered.
    pub cases: u64,
    /// The time that it took, in seconds.
    pub seconds: f64,
    /// The answers that are not those of the document.
    pub findings: Vec<AnswerFinding>,
}

/// A kind of answer that is not in the document, or should never be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerFinding {
    /// The finding in the tool's words.
    pub title: String,
    /// The operations that answer so.
    pub operations: Vec<String>,
}

/// The parts of the tool's report that are read.
#[derive(Debug, Deserialize)]
struct ToolReport {
    running_time: f64,
    operations: ToolOperations,
    test_cases: ToolCases,
    failures: Vec<AnswerFinding>,
    errors: Vec<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct ToolOperations {
    total: u64,
    tested: u64,
}

#[derive(Debug, Deserialize)]
struct ToolCases {
    generated: u64,
}

impl SchemathesisRow {
    /// The row of `caller`, from the report in `folder`.
    pub(super) fn read(caller: RequestCaller, folder: &Path) -> Result<Self> {
        let report = fs::read(folder.join(REPORT)).context("the tool has left no report")?;
        Self::parse(caller, &report)
    }

    pub(super) fn parse(caller: RequestCaller, report: &[u8]) -> Result<Self> {
        let ToolReport { running_time, operations, test_cases, failures, errors } =
            serde_json::from_slice(report).context("the tool's report")?;
        if let Some(error) = errors.first() {
            bail!("the tool could not ask everything: {error}");
        }
        let ToolOperations { total, tested } = operations;
        Ok(Self {
            caller,
            operations: tested,
            described: total,
            cases: test_cases.generated,
            seconds: running_time,
            findings: failures,
        })
    }
}

impl SchemathesisReport {
    /// The verdict: every operation was asked, and every answer is that of the document.
    ///
    /// # Errors
    ///
    /// With the findings.
    pub fn verdict(&self) -> Result<()> {
        let findings: Vec<String> = self
            .rows
            .iter()
            .flat_map(|row| row.findings.iter().map(move |it| (row.caller, it)))
            .map(|(caller, it)| format!("{}: {}: {}", caller.name(), it.title, it.operations.join(", ")))
            .collect();
        if !findings.is_empty() {
            bail!("answers that the document does not have:\n{}", findings.join("\n"));
        }
        if let Some(row) = self.rows.iter().find(|it| it.operations < it.described) {
            let SchemathesisRow { operations, described, .. } = row;
            bail!("only {operations} of {described} operations were asked");
        }
        Ok(())
    }
}

impl fmt::Display for SchemathesisReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, rows } = self;
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED);
        table.set_header(["caller", "operations", "requests", "seconds", "findings"]);
        for SchemathesisRow { caller, operations, described, cases, seconds, findings } in rows {
            table.add_row([
                caller.name().to_owned(),
                format!("{operations} of {described}"),
                cases.to_string(),
                format!("{seconds:.1}"),
                findings.len().to_string(),
            ]);
        }
        writeln!(f, "seed {seed}")?;
        writeln!(f, "{table}")
    }
}
