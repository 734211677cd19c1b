//! `serve`, `demo` and `sandbox`: the commands that keep running.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use tokio::runtime::Runtime;

use super::context::CommandContext;
use super::outcome::Outcome;
use crate::serve::{LogFormat, Providers, start_logging};

/// The providers and the log of a gateway.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The built-in sandbox in the place of every provider
    ///
    /// Secrets may be missing; nothing leaves the machine.
    #[arg(long)]
    pub sandbox: bool,
    /// The form of log lines
    #[arg(long, value_enum, default_value = "text")]
    pub log_format: LogFormat,
    /// The lines that are logged, e.g. `info` or `warn,fanfare_gateway=debug`
    #[arg(long, env = "RUST_LOG", default_value = "info", value_name = "FILTER")]
    pub log: String,
}

/// The addresses of the fakes.
#[derive(Debug, Args)]
pub struct SandboxArgs {
    /// The address of the fakes that speak HTTP: all but the mail server
    #[arg(long, default_value = "127.0.0.1:8790", value_name = "IP:PORT")]
    pub http: SocketAddr,
    /// The address of the fake mail server
    #[arg(long, default_value = "127.0.0.1:8725", value_name = "IP:PORT")]
    pub smtp: SocketAddr,
}

/// Runs the gateway until it is told to stop.
pub(crate) fn serve(context: &CommandContext, args: ServeArgs) -> anyhow::Result<Outcome> {
    let ServeArgs { sandbox, log_format, log } = args;
    let log = start_logging(&log, log_format)?;
    let providers = if sandbox { Providers::Sandbox } else { Providers::Real };
    run(crate::serve::serve(&context.config, providers, &log))
}

/// Shows the example at work until it is told to stop.
pub(crate) fn demo(context: &CommandContext, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let log = start_logging("warn", LogFormat::Text)?;
    // Longer than the runtime, whose tasks have the store open until it ends.
    let folder = tempfile::tempdir().context("the demo needs a temporary folder for its store")?;
    run(crate::serve::demo(context.language, folder.path(), &log, out))
}

/// Runs the fake providers alone until it is told to stop.
pub(crate) fn sandbox(args: &SandboxArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let _log = start_logging("info", LogFormat::Text)?;
    run(crate::serve::sandbox_alone(args.http, args.smtp, out))
}

/// The time that threads of the runtime may take to end once nothing is left to do. A name that is being looked up
/// holds its thread for as long as the resolver takes.
const LAST_THREADS: Duration = Duration::from_millis(500);

fn run(command: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<Outcome> {
    let runtime = Runtime::new().context("the async runtime cannot be started")?;
    let ended = runtime.block_on(command);
    runtime.shutdown_timeout(LAST_THREADS);
    ended.map(|()| Outcome::Good)
}
