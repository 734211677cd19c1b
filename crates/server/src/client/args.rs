//! The options by which a command finds a running gateway.

use std::path::PathBuf;

use clap::Args;

/// The running gateway to ask, and the form in which its answer is printed.
#[derive(Debug, Clone, Args)]
pub struct AskArgs {
    /// The gateway's JSON instead of a text for people
    #[arg(long)]
    pub json: bool,
    /// The gateway to ask.
    #[command(flatten)]
    pub gateway: GatewayArgs,
}

/// The address and the token of a running gateway.
#[derive(Debug, Clone, Args)]
pub struct GatewayArgs {
    /// The address of the gateway [default: the config's `server.listen`]
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// The environment variable that holds the token [default: the token in the config]
    #[arg(long, value_name = "NAME", conflicts_with = "token_file")]
    pub token_env: Option<String>,
    /// The file that holds the token
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
}
