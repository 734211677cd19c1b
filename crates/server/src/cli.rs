//! The command line.

use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::Resettable;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use fanfare_core::Language;

use crate::commands::ack::AckArgs;
use crate::commands::alerts::AlertListArgs;
use crate::commands::audit::AuditArgs;
use crate::commands::backup::{BackupArgs, RestoreArgs};
use crate::commands::channels::{ChannelListArgs, ChannelTestArgs};
use crate::commands::check::CheckArgs;
use crate::commands::dead_letters::{
    DeadLetterDiscardArgs, DeadLetterListArgs, DeadLetterRetryArgs, DeadLetterShowArgs,
};
use crate::commands::deliveries::{DeliveryListArgs, DeliveryShowArgs};
use crate::commands::explain::ExplainArgs;
use crate::commands::heartbeats::{HeartbeatForgetArgs, HeartbeatListArgs};
use crate::commands::reload::ReloadArgs;
use crate::commands::routes::{RouteShowArgs, RouteTestArgs};
use crate::commands::send::SendArgs;
use crate::commands::serve::{SandboxArgs, ServeArgs};
use crate::commands::shell::{CompletionArgs, ManArgs};
use crate::commands::status::StatusArgs;
use crate::commands::tkl::TklDoctorArgs;

/// One alert in; every bell that must ring, rings; and it can be proved afterwards.
#[derive(Debug, Parser)]
#[command(name = "fanfare", version, after_help = EXAMPLES, propagate_version = true)]
pub struct Cli {
    /// The config of the gateway
    #[arg(
        long,
        global = true,
        env = "FANFARE_CONFIG",
        default_value = "config/fanfare.yaml",
        value_name = "FILE"
    )]
    pub config: PathBuf,
    /// The language for people, en or zh [default: zh in a Chinese locale, or else the config's `messages.language`]
    #[arg(long, global = true, visible_alias = "lang", env = "FANFARE_LANG", value_name = "LANGUAGE")]
    pub language: Option<Language>,
    /// The command to run.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// The command line of this process. An empty variable of the environment is as good as none.
    #[must_use]
    pub fn from_process() -> Self {
        let is_empty = |name: &OsStr| env::var_os(name).is_some_and(|text| text.is_empty());
        let mut command = without_variables(Self::command(), is_empty);
        let arguments = command.get_matches_mut();
        Self::from_arg_matches(&arguments).unwrap_or_else(|err| err.format(&mut command).exit())
    }
}

/// `command` with options that do not look at the variables that are `left_out`.
fn without_variables(command: clap::Command, left_out: impl Copy + Fn(&OsStr) -> bool) -> clap::Command {
    let command = command.mut_args(|option| {
        let is_left_out = option.get_env().is_some_and(left_out);
        if is_left_out { option.env(Resettable::<clap::builder::OsStr>::Reset) } else { option }
    });
    command.mut_subcommands(|it| without_variables(it, left_out))
}

const EXAMPLES: &str = "Examples:
  fanfare init                                    a config to start from
  fanfare demo                                    see an urgent alert arrive on every channel, without any account
  fanfare check                                   is the config sound?
  fanfare routes test severity=urgent             who would be told?
  fanfare serve                                   run the gateway
  fanfare send --source thinklink --name door --level urgent --desc 'Door open'
  fanfare status                                  what is broken, for whom, since when?
  fanfare alerts list --contract broken           who was not told in time?
  fanfare explain 42                              what happened to alert 42?
  fanfare dead-letters list                       what could not be delivered, and why
  fanfare channels test ops-mail                  does this channel work?
  fanfare audit                                   is everything accounted for?
  fanfare backup /backups/fanfare-$(date +%F).db  a copy of the store, while it runs

Exit status: 0 good, 1 a finding or failure, 2 wrong usage.";

