//! The `fanfare` binary: puts the other crates together.
//!
//! It alone knows the command line and which channels there are.

mod cli;
mod commands;
mod registry;
mod serve;

pub use crate::cli::{Cli, Command};
pub use crate::commands::{Outcome, run};
pub use crate::registry::registry;
