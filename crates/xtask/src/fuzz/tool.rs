//! cargo-fuzz, installed into `target/tools`.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{self, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::process::Command;

use crate::provision::install_for_fuzzing;
use crate::workspace::{cargo, in_workspace, root, target};

/// The version of cargo-fuzz.
const CARGO_FUZZ: &str = "0.13.1";

/// The longest time that one input may take, in seconds: a reader that takes longer is a finding.
const SLOWEST: u32 = 20;

/// The length of an input at most, in bytes.
const LONGEST: u32 = 16 * 1024;

/// The tool, as it is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FuzzTool {
    program: PathBuf,
}

impl FuzzTool {
    /// The tool in `target/tools`, installed there first if it is missing, with the compiler that libFuzzer needs.
    ///
    /// # Errors
    ///
    /// When one of them cannot be installed.
    pub async fn install(progress: &mut dyn Write) -> Result<Self> {
        install_for_fuzzing(progress)?;
        let tools = target().join("tools");
        let program = tools.join("bin/cargo-fuzz");
        if !program.exists() {
            let mut command = Command::from(cargo());
            command.args([
                "install",
                "cargo-fuzz",
                "--version",
                CARGO_FUZZ,
                "--locked",
                "--debug",
                "--quiet",
            ]);
            run(command.arg("--root").arg(tools)).await.context("cargo-fuzz cannot be installed")?;
        }
        Ok(Self { program })
    }

    /// Builds every target.
    pub(super) async fn build(&self) -> Result<()> {
        run(&mut self.cargo_fuzz("build")).await.context("the targets do not build")
    }

    /// The command that runs a target for `time` on its seeds and all that earlier runs have found.
    pub(super) fn command(&self, name: &str, time: Duration, seed: u32) -> Result<Command> {
        let found = target().join("fuzz/corpus").join(name);
        fs::create_dir_all(&found).with_context(|| found.display().to_string())?;
        let mut command = self.cargo_fuzz("run");
        command.arg(name).arg(found).arg(root().join("crates/fuzz/seeds").join(name)).arg("--");
        command.arg(format!("-max_total_time={}", time.as_secs().max(1)));
        command.arg(format!("-seed={seed}")).arg(format!("-timeout={SLOWEST}"));
        command.arg(format!("-max_len={LONGEST}")).args(["-len_control=10", "-print_final_stats=1"]);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        Ok(command)
    }

    /// The tool's flags are those of an unstable compiler, which the stable one takes in this way. There is no
    /// sanitizer: nothing of ours is unsafe, and without one it is twice as fast.
    fn cargo_fuzz(&self, verb: &str) -> Command {
        let mut command = Command::from(in_workspace(process::Command::new(&self.program)));
        command.env("RUSTC_BOOTSTRAP", "1").stdin(Stdio::null());
        command.args([verb, "--sanitizer", "none", "--target-dir"]).arg(target().join("fuzz"));
        command
    }
}

async fn run(command: &mut Command) -> Result<()> {
    let program = command.as_std().get_program().to_owned();
    let status = command.status().await.with_context(|| format!("cannot run {}", program.display()))?;
    if status.success() { Ok(()) } else { bail!("{}: {status}", program.display()) }
}
