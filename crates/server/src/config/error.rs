//! What reading a setting can come back with.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use super::place::Step;

/// Why a part of the tree does not read as what it should be.
#[derive(Debug)]
pub(crate) struct Error {
    /// The way to it, innermost step first: it is built while the error passes upwards.
    inner_first: Vec<Step>,
    pub(crate) wrong: Wrong,
}

/// What is wrong.
#[derive(Debug)]
pub(crate) enum Wrong {
    /// A setting nobody knows.
    Unknown { name: String, known: &'static [&'static str] },
    /// A setting that must be there.
    Missing(String),
    /// A value that cannot be.
    Value(String),
}

impl Error {
    /// The value is of the wrong kind.
    pub(crate) fn expected(what: &str, found: &str) -> Self {
        de::Error::custom(format!("expected {what}, found {found}"))
    }

    /// The same error, seen from one step further up.
    pub(crate) fn below(mut self, step: Step) -> Self {
        self.inner_first.push(step);
        self
    }

    /// The way to what is wrong.
    pub(crate) fn steps(&self) -> Vec<Step> {
        self.inner_first.iter().rev().cloned().collect()
    }
}

impl From<Wrong> for Error {
    fn from(wrong: Wrong) -> Self {
        Self { inner_first: Vec::new(), wrong }
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.wrong {
            Wrong::Unknown { name, known: _ } => write!(f, "unknown setting `{name}`"),
            Wrong::Missing(name) => write!(f, "missing setting `{name}`"),
            Wrong::Value(message) => f.write_str(message),
        }
    }
}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Wrong::Value(message.to_string()).into()
    }

    // serde's own wording of these quotes the value, which may be a secret.

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::expected(&in_words(expected), kind_of(found))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format!("not allowed: expected {}", in_words(expected)))
    }

    fn unknown_variant(name: &str, known: &'static [&'static str]) -> Self {
        Self::custom(super::suggest::unknown("word", name, known.iter().copied()))
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        Wrong::Unknown { name: name.to_owned(), known }.into()
    }

    fn missing_field(name: &'static str) -> Self {
        Wrong::Missing(name.to_owned()).into()
    }
}

/// What serde says it expected, for people who do not write Rust.
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
