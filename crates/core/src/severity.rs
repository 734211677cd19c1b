//! The severity of an alert.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The severity of an alert, in ThinkLink's four words.
///
/// What they ask of people, by ThinkLink's Alarm Management page: `low` nothing
/// now, `mid` investigate, `high` prompt attention, `urgent` act at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Informational: nothing to do now.
    Low,
    /// A warning: to be investigated.
    Mid,
    /// An error: needs prompt attention.
    High,
    /// Critical: act at once.
    Urgent,
}

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Mid, Self::High, Self::Urgent];

    /// The word for it in labels, YAML and the API.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Mid => "mid",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The error of parsing a [`Severity`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a severity: expected low, mid, high or urgent, or one of the usual words for them, e.g. warning or critical"
)]
pub struct InvalidSeverity(String);

/// The words other systems use, in lower case. `hight` is a typo in ThinkLink's
/// own Chinese RPC page, copied into scripts ever since.
const ALIASES: [(Severity, &[&str]); 4] = [
    (
        Severity::Low,
        &["low", "info", "information", "informational", "notice", "debug", "none", "p4", "低", "提示"],
    ),
    (
        Severity::Mid,
        &["mid", "middle", "medium", "moderate", "minor", "warn", "warning", "average", "p3", "中", "警告"],
    ),
    (Severity::High, &["high", "hight", "error", "err", "major", "severe", "p2", "高", "严重"]),
    (
        Severity::Urgent,
        &[
            "urgent",
            "critical",
            "crit",
            "fatal",
            "emergency",
            "emerg",
            "disaster",
            "page",
            "p0",
            "p1",
            "紧急",
            "危急",
        ],
    ),
];

impl FromStr for Severity {
    type Err = InvalidSeverity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let word = text.trim().to_lowercase();
        ALIASES
            .iter()
            .find(|(_, words)| words.contains(&word.as_str()))
            .map(|(severity, _)| *severity)
            .ok_or_else(|| InvalidSeverity(text.to_owned()))
    }
}

#[cfg(test)]
mod tests;
