//! The work of each command.

pub(crate) mod serve;
pub(crate) mod reload;
pub(crate) mod check;
pub(crate) mod routes;

pub(crate) mod send;
pub(crate) mod explain;
pub(crate) mod ack;
pub(crate) mod deliveries;
pub(crate) mod dead_letters;
pub(crate) mod channels;
pub(crate) mod audit;

pub(crate) mod client;
mod output;
mod time_arg;
mod table;

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use fanfare_core::{Clock, SandboxDoors, SystemClock};
use jiff::Timestamp;

use crate::cli::{ChannelsCommand, Cli, Command, DeadLettersCommand, DeliveriesCommand, RoutesCommand};
use crate::registry;
use fanfare_config::{Config, Loader, ProcessSecrets, SandboxSecrets};

/// The result of a command that did what it was asked to.
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
        Command::Reload(args) => reload::reload(&config, &args, out),
        Command::Send(args) => send::send(&config, &args, out),
        Command::Explain(args) => explain::explain(&config, &args, out),
        Command::Ack(args) => ack::ack(&config, &args, out),
        Command::Deliveries(DeliveriesCommand::List(args)) => deliveries::list(&config, &args, out),
        Command::DeadLetters(command) => dead_letters(&config, &command, now, out),
        Command::Channels(ChannelsCommand::List(args)) => channels::list(&config, &args, out),
        Command::Channels(ChannelsCommand::Test(args)) => channels::test(&config, &args, out),
        Command::Audit(args) => audit::audit(&config, &args, out),
    }
}

fn dead_letters(
    config: &Path,
    command: &DeadLettersCommand,
    now: Timestamp,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    match command {
        DeadLettersCommand::List(args) => dead_letters::list(config, args, now, out),
        DeadLettersCommand::Show(args) => dead_letters::show(config, args, out),
        DeadLettersCommand::Retry(args) => dead_letters::retry(config, args, now, out),
        DeadLettersCommand::Discard(args) => dead_letters::discard(config, args, now, out),
    }
}

/// The config, though the secrets may only be set where the gateway runs.
fn load_without_secrets(file: &Path, now: Timestamp) -> anyhow::Result<Config> {
    let kinds = registry();
    let secrets = SandboxSecrets(ProcessSecrets);
    Ok(Loader { kinds: &kinds, secrets: &secrets, sandbox: Some(&unopened_doors()), now }.load(file)?)
}

/// Addresses of a sandbox that nobody starts. A secret that is made up is not always sound as it
/// stands (an address, a key of a certain length): for a sandbox each channel makes one of it that is.
fn unopened_doors() -> SandboxDoors {
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    SandboxDoors { http: format!("http://{smtp}"), smtp }
}

#[cfg(test)]
mod tests;
