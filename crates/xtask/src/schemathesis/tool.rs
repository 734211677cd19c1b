//! The tool, installed from PyPI into a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use tokio::process::Command;

use super::caller::RequestCaller;
use super::report::REPORT;
use crate::workspace::target;

/// The version whose findings the document was mended by. Another one may look for more.
const VERSION: &str = "4.32.5";

/// The packages to install. What Hypothesis draws for a seed differs from version to version.
const PACKAGES: [&str; 2] = ["schemathesis==4.32.5", "hypothesis==6.170.17"];

/// The checks: no answer 5xx, and none that the document does not have. What is good enough to be an alert the
/// document does not say: a source takes nearly anything.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,unsupported_method,\
                      allow_header_conformance";

/// The longest time for an answer, in seconds: above those in which the gateway itself gives up.
const REQUEST_TIMEOUT: &str = "70";

/// The tool, as it is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemathesisTool {
    program: PathBuf,
}

impl SchemathesisTool {
    /// The tool in `target/tools`, installed there first if it is missing or of another version.
    ///
    /// # Errors
    ///
    /// When it cannot be installed: there is no Python with `venv`, or no network.
    pub async fn install() -> Result<Self> {
        let folder = target().join("tools/schemathesis");
        let tool = Self { program: folder.join("bin/schemathesis") };
        if tool.is_there().await {
            return Ok(tool);
        }
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder)).await?;
        run(Command::new(folder.join("bin/pip")).args(["install", "--quiet"]).args(PACKAGES)).await?;
        Ok(tool)
    }

    async fn is_there(&self) -> bool {
        let version = Command::new(&self.program).arg("--version").output().await;
        version.is_ok_and(|it| String::from_utf8_lossy(&it.stdout).trim_end().ends_with(VERSION))
    }

    /// The command that asks as `caller`, all but the address of the document. Its report comes to lie in `folder`.
    pub(super) fn command(
        &self,
        folder: &Path,
        settings: &str,
        caller: RequestCaller,
        examples: u32,
        seed: u64,
    ) -> Result<Command> {
        let file = folder.join("schemathesis.toml");
        fs::write(&file, settings).with_context(|| file.display().to_string())?;
        let mut command = Command::new(&self.program);
        command.current_dir(folder).stdin(Stdio::null()).kill_on_drop(true);
        command.arg("--config-file").arg(file).args(["run", "--no-color", "--continue-on-failure"]);
        command.args(["--phases", "examples,coverage,fuzzing", "--checks", CHECKS, "--warnings", "off"]);
        command.args(["--suppress-health-check", "all", "--generation-database", "none", "--no-shrink"]);
        command.args(["--request-timeout", REQUEST_TIMEOUT]);
        command.args(["--report", "json", "--report-json-path"]).arg(folder.join(REPORT));
        command.args(["--max-examples", &examples.to_string(), "--seed", &seed.to_string()]);
        if let Some(token) = caller.token() {
            command.args(["--header", &format!("Authorization: Bearer {token}")]);
        }
        Ok(command)
    }
}

async fn run(command: &mut Command) -> Result<()> {
    let program = command.as_std().get_program().to_owned();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status().await;
    let status = status.with_context(|| format!("cannot run {}", program.display()))?;
    if status.success() {
        Ok(())
    } else {
        bail!("schemathesis cannot be installed: {}: {status}", program.display())
    }
}
