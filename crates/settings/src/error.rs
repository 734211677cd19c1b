//! The error of reading a setting, in words that quote no value.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use crate::place::PathStep;
use crate::suggest;

/// The reason why a part of the tree does not read as its type.
#[derive(Debug)]
pub(crate) struct SettingError {
    /// The path, innermost step first: it is built while the error passes upwards.
    inner_first: Vec<PathStep>,
    pub(crate) mistake: Mistake,
}

/// The kind of mistake.
#[derive(Debug)]
pub(crate) enum Mistake {
    /// A setting that the type does not have.
    Unknown { name: String, known: &'static [&'static str] },
    /// A setting that must be there and is not.
    Missing(String),
    /// A value that is not allowed, with the complaint.
    Value(String),
}

impl SettingError {
    /// A value of the wrong kind.
    pub(crate) fn expected(expected: &str, found: &str) -> Self {
        de::Error::custom(format!("expected {expected}, found {found}"))
    }

    /// The same error, seen from one step further up.
    pub(crate) fn below(mut self, step: PathStep) -> Self {
        self.inner_first.push(step);
        self
    }

    /// The way from the top to the mistake.
    pub(crate) fn steps(&self) -> Vec<PathStep> {
        self.inner_first.iter().rev().cloned().collect()
    }
}

impl From<Mistake> for SettingError {
    fn from(mistake: Mistake) -> Self {
        Self { inner_first: Vec::new(), mistake }
    }
}

impl std::error::Error for SettingError {}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.mistake {
            Mistake::Unknown { name, known: _ } => write!(f, "unknown setting `{name}`"),
            Mistake::Missing(name) => write!(f, "missing setting `{name}`"),
            Mistake::Value(message) => f.write_str(message),
        }
    }
}

impl de::Error for SettingError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Mistake::Value(message.to_string()).into()
    }

    // serde's own wording of these quotes the value, which may be a secret.

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::expected(&in_words(expected), kind_of(found))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format!("not allowed: expected {}", in_words(expected)))
    }

    fn unknown_variant(name: &str, known: &'static [&'static str]) -> Self {
        Self::custom(suggest::unknown_name("word", name, known.iter().copied()))
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        Mistake::Unknown { name: name.to_owned(), known }.into()
    }

    fn missing_field(name: &'static str) -> Self {
        Mistake::Missing(name.to_owned()).into()
    }
}

/// The expectation that serde names, for people who do not write Rust.
fn in_words(expected: &dyn Expected) -> String {
    match expected.to_string().as_str() {
        "u8" => format!("a whole number up to {}", u8::MAX),
        "u16" => format!("a whole number up to {}", u16::MAX),
        "u32" => format!("a whole number up to {}", u32::MAX),
        "usize" | "u64" => "a whole number".to_owned(),
        words if words.starts_with("a nonzero") => "a whole number above 0".to_owned(),
        words => words.to_owned(),
    }
}

fn kind_of(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "true or false",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
        Unexpected::Char(_) | Unexpected::Str(_) | Unexpected::Bytes(_) => "a text",
        Unexpected::Unit | Unexpected::Option => "nothing",
        Unexpected::Seq => "a list",
        Unexpected::Map | Unexpected::NewtypeStruct => "a map",
        Unexpected::Enum
        | Unexpected::UnitVariant
        | Unexpected::NewtypeVariant
        | Unexpected::TupleVariant
        | Unexpected::StructVariant => "a word",
        Unexpected::Other(_) => "something else",
    }
}
