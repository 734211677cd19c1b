//! `cargo xtask …`: tests, measures and kills.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Parser;
use serde::Serialize;
use xtask::{
    Bench, Chaos, CodeFinding, CrowdedGateway, Fuzz, FuzzTool, LossScenario, Losses, Rule, Schemathesis,
    SchemathesisTool, Siege, Simulate, SimulatedAmount, Sizes, StuckSort, System, Workload, bench,
    build_gateway, measure_code, rerun_optimised, scratch, test,
};

/// The commands of this workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum XtaskCommand {
    /// Checks and tests everything; what CI runs.
    Test,
    /// Measures the release build, beside Alertmanager where it is installed.
    Bench(BenchOptions),
    /// Measures the workspace's own code by the rules of CONTRIBUTING.md.
    MeasureCode(MeasureOptions),
    /// Kills the gateway again and again and counts what was lost.
    Chaos(ChaosOptions),
    /// Besets the release build's port with stuck connections and measures what an honest sender notices.
    Siege(SiegeOptions),
    /// Fills the release build's store with alerts, and measures its lists and an honest sender beside a noisy one.
    Crowd(CrowdOptions),
    /// Plays scenarios in which gateways lose alerts, beside Alertmanager where it is installed.
    Losses(LossesOptions),
    /// Simulates world after world on virtual time and checks the laws of each.
    Simulate(SimulateOptions),
    /// Asks every door of the debug build by the OpenAPI document, and fails at answers that are not in it.
    Schemathesis(SchemathesisOptions),
    /// Gives every reader bytes that libFuzzer makes, and fails where a property does not hold.
    Fuzz(FuzzOptions),
}

