//! Fanfare's config: read from YAML, checked, and built into what the gateway
//! runs on.
//!
//! A config is either sound or tells every problem it has, each with its line,
//! column, path and what would be right. Nothing of an unsound one is used.
//!
//! This crate knows no kind of channel by name: its caller hands it a
//! [`ChannelRegistry`].

mod client;
mod load;
mod channels;
mod routes;
mod receivers;
mod terms;
mod conditions;
mod condition_doubts;
mod self_alerts;
mod shared_accounts;
mod sources;
mod formats;
mod heartbeats;
mod server;
mod door_tokens;
mod pings;
mod config;
mod source_auth;
mod mqtt;
mod smtp;
mod retry;
mod checks;
mod registry;
mod redacting_notifier;
mod document;
mod yaml;
mod keyword_or_map;
mod scalars;
mod sandbox_secrets;

#[cfg(test)]
mod testing;

pub use fanfare_settings::{
    NoSecrets, Position, Problem, ProblemSeverity, Problems, ProcessSecrets, Secrets, in_file,
};

pub use crate::client::{GatewayAddress, gateway_address};
pub use crate::config::{Auth, Config, Ping, RateLimit, ServerConfig, SourceConfig};
pub use crate::document::{read_again, secret_files};
pub use crate::load::Loader;
pub use crate::registry::{ChannelRegistry, ChannelSettings};
pub use crate::sandbox_secrets::SandboxSecrets;
pub use crate::source_auth::{SenderCredential, SourceAuth};
