//! What each command does.

pub(crate) mod check;
pub(crate) mod client;
pub(crate) mod deliveries;
pub(crate) mod routes;
pub(crate) mod send;
pub(crate) mod serve;

mod table;

use std::io::Write;
use std::path::Path;

use fanfare_core::{Clock, SystemClock};
use jiff::Timestamp;

use crate::cli::{Cli, Command, DeliveriesCommand, RoutesCommand};
use crate::config::{Config, Loader, ProcessSecrets, SandboxSecrets};
use crate::registry;

/// How a command ended that did what it was asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All is well.
    Good,
    /// Something was found that somebody should look at.
    Finding,
}

/// Does what the command line says; what it prints goes to `out`.
///
/// # Errors
///
/// If it cannot be done.
pub fn run(cli: Cli, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let Cli { config, command } = cli;
    let now = SystemClock.now();
    match command {
        Command::Serve(args) => serve::serve(&config, args),
        Command::Demo => serve::demo(out),
        Command::Sandbox(args) => serve::sandbox(&args, out),
        Command::Check(args) => check::check(&config, &args, now, out),
        Command::Routes(RoutesCommand::Show(args)) => {
            routes::show(&load_without_secrets(&config, now)?, &args, out)
        }
        Command::Routes(RoutesCommand::Test(args)) => {
            routes::test(&load_without_secrets(&config, now)?, &args, out)
        }
        Command::Send(args) => send::send(&config, &args, out),
        Command::Deliveries(DeliveriesCommand::List(args)) => deliveries::list(&config, &args, out),
    }
}

/// The config, though the secrets may only be set where the gateway runs.
fn load_without_secrets(file: &Path, now: Timestamp) -> anyhow::Result<Config> {
    let kinds = registry();
    let secrets = SandboxSecrets(ProcessSecrets);
    Ok(Loader { kinds: &kinds, secrets: &secrets, sandbox: None, now }.load(file)?)
}

#[cfg(test)]
mod tests;