#[derive(Debug, clap::Args)]
struct BenchOptions {
    /// A few seconds: shows that it works, not how fast.
    #[arg(long)]
    quick: bool,
    /// JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// Another build of `fanfare` to measure in the same rounds, by turns.
    #[arg(long, value_name = "BINARY")]
    against: Option<PathBuf>,
    /// The workloads to measure; all if not given.
    #[arg(long, value_enum)]
    only: Vec<Workload>,
    /// Runs of each workload.
    #[arg(long)]
    runs: Option<u32>,
    /// The systems to measure; all if not given.
    #[arg(long, value_enum, alias = "subject")]
    system: Vec<SystemName>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum SystemName {
    Fanfare,
    Alertmanager,
}

#[derive(Debug, clap::Args)]
struct MeasureOptions {
    /// JSON instead of tables, findings included.
    #[arg(long)]
    json: bool,
    /// A git revision to measure beside this checkout.
    #[arg(long, value_name = "REVISION")]
    against: Option<String>,
    /// Each finding with its file and line, instead of tables.
    #[arg(long)]
    list: bool,
    /// Rules whose findings are listed; all if not given.
    #[arg(long, value_enum, requires = "list")]
    rule: Vec<Rule>,
    /// The crate whose findings are listed, by the name of its folder; all if not given.
    #[arg(long = "crate", value_name = "FOLDER", requires = "list")]
    krate: Option<String>,
}

#[derive(Debug, clap::Args)]
struct ChaosOptions {
    /// The number of kills, at least.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rounds: u32,
    /// Chooses the moments; by chance if not given.
    #[arg(long)]
    seed: Option<u64>,
}

#[derive(Debug, clap::Args)]
struct SiegeOptions {
    /// Stuck connections at a time.
    #[arg(long, default_value_t = 2_000)]
    connections: usize,
    /// The limit of open files that the gateway starts with, soft and hard.
    #[arg(long, default_value_t = 1_024)]
    files: u64,
    /// Urgent alerts that the honest sender posts during each sort.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    alerts: u32,
    /// The sorts of stuck connections; all if not given.
    #[arg(long, value_enum)]
    only: Vec<StuckSort>,
    /// JSON instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct CrowdOptions {
    /// Alerts in the store.
    #[arg(long, default_value_t = CrowdedGateway::ALERTS, value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    alerts: u32,
    /// Waits for the next deletion of old alerts, up to eleven minutes, and measures an honest sender meanwhile.
    #[arg(long)]
    retention: bool,
    /// JSON instead of tables.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct LossesOptions {
    /// JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// The scenarios to play; all if not given.
    #[arg(long, value_enum)]
    only: Vec<LossScenario>,
}

#[derive(Debug, clap::Args)]
struct SimulateOptions {
    /// The time to simulate. One seed of eight runs twice, the first among them.
    #[arg(long, required_unless_present = "seeds")]
    hours: Option<u32>,
    /// The number of seeds to simulate, whatever time passes in them. One of eight runs twice, the first among them.
    #[arg(long, conflicts_with = "hours")]
    seeds: Option<u64>,
    /// The first seed; by chance if not given.
    #[arg(long)]
    seed: Option<u64>,
    /// No progress: broken laws and the table are enough.
    #[arg(long)]
    quiet: bool,
    /// JSON instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct SchemathesisOptions {
    /// A few requests for each operation, in less than a minute.
    #[arg(long, conflicts_with = "examples")]
    quick: bool,
    /// The requests that are drawn for each operation, of each of three callers.
    #[arg(long, default_value_t = Schemathesis::EXAMPLES, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    examples: u32,
    /// Chooses the requests.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Says so and succeeds where the tool is missing and cannot be installed.
    #[arg(long)]
    skip_if_missing: bool,
    /// JSON instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct FuzzOptions {
    /// The time of all targets together.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    minutes: u64,
    /// The targets; all if not given.
    #[arg(long, value_name = "TARGET")]
    only: Vec<String>,
    /// Chooses the bytes; by chance if not given.
    #[arg(long)]
    seed: Option<u32>,
    /// JSON instead of a table.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let outcome = match XtaskCommand::parse() {
        XtaskCommand::Test => test(&mut io::stdout()),
        XtaskCommand::Bench(options) => rerun_optimised("release").and_then(|()| run_bench(&options)),
        XtaskCommand::MeasureCode(options) => run_measure_code(&options),
        XtaskCommand::Chaos(options) => run_chaos(&options),
        XtaskCommand::Siege(options) => rerun_optimised("release").and_then(|()| run_siege(options)),
        XtaskCommand::Crowd(options) => rerun_optimised("release").and_then(|()| run_crowd(&options)),
        XtaskCommand::Losses(options) => run_losses(&options),
        XtaskCommand::Simulate(options) => {
            rerun_optimised("simulation").and_then(|()| run_simulate(&options))
        }
        XtaskCommand::Schemathesis(options) => run_schemathesis(&options),
        XtaskCommand::Fuzz(options) => run_fuzz(options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            // If even that cannot be written, the exit code still tells.
            drop(writeln!(io::stderr(), "error: {problem:#}"));
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run_bench(options: &BenchOptions) -> Result<()> {
    let BenchOptions { quick, json, against, only, runs, system } = options;
    let mut sizes = if *quick { Sizes::QUICK } else { Sizes::FULL };
    sizes.runs = runs.unwrap_or(sizes.runs).max(1);
    let plan = Bench {
        systems: systems(system, against.as_deref())?,
        workloads: if only.is_empty() { Workload::ALL.to_vec() } else { only.clone() },
        sizes,
        scratch: scratch()?,
    };
    let report = bench(&plan, &mut io::stderr()).await?;
    let mut out = io::stdout();
    if *json {
        print_json(&mut out, &report)?;
    } else {
        write!(out, "{report}")?;
    }
    match report.problems.len() {
        0 => Ok(()),
        problems => bail!("{problems} measurements failed"),
    }
}

fn systems(wanted: &[SystemName], against: Option<&Path>) -> Result<Vec<System>> {
    let is_wanted = |name| wanted.is_empty() || wanted.contains(&name);
    let mut systems = Vec::new();
    if is_wanted(SystemName::Fanfare) {
        systems.push(System::Fanfare(build_gateway("release")?));
    }
    if let Some(binary) = against {
        systems
            .push(System::Baseline(fs::canonicalize(binary).with_context(|| binary.display().to_string())?));
    }
    if is_wanted(SystemName::Alertmanager) {
        match System::installed_alertmanager() {
            Some(alertmanager) => systems.push(alertmanager),
            None => {
                writeln!(io::stderr(), "`prometheus-alertmanager` is not installed: nothing to compare with")?
            }
        }
    }
    Ok(systems)
}

fn run_measure_code(options: &MeasureOptions) -> Result<()> {
    let MeasureOptions { json, against, list, rule, krate } = options;
    let report = measure_code(against.as_deref())?;
    let mut out = io::stdout();
    if *json {
        print_json(&mut out, &report)?;
    } else if *list {
        let is_asked_for = |it: &&CodeFinding| krate.as_ref().is_none_or(|krate| *krate == it.krate);
        for finding in report.listed(rule).filter(is_asked_for) {
            writeln!(out, "{finding}")?;
        }
    } else {
        report.write(&mut out)?;
    }
    Ok(())
}

#[tokio::main]
async fn run_chaos(options: &ChaosOptions) -> Result<()> {
    let ChaosOptions { rounds, seed } = *options;
    let binary: PathBuf = build_gateway("dev")?;
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    let chaos = Chaos { binary, rounds, seed, scratch: scratch()?, patience: Chaos::PATIENCE };
    let report = chaos.run(&mut io::stderr()).await?;
    writeln!(io::stdout(), "{report}")?;
    Ok(report.verdict()?)
}

#[tokio::main]
async fn run_siege(options: SiegeOptions) -> Result<()> {
    let SiegeOptions { connections, files, alerts, only, json } = options;
    let siege = Siege {
        binary: build_gateway("release")?,
        files,
        connections,
        sorts: if only.is_empty() { StuckSort::ALL.to_vec() } else { only },
        alerts,
        per_second: Siege::PER_SECOND,
        patience: Siege::PATIENCE,
        scratch: scratch()?,
    };
    let report = siege.run(&mut io::stderr()).await?;
    let mut out = io::stdout();
    if json {
        print_json(&mut out, &report)?;
    } else {
        write!(out, "{report}")?;
    }
    match report.missed_goals() {
        missed if missed.is_empty() => Ok(()),
        missed => bail!("the honest sender noticed too much of: {}", missed.join(", ")),
    }
}

#[tokio::main]
async fn run_crowd(options: &CrowdOptions) -> Result<()> {
    let CrowdOptions { alerts, retention, json } = *options;
    let crowd = CrowdedGateway {
        binary: build_gateway("release")?,
        alerts,
        asks: CrowdedGateway::ASKS,
        overload: CrowdedGateway::OVERLOAD,
        retention: retention.then_some(CrowdedGateway::RETENTION),
        scratch: scratch()?,
    };
    let report = crowd.run(&mut io::stderr()).await?;
    let mut out = io::stdout();
    if json {
        print_json(&mut out, &report)?;
    } else {
        write!(out, "{report}")?;
    }
    match report.missed_goals() {
        missed if missed.is_empty() => Ok(()),
        missed => bail!("slower than it may be: {}", missed.join(", ")),
    }
}

#[tokio::main]
async fn run_losses(options: &LossesOptions) -> Result<()> {
    let LossesOptions { json, only } = options;
    let fanfare = System::Fanfare(build_gateway("dev")?);
    let name = fanfare.name();
    let mut systems = vec![fanfare];
    match System::installed_alertmanager() {
        Some(alertmanager) => systems.push(alertmanager),
        None => {
            writeln!(io::stderr(), "`prometheus-alertmanager` is not installed: nothing to compare with")?
        }
    }
    let scenarios = if only.is_empty() { LossScenario::ALL.to_vec() } else { only.clone() };
    let losses = Losses { systems, scenarios, scratch: scratch()?, patience: Losses::PATIENCE };
    let report = losses.run(&mut io::stderr()).await?;
    let mut out = io::stdout();
    if *json {
        print_json(&mut out, &report)?;
    } else {
        writeln!(out, "{report}")?;
    }
    report.verdict(name)
}

fn run_simulate(options: &SimulateOptions) -> Result<()> {
    let SimulateOptions { hours, seeds, seed, quiet, json } = *options;
    let first_seed = seed.unwrap_or_else(|| u64::from(fastrand::u32(..)));
    let amount = match (hours, seeds) {
        (Some(hours), _) => SimulatedAmount::Time(Duration::from_secs(60 * 60) * hours),
        (None, seeds) => SimulatedAmount::Seeds(seeds.unwrap_or(1)),
    };
    let progress = if quiet { Duration::MAX } else { Simulate::PROGRESS };
    let search =
        Simulate { amount, first_seed, at_once: Simulate::processors(), progress, stories: scratch()? };
    let report = search.run(&mut io::stderr())?;
    if json {
        print_json(&mut io::stdout(), &report.figures())?;
    } else {
        writeln!(io::stdout(), "{report}")?;
    }
    report.verdict()
}

#[tokio::main]
async fn run_schemathesis(options: &SchemathesisOptions) -> Result<()> {
    let SchemathesisOptions { quick, examples, seed, skip_if_missing, json } = *options;
    let tool = match SchemathesisTool::install().await {
        Err(problem) if skip_if_missing => {
            return Ok(writeln!(io::stderr(), "the doors are not asked: {problem:#}")?);
        }
        tool => tool?,
    };
    let doors = Schemathesis {
        binary: build_gateway("dev")?,
        tool,
        examples: if quick { Schemathesis::FEW_EXAMPLES } else { examples },
        seed,
        scratch: scratch()?,
    };
    let report = doors.run(&mut io::stderr()).await?;
    let mut out = io::stdout();
    if json {
        print_json(&mut out, &report)?;
    } else {
        write!(out, "{report}")?;
    }
    report.verdict()
}

#[tokio::main]
async fn run_fuzz(options: FuzzOptions) -> Result<()> {
    let FuzzOptions { minutes, only, seed, json } = options;
    let search = Fuzz {
        tool: FuzzTool::install(&mut io::stderr()).await?,
        time: Duration::from_mins(minutes),
        targets: only,
        seed: seed.unwrap_or_else(|| fastrand::u32(1..)),
    };
    let report = search.run(&mut io::stderr()).await?;
    let mut out = io::stdout();
    if json {
        print_json(&mut out, &report)?;
    } else {
        write!(out, "{report}")?;
    }
    report.verdict()
}

/// Prints a report for programs.
fn print_json(out: &mut dyn io::Write, report: &impl Serialize) -> Result<()> {
    Ok(writeln!(out, "{}", serde_json::to_string_pretty(report)?)?)
}
