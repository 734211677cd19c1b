//! The surroundings of a command.

use std::path::PathBuf;

use fanfare_core::Language;
use jiff::Timestamp;

use super::style::OutputStyle;

/// The surroundings of a command.
#[derive(Debug)]
pub(crate) struct CommandContext {
    /// The file of the config.
    pub(crate) config: PathBuf,
    /// The language of what is printed for people.
    pub(crate) language: Language,
    /// The style of what is printed for people.
    pub(crate) style: OutputStyle,
    /// The time at which the command began.
    pub(crate) now: Timestamp,
}
