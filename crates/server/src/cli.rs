//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::commands::ack::AckArgs;
use crate::commands::audit::AuditArgs;
use crate::commands::check::CheckArgs;
use crate::commands::explain::ExplainArgs;
use crate::commands::reload::ReloadArgs;
use crate::commands::routes::{ShowArgs, TestArgs};
use crate::commands::send::SendArgs;
use crate::commands::serve::{SandboxArgs, ServeArgs};
use crate::commands::{channels, dead_letters, deliveries};

/// One alert in; every bell that must ring, rings; and it can be proved afterwards.
#[derive(Debug, Parser)]
#[command(name = "fanfare", version, after_help = EXAMPLES, propagate_version = true)]
pub struct Cli {
    /// The config.
    #[arg(
        long,
        global = true,
        env = "FANFARE_CONFIG",
        default_value = "config/fanfare.yaml",
        value_name = "FILE"
    )]
    pub config: PathBuf,
    /// The command to run.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "Examples:
  fanfare demo                                    see an urgent alert arrive on every channel, without any account
  fanfare check                                   is the config sound?
  fanfare routes test severity=urgent             who would be told?
  fanfare serve                                   run the gateway
  fanfare send --source thinklink --name door --level urgent --desc 'Door open'
  fanfare explain 42                              what happened to alert 42?
  fanfare dead-letters list                       what could not be delivered, and why
  fanfare channels test ops-mail                  does this channel work?
  fanfare audit                                   is everything accounted for?

Exit status: 0 good, 1 a finding or failure, 2 wrong usage.";

/// The commands of `fanfare`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs the gateway
    Serve(ServeArgs),
    /// Shows an urgent alert arriving on every channel of the example, without any account
    ///
    /// Runs the gateway on a temporary store against the built-in sandbox, posts the sample
    /// alert through the real door, prints who got it and how fast, and keeps running.
    Demo,
    /// Runs the sandbox alone: fake providers on fixed ports, for other programs' tests
    Sandbox(SandboxArgs),
    /// Reads the config as `serve` would, and tells everything that is wrong with it
    Check(CheckArgs),
    /// Shows who is told of what, and why
    #[command(subcommand)]
    Routes(RoutesCommand),
    /// Has a running gateway read its config again; a bad one changes nothing
    Reload(ReloadArgs),
    /// Posts an alert to a running gateway
    Send(SendArgs),
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
    /// Tells whether everything that was accepted is accounted for
    Audit(AuditArgs),
}

/// The commands about routes.
#[derive(Debug, Subcommand)]
pub enum RoutesCommand {
    /// Prints the routing tree
    Show(ShowArgs),
    /// Tells who would be told of an alert with these labels, and why
    Test(TestArgs),
}

/// The commands about deliveries.
#[derive(Debug, Subcommand)]
pub enum DeliveriesCommand {
    /// Lists deliveries, the newest first
    List(deliveries::ListArgs),
}

/// The commands about dead letters.
#[derive(Debug, Subcommand)]
pub enum DeadLettersCommand {
    /// Lists dead letters, the newest first
    List(dead_letters::ListArgs),
    /// Shows one, with every attempt that was made
    Show(dead_letters::ShowArgs),
    /// Has them tried again, at once
    Retry(dead_letters::RetryArgs),
    /// Lets them be: nobody needs to be told any more
    Discard(dead_letters::DiscardArgs),
}

/// The commands about channels.
#[derive(Debug, Subcommand)]
pub enum ChannelsCommand {
    /// Lists the channels and how they are
    List(channels::ListArgs),
    /// Sends a marked test through a channel, and waits for its provider's answer
    Test(channels::TestArgs),
}

/// The running gateway to ask, and the form in which its answer is printed.
#[derive(Debug, Clone, Args)]
pub struct AskArgs {
    /// Prints the gateway's JSON
    #[arg(long)]
    pub json: bool,
    /// The gateway to ask.
    #[command(flatten)]
    pub gateway: GatewayArgs,
}

/// The address and the token of a running gateway.
#[derive(Debug, Clone, Args)]
pub struct GatewayArgs {
    /// Its address [default: the config's `server.listen`]
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// The environment variable that holds the token [default: the token in the config]
    #[arg(long, value_name = "NAME", conflicts_with = "token_file")]
    pub token_env: Option<String>,
    /// The file that holds the token
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
}
