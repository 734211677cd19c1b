//! The `fanfare` binary: puts the other crates together.
//!
//! It alone knows the command line and which channels there are.

mod run;
mod cli;
mod commands;
mod serve;
mod client;
mod locale_variables;
mod log_filter;
mod registry;

pub use crate::cli::{Cli, Command};
pub use crate::commands::{Outcome, OutputStyle};
pub use crate::locale_variables::LocaleVariables;
pub use crate::registry::registry;
pub use crate::run::run;
