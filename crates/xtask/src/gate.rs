//! The one command that says whether the workspace is good.

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::thread::available_parallelism;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use comfy_table::{CellAlignment, Table, presets};
use tokio::time::Instant;

use crate::provision::install_missing;
use crate::workspace::{cargo, root, target};

#[cfg(test)]
mod tests;

/// One thing to do, and the sentence that announces it.
struct GateStep {
    title: &'static str,
    action: Action,
}

enum Action {
    Run(Command),
    Provision,
}

/// The result of a step.
struct StepResult {
    title: &'static str,
    outcome: Result<()>,
    took: Duration,
}

/// The version of cargo-deny that the policy in `deny.toml` was written for.
const CARGO_DENY: &str = "0.20.2";

/// The number of worlds that are simulated, some of them twice: five minutes of two processors. `cargo xtask simulate`
/// by itself does as many as one likes.
const SIMULATED: &str = "1000";

/// Runs every check and every test, shows what each prints, and ends with a table.
///
/// # Errors
///
/// When any step failed. The others have run all the same.
pub fn test(out: &mut dyn Write) -> Result<()> {
    run_all(steps(), out)
}

/// The steps in their order: quick ones first; the tests last, so that their summary stands at the end.
fn steps() -> Vec<GateStep> {
    let mut steps = vec![
        GateStep { title: "install what is missing", action: Action::Provision },
        step("fetch the locked dependencies", cargo_with(&["fetch", "--locked"])),
        step(
            "fetch those of the fuzzer",
            cargo_with(&["fetch", "--locked", "--manifest-path", "fuzz/Cargo.toml"]),
        ),
        step("formatting", cargo_with(&["fmt", "--all", "--check"])),
    ];
    let cargo_deny = cargo_deny();
    if cargo_deny.install_first {
        steps.push(step("install cargo-deny into target/tools", install_cargo_deny()));
    }
    steps.extend([
        step("policy: licences, bans, sources", policy(&cargo_deny)),
        step(
            "lints",
            cargo_with(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]),
        ),
        step("documentation", documentation()),
        step("build the binaries", cargo_with(&["build", "--workspace", "--bins", "--quiet"])),
        step("examples in the documentation", cargo_with(&["test", "--workspace", "--doc", "--quiet"])),
        step(
            "simulated worlds",
            cargo_with(&["xtask", "simulate", "--quiet", "--seeds", SIMULATED, "--seed", "0"]),
        ),
        step("answers of every door", cargo_with(&["xtask", "schemathesis", "--quick", "--skip-if-missing"])),
        step("tests", tests()),
    ]);
    steps
}

fn step(title: &'static str, command: Command) -> GateStep {
    GateStep { title, action: Action::Run(command) }
}

fn cargo_with(arguments: &[&str]) -> Command {
    let mut command = cargo();
    command.args(arguments);
    command
}

fn documentation() -> Command {
    let mut command = cargo_with(&["doc", "--workspace", "--no-deps", "--document-private-items", "--quiet"]);
    command.env("RUSTDOCFLAGS", "-D warnings");
    command
}

/// Half as many tests at once again as there are processors: many wait for a process most of their time. Twice as many
/// took as long.
fn tests() -> Command {
    let processors = available_parallelism().map_or(2, usize::from);
    let threads = format!("--test-threads={}", processors + processors / 2);
    if answers("cargo", &["nextest", "--version"]) {
        cargo_with(&["nextest", "run", "--workspace", "--no-fail-fast", "--status-level", "slow", &threads])
    } else {
        // Without the examples in the documentation, which have had their turn.
        let tests = ["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast", "--", &threads];
        cargo_with(&tests)
    }
}

struct CargoDeny {
    program: PathBuf,
    install_first: bool,
}

fn cargo_deny() -> CargoDeny {
    if answers("cargo-deny", &["--version"]) {
        return CargoDeny { program: PathBuf::from("cargo-deny"), install_first: false };
    }
    let program = tools().join("bin/cargo-deny");
    let install_first = !program.exists();
    CargoDeny { program, install_first }
}

fn tools() -> PathBuf {
    target().join("tools")
}

/// Without optimisation and without names for a debugger: it is built once and runs a second.
fn install_cargo_deny() -> Command {
    let mut command = cargo_with(&["install", "cargo-deny", "--version", CARGO_DENY]);
    command.env("CARGO_PROFILE_DEV_DEBUG", "0");
    command.args(["--locked", "--debug", "--quiet", "--root"]).arg(tools());
    command
}

/// Offline, so without the advisory database, which a gate must not depend on.
fn policy(cargo_deny: &CargoDeny) -> Command {
    let mut command = Command::new(&cargo_deny.program);
    command.current_dir(root()).args(["--offline", "check", "licenses", "bans", "sources"]);
    command
}

fn answers(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}

fn run_all(steps: Vec<GateStep>, out: &mut dyn Write) -> Result<()> {
    let total = steps.len();
    let mut results = Vec::with_capacity(total);
    for (index, GateStep { title, action }) in steps.into_iter().enumerate() {
        writeln!(out, "\n=== {}/{total} {title}", index + 1)?;
        out.flush()?;
        let started = Instant::now();
        let outcome = perform(action, out);
        let took = started.elapsed();
        match &outcome {
            Ok(()) => writeln!(out, "--- {title}: good, {:.1} s", took.as_secs_f64())?,
            Err(problem) => writeln!(out, "--- {title}: FAILED, {problem:#}")?,
        }
        results.push(StepResult { title, outcome, took });
    }
    conclude(&results, out)
}

fn perform(action: Action, out: &mut dyn Write) -> Result<()> {
    match action {
        Action::Provision => install_missing(out),
        Action::Run(command) => run(command, out),
    }
}

fn run(mut command: Command, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "$ {}", as_typed(&command))?;
    out.flush()?;
    let status =
        command.status().with_context(|| format!("cannot run {}", command.get_program().display()))?;
    if !status.success() {
        bail!("{status}");
    }
    Ok(())
}

/// The command line that does the same, typed in the workspace's folder.
fn as_typed(command: &Command) -> String {
    let settings = command.get_envs().filter_map(|(name, value)| Some((name, value?)));
    let settings = settings.map(|(name, value)| format!("{}={:?} ", name.display(), value));
    let words = command.get_args().map(|word| format!(" {}", word.display()));
    let program = command.get_program().display().to_string();
    settings.chain([program]).chain(words).collect()
}

fn conclude(results: &[StepResult], out: &mut dyn Write) -> Result<()> {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_header(["step", "outcome", "seconds"]);
    for StepResult { title, outcome, took } in results {
        let outcome = if outcome.is_ok() { "good" } else { "FAILED" };
        table.add_row([*title, outcome, &format!("{:.1}", took.as_secs_f64())]);
    }
    if let Some(seconds) = table.column_mut(2) {
        seconds.set_cell_alignment(CellAlignment::Right);
    }
    let failed: Vec<&str> = results.iter().filter(|it| it.outcome.is_err()).map(|it| it.title).collect();
    let took: Duration = results.iter().map(|it| it.took).sum();
    writeln!(out, "\n{table}")?;
    writeln!(out, "in {:.0} s", took.as_secs_f64())?;
    writeln!(out, "steps: {} passed, {} failed", results.len() - failed.len(), failed.len())?;
    if failed.is_empty() { Ok(()) } else { bail!("failed: {}", failed.join(", ")) }
}
