//! Schemathesis: requests to every door, drawn from the OpenAPI document, whose answers must be those of the document.
//!
//! <https://schemathesis.readthedocs.io>

mod tool;
mod report;
mod caller;
mod gateway;

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use tempfile::TempDir;

pub use self::caller::RequestCaller;
use self::gateway::AskedGateway;
pub use self::report::{AnswerFinding, SchemathesisReport, SchemathesisRow};
pub use self::tool::SchemathesisTool;

#[cfg(test)]
mod tests;

/// Requests to the doors of a gateway.
#[derive(Debug)]
pub struct Schemathesis {
    /// The `fanfare` binary.
    pub binary: PathBuf,
    /// The tool, as it is installed.
    pub tool: SchemathesisTool,
    /// The requests that are drawn for each operation, beside those that the document calls for in any case.
    pub examples: u32,
    /// The seed by which they are drawn.
    pub seed: u64,
    /// The folder in which the stores are made.
    pub scratch: PathBuf,
}

impl Schemathesis {
    /// The requests of a usual run: some minutes.
    pub const EXAMPLES: u32 = 100;

    /// The requests of a short run.
    pub const FEW_EXAMPLES: u32 = 5;

    /// Asks every door, as each caller, of a gateway with an empty store and a sandbox.
    ///
    /// # Errors
    ///
    /// When the gateway does not start, or ends by itself, or the tool does not run to its end.
    pub async fn run(&self, progress: &mut dyn Write) -> Result<SchemathesisReport> {
        let mut rows = Vec::new();
        for caller in RequestCaller::ALL {
            let folder = TempDir::with_prefix_in("schemathesis-", &self.scratch)?;
            let gateway = AskedGateway::start(&self.binary, folder.path()).await?;
            let settings = gateway.settings().await?;
            let run = self.tool.command(folder.path(), &settings, caller, self.examples, self.seed);
            let output = run?.arg(gateway.document()).output().await?;
            gateway.stop().await?;
            let shown = || String::from_utf8_lossy(&output.stdout).into_owned();
            let row = SchemathesisRow::read(caller, folder.path()).with_context(shown)?;
            writeln!(progress, "{}: {} requests, {} findings", caller.name(), row.cases, row.findings.len())?;
            if !row.findings.is_empty() {
                progress.write_all(&output.stdout)?;
            }
            rows.push(row);
        }
        Ok(SchemathesisReport { seed: self.seed, rows })
    }
}
