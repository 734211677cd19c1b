//! The run of a command: each command of the command line, and what carries it out.

use std::io::Write;
use std::path::Path;

use fanfare_core::{Clock, SystemClock};
use jiff::Timestamp;

use crate::cli::{ChannelsCommand, Cli, Command, DeadLettersCommand, DeliveriesCommand, RoutesCommand};
use crate::commands::{
    Outcome, ack, audit, channels, check, dead_letters, deliveries, explain, load_without_secrets, reload,
    routes, send, serve,
};

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
        Command::DeadLetters(command) => run_dead_letters(&config, &command, now, out),
        Command::Channels(ChannelsCommand::List(args)) => channels::list(&config, &args, out),
        Command::Channels(ChannelsCommand::Test(args)) => channels::test(&config, &args, out),
        Command::Audit(args) => audit::audit(&config, &args, out),
    }
}

fn run_dead_letters(
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

#[cfg(test)]
mod tests;
