//! Settings read from YAML into types, with every problem at once.
//!
//! Each problem has its line, column, path and what would be right; a misspelt
//! name is answered with the closest known one. A value that is wrong is
//! reported, replaced by a placeholder and read again, so that one reading finds
//! everything. Secrets are named by where they are kept and never quoted.
//!
//! This crate knows no setting by name, except `allow_inline_secrets` and the
//! two forms of a secret. The meaning of settings is its caller's.

mod review;
mod secret_files;
mod section;
mod digest;
mod deserialize;
mod placeholder;
mod secret;
mod secret_doubts;
mod unfilled;
mod context;
mod secrets;
mod text_file;
mod yaml;
mod odd_signs;
mod node;
mod error;
mod suggest;
mod problem;
mod place;

#[cfg(test)]
mod testing;

pub use crate::context::{InlineSecrets, ReadContext};
pub use crate::digest::digest;
pub use crate::node::{Node, YamlEntry};
pub use crate::odd_signs::odd_signs;
pub use crate::place::{Position, SettingPath};
pub use crate::problem::{Problem, ProblemSeverity, Problems, in_file};
pub use crate::review::review;
pub use crate::secret_doubts::quoted;
pub use crate::secret_files::secret_files;
pub use crate::secrets::{NoSecrets, ProcessSecrets, Secrets};
pub use crate::section::Section;
pub use crate::suggest::unknown_name;
pub use crate::text_file::{Pipes, read_text_file};
pub use crate::yaml::parse;
