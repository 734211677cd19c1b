//! The `fanfare` binary: puts the other crates together.
//!
//! It alone knows YAML and the command line. What a config means is decided
//! here once, at the start; everything behind gets finished types.

mod cli;
mod commands;
mod config;
mod explain;
mod registry;
mod serve;

#[cfg(test)]
mod testing;

pub use crate::cli::{Cli, Command};
pub use crate::commands::{Outcome, run};
pub use crate::config::{
    Auth, ChannelSettings, Config, ConfiguredChannel, GatewayAddress, Loader, Position, Problem,
    ProblemSeverity, Problems, ProcessSecrets, SandboxSecrets, Secrets, Server, Source, gateway_address,
    in_file, load,
};
pub use crate::registry::{Registry, registry};