/// The commands of `fanfare`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs the gateway until it is told to stop
    Serve(ServeArgs),
    /// Shows an urgent alert arriving on every channel of the example, without any account
    ///
    /// Runs the gateway on a temporary store against the built-in sandbox, posts the sample
    /// alert through the real door, prints who got it and how fast, and keeps running.
    Demo,
    /// Runs the sandbox alone: fake providers on fixed ports, for other programs' tests
    Sandbox(SandboxArgs),
    /// Writes a commented config to start from, where none stands
    Init,
    /// Reads the config as `serve` would, and tells everything that is wrong with it
    Check(CheckArgs),
    /// Shows who is told of what, and why
    #[command(subcommand)]
    Routes(RoutesCommand),
    /// Has a running gateway read its config again; a bad one changes nothing
    Reload(ReloadArgs),
    /// Shows the state of a running gateway on one screen: what is broken, for whom, since when
    Status(StatusArgs),
    /// Looks at ThinkLink's scripts
    #[command(subcommand)]
    Tkl(TklCommand),
    /// Posts an alert to a running gateway
    Send(SendArgs),
    /// Shows the alerts that a running gateway has accepted
    #[command(subcommand)]
    Alerts(AlertsCommand),
    /// Tells everything that happened to an alert
    Explain(ExplainArgs),
    /// Acknowledges an alert: somebody takes care of it
    Ack(AckArgs),
    /// Shows what a running gateway owes, has delivered and has given up
    #[command(subcommand)]
    Deliveries(DeliveriesCommand),
    /// Shows what was given up, and has it tried again or discarded
    #[command(subcommand)]
    DeadLetters(DeadLettersCommand),
    /// Shows how the channels are, and tests them
    #[command(subcommand)]
    Channels(ChannelsCommand),
    /// Shows the signs of life that are expected of senders
    #[command(subcommand)]
    Heartbeats(HeartbeatsCommand),
    /// Tells whether everything that was accepted is accounted for
    Audit(AuditArgs),
    /// Copies the store to a new file, also while the gateway runs
    Backup(BackupArgs),
    /// Makes the store of a backup
    Restore(RestoreArgs),
    /// Prints completions for a shell
    Completions(CompletionArgs),
    /// Writes a man page for each command
    Man(ManArgs),
}

/// The commands about alerts.
#[derive(Debug, Subcommand)]
pub enum AlertsCommand {
    /// Lists alerts, the newest first
    List(AlertListArgs),
}

/// The commands about routes.
#[derive(Debug, Subcommand)]
pub enum RoutesCommand {
    /// Prints the routing tree
    Show(RouteShowArgs),
    /// Tells who would be told of an alert with these labels, and why
    Test(RouteTestArgs),
}

/// The commands about deliveries.
#[derive(Debug, Subcommand)]
pub enum DeliveriesCommand {
    /// Lists deliveries, the newest first
    List(DeliveryListArgs),
    /// Shows one delivery, with every attempt that was made
    Show(DeliveryShowArgs),
}

/// The commands about dead letters.
#[derive(Debug, Subcommand)]
pub enum DeadLettersCommand {
    /// Lists dead letters, the newest first
    List(DeadLetterListArgs),
    /// Shows one dead letter, with every attempt that was made
    Show(DeadLetterShowArgs),
    /// Has dead letters tried again, at once
    Retry(DeadLetterRetryArgs),
    /// Discards dead letters: nobody needs to be told any more
    Discard(DeadLetterDiscardArgs),
}

/// The commands about channels.
#[derive(Debug, Subcommand)]
pub enum ChannelsCommand {
    /// Lists the channels and how they are
    List(ChannelListArgs),
    /// Sends a marked test through a channel, and waits for its provider's answer
    Test(ChannelTestArgs),
}

/// The commands about ThinkLink.
#[derive(Debug, Subcommand)]
pub enum TklCommand {
    /// Runs a script as each version of ThinkLink does, and tells what would reach Fanfare; nothing is sent
    Doctor(TklDoctorArgs),
}

/// The commands about heartbeats.
#[derive(Debug, Subcommand)]
pub enum HeartbeatsCommand {
    /// Lists the heartbeats that are expected, and which of them are missing
    List(HeartbeatListArgs),
    /// Forgets a heartbeat that a pattern has learned, until it is heard again
    Forget(HeartbeatForgetArgs),
}

#[cfg(test)]
mod tests;
