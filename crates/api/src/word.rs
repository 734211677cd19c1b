//! The text forms of the API's enums: each is written as its JSON word.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::de::IntoDeserializer as _;
use serde::de::value::{Error, StrDeserializer};

/// The error of a text that is not a word of an enum.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnknownWord(String);

impl UnknownWord {
    pub(crate) fn new(message: String) -> Self {
        Self(message)
    }
}

/// The variant whose JSON word is `text`.
///
/// # Errors
///
/// If no variant has this word; the message names those there are.
pub fn parse_word<T: DeserializeOwned>(text: &str) -> Result<T, UnknownWord> {
    let deserializer: StrDeserializer<'_, Error> = text.into_deserializer();
    T::deserialize(deserializer).map_err(|err| UnknownWord(err.to_string()))
}

/// Writes a variant without fields as its JSON word.
pub(crate) fn write_word(value: &impl serde::Serialize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    value.serialize(f)
}
