//! The language and the time zone of the texts that people read.

use std::str::FromStr;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// The language and the time zone of messages.
#[derive(Debug, Clone, PartialEq)]
pub struct Locale {
    /// The language of Fanfare's own words; the alert's texts stay as they are.
    pub language: Language,
    /// The zone in which times are shown, with its offset.
    pub timezone: TimeZone,
}

impl Default for Locale {
    fn default() -> Self {
        Self { language: Language::En, timezone: TimeZone::UTC }
    }
}

/// A language of messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English, the default language.
    #[default]
    En,
    /// Chinese, in simplified characters.
    Zh,
}

/// The error of parsing a [`Language`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a language of our messages: expected en or zh")]
pub struct InvalidLanguage(String);

impl FromStr for Language {
    type Err = InvalidLanguage;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "en" => Ok(Self::En),
            "zh" => Ok(Self::Zh),
            _ => Err(InvalidLanguage(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests;
