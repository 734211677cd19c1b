//! Lengths of time as people write them in YAML.

pub(crate) mod as_text;
mod human;

pub use self::human::{HumanDuration, InvalidDuration};
