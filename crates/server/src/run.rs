//! The run of a command: each command of the command line, and what carries it out.

use std::io::Write;

use clap::CommandFactory as _;
use fanfare_config::{NoSecrets, gateway_address};
use fanfare_core::{Clock, Language, SystemClock};

use crate::LocaleVariables;
use crate::cli::{
    AlertsCommand, ChannelsCommand, Cli, Command, DeadLettersCommand, DeliveriesCommand, HeartbeatsCommand,
    RoutesCommand, TklCommand,
};
use crate::commands::{
    CommandContext, Outcome, OutputStyle, ack, alerts, audit, backup, channels, check, dead_letters,
    deliveries, explain, heartbeats, init, reload, routes, send, serve, shell, status, tkl,
};

/// Does what the command line says; what it prints goes to `out`, in this `style`. The language for people is
/// what the command line says, or else `locale`, or else the config.
///
/// # Errors
///
/// If it cannot be done.
pub fn run(
    cli: Cli,
    locale: &LocaleVariables,
    style: OutputStyle,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let (language, now) = (language(&cli, locale), SystemClock.now());
    let context = CommandContext { language, style, now, config: cli.config };
    let context = &context;
    match cli.command {
        Command::Serve(args) => serve::serve(context, args),
        Command::Demo => serve::demo(context, out),
        Command::Sandbox(args) => serve::sandbox(&args, out),
        Command::Check(args) => check::check(context, &args, out),
        Command::Routes(RoutesCommand::Show(args)) => routes::show(context, &args, out),
        Command::Routes(RoutesCommand::Test(args)) => routes::test(context, &args, out),
        Command::Reload(args) => reload::reload(context, &args, out),
        Command::Init => init::init(context, out),
        Command::Status(args) => status::status(context, &args, out),
        Command::Alerts(AlertsCommand::List(args)) => alerts::list(context, &args, out),
        Command::Send(args) => send::send(context, &args, out),
        Command::Explain(args) => explain::explain(context, &args, out),
        Command::Ack(args) => ack::ack(context, &args, out),
        Command::Deliveries(DeliveriesCommand::List(args)) => deliveries::list(context, &args, out),
        Command::Deliveries(DeliveriesCommand::Show(args)) => deliveries::show(context, &args, out),
        Command::DeadLetters(command) => run_dead_letters(context, &command, out),
        Command::Channels(ChannelsCommand::List(args)) => channels::list(context, &args, out),
        Command::Channels(ChannelsCommand::Test(args)) => channels::test(context, &args, out),
        Command::Tkl(TklCommand::Doctor(args)) => tkl::doctor(context, &args, out),
        Command::Heartbeats(HeartbeatsCommand::List(args)) => heartbeats::list(context, &args, out),
        Command::Heartbeats(HeartbeatsCommand::Forget(args)) => heartbeats::forget(context, &args, out),
        Command::Audit(args) => audit::audit(context, &args, out),
        Command::Backup(args) => backup::backup(context, &args, out),
        Command::Restore(args) => backup::restore(context, &args, out),
        Command::Completions(args) => shell::completions(&args, &mut Cli::command(), out),
        Command::Man(args) => shell::man(&args, Cli::command()),
    }
}

fn run_dead_letters(
    context: &CommandContext,
    command: &DeadLettersCommand,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    match command {
        DeadLettersCommand::List(args) => dead_letters::list(context, args, out),
        DeadLettersCommand::Show(args) => dead_letters::show(context, args, out),
        DeadLettersCommand::Retry(args) => dead_letters::retry(context, args, out),
        DeadLettersCommand::Discard(args) => dead_letters::discard(context, args, out),
    }
}

/// The language of what is printed for people; that of a config that cannot be read is English.
fn language(cli: &Cli, locale: &LocaleVariables) -> Language {
    let of_the_config = || Some(gateway_address(&cli.config, &NoSecrets).ok()?.locale.language);
    cli.language.or_else(|| locale.language()).or_else(of_the_config).unwrap_or_default()
}

#[cfg(test)]
mod tests;
