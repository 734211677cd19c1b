//! A secret, which is never shown.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::stable_hash;

/// A token, key or password.
///
/// It has no `Display`, no `Serialize` and no `PartialEq`; its `Debug` is blank;
/// and a config error about it does not quote it. [`Secret::expose`] is the only
/// way out, so `grep expose` finds every place a secret leaves.
#[derive(Clone)]
pub struct Secret(String);

/// The beginning of every stand-in: `SEC`, because DingTalk's signing secrets begin with it.
const STAND_IN: &str = "SEC-stand-in-";

impl Secret {
    /// The name under which a secret asks a deserializer for itself, so that a
    /// reader of configs can put the text in place of `{ env: NAME }` or
    /// `{ file: PATH }`. Every other deserializer just hands over a text.
    pub const NEWTYPE: &'static str = "fanfare::Secret";

    /// A secret with surrounding white space cut off, which pasted secrets and
    /// secret files tend to have.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The text that stands for the missing secret `name` where secrets may be missing: the same
    /// for the same name, and no provider's.
    #[must_use]
    pub fn stand_in(name: &str) -> String {
        format!("{STAND_IN}{}", stable_hash(&["stand-in", name]))
    }

    /// True if this is a [`Secret::stand_in`]. Where a provider's secrets have a form that a
    /// stand-in lacks, its channel takes one of that form instead.
    #[must_use]
    pub fn is_stand_in(&self) -> bool {
        self.0.starts_with(STAND_IN)
    }

    /// The secret itself. Only for the wire to its provider.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(Self::NEWTYPE, SecretText)
    }
}

struct SecretText;

impl<'de> Visitor<'de> for SecretText {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a secret")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Secret, E> {
        Ok(Secret::new(text))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Secret, D::Error> {
        let text = String::deserialize(deserializer).map_err(|_| not_a_text())?;
        Ok(Secret::new(&text))
    }

    // For deserializers that look through a newtype at once.

    fn visit_bool<E: Error>(self, _: bool) -> Result<Secret, E> {
        Err(not_a_text())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Secret, E> {
        Err(not_a_text())
    }

    fn visit_i128<E: Error>(self, _: i128) -> Result<Secret, E> {
        Err(not_a_text())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Secret, E> {
        Err(not_a_text())
    }

    fn visit_u128<E: Error>(self, _: u128) -> Result<Secret, E> {
        Err(not_a_text())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Secret, E> {
        Err(not_a_text())
    }
}

/// serde's own complaint would quote what it found: ``invalid type: integer `8675309` ``.
fn not_a_text<E: Error>() -> E {
    E::custom("a secret must be a text; put quotes around it")
}

#[cfg(test)]
mod tests;
