//! Rules by which heartbeats are expected, and their names.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use crate::{Labels, Severity, SourceName};

/// A rule by which heartbeats of a source are expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeartbeatRule {
    /// The source from which they come.
    pub source: SourceName,
    /// The heartbeats that are expected.
    pub expected: ExpectedHeartbeats,
    /// The longest time between two of them, if all goes well.
    pub every: Duration,
    /// The further time after which one is missing.
    pub grace: Duration,
    /// The severity of the alert that one is missing.
    pub severity: Severity,
    /// Labels of that alert, by which it is routed.
    pub labels: Labels,
}

/// The heartbeats that a rule is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpectedHeartbeats {
    /// One of the source as a whole: any alert that it sends is one.
    AnyAlert,
    /// All with a name that fits.
    Named(NamePattern),
}

/// A heartbeat's name or, with `*` for any text, a pattern of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern(HeartbeatName);

/// The name of a heartbeat within its source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HeartbeatName(Arc<str>);

/// The key of a heartbeat: its source, and its name unless it is that of the source as a whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HeartbeatKey {
    /// The source from which it comes.
    pub source: SourceName,
    /// The name; `None`: any alert of the source is one.
    pub name: Option<HeartbeatName>,
}

/// A text that cannot be the name of a heartbeat.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a name for a heartbeat: write 1 to 200 characters, without `/` and blanks at the ends")]
pub struct InvalidHeartbeatName;

/// The length of a name at most, in characters. Ours: as long as a host's name and a job's together.
const LONGEST_NAME: usize = 200;

/// The character of a pattern that stands for any text, the empty one too.
const ANY_TEXT: char = '*';

impl HeartbeatRule {
    /// The time without a sign of life after which a heartbeat is missing.
    #[must_use]
    pub fn patience(&self) -> Duration {
        self.every.saturating_add(self.grace)
    }

    /// The key of the only heartbeat that the rule is about; `None`: it is about all that fit.
    #[must_use]
    pub fn only_key(&self) -> Option<HeartbeatKey> {
        let name = match &self.expected {
            ExpectedHeartbeats::AnyAlert => None,
            ExpectedHeartbeats::Named(pattern) => Some(pattern.only_name()?.clone()),
        };
        Some(HeartbeatKey { source: self.source.clone(), name })
    }

    /// Tells whether the rule is about the heartbeat of this key.
    #[must_use]
    pub fn is_about(&self, key: &HeartbeatKey) -> bool {
        self.source == key.source
            && match (&self.expected, &key.name) {
                (ExpectedHeartbeats::AnyAlert, name) => name.is_none(),
                (ExpectedHeartbeats::Named(pattern), Some(name)) => pattern.fits(name),
                (ExpectedHeartbeats::Named(_), None) => false,
            }
    }
}

impl NamePattern {
    /// The name, if no other fits.
    #[must_use]
    pub fn only_name(&self) -> Option<&HeartbeatName> {
        (!self.0.as_str().contains(ANY_TEXT)).then_some(&self.0)
    }

    /// Tells whether a name fits.
    #[must_use]
    pub fn fits(&self, name: &HeartbeatName) -> bool {
        let (pattern, name) = (self.0.as_str(), name.as_str());
        let Some((first, others)) = pattern.split_once(ANY_TEXT) else { return pattern == name };
        let Some(mut rest) = name.strip_prefix(first) else { return false };
        let mut parts: Vec<&str> = others.split(ANY_TEXT).collect();
        let last = parts.pop().unwrap_or_default();
        for part in parts {
            // The first place that fits leaves the most for the parts behind it.
            let Some((_, behind)) = rest.split_once(part) else { return false };
            rest = behind;
        }
        rest.ends_with(last)
    }
}

impl HeartbeatName {
    /// The text of the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for HeartbeatName {
    type Err = InvalidHeartbeatName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_sound = !text.is_empty()
            && text.chars().count() <= LONGEST_NAME
            && text.trim() == text
            && !text.contains(|it: char| it == '/' || it.is_control());
        if is_sound { Ok(Self(text.into())) } else { Err(InvalidHeartbeatName) }
    }
}

impl FromStr for NamePattern {
    type Err = InvalidHeartbeatName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl fmt::Display for HeartbeatName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The key as `SOURCE` or `SOURCE/NAME`.
impl fmt::Display for HeartbeatKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            None => write!(f, "{}", self.source),
            Some(name) => write!(f, "{}/{name}", self.source),
        }
    }
}

impl FromStr for HeartbeatKey {
    type Err = InvalidHeartbeatName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // No source has a `/` in its name.
        match text.split_once('/') {
            None => Ok(Self { source: text.into(), name: None }),
            Some((source, name)) => Ok(Self { source: source.into(), name: Some(name.parse()?) }),
        }
    }
}

#[cfg(test)]
mod tests;
