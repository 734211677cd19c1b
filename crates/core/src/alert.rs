//! What a source reports.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Fingerprint, Labels, Severity};

/// What a source reports about one thing, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// What the alert is about, across repeats. The source's format defines it.
    pub fingerprint: Fingerprint,
    /// Whether this is a state that lasts or a message to pass on.
    pub kind: Kind,
    /// Whether the state holds or has ended. A [`Kind::Notice`] is always firing.
    pub status: Status,
    /// How bad it is, as we understood it.
    pub severity: Severity,
    /// How bad it is in the sender's own word, if it said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity_sent: Option<String>,
    /// What routes are matched against: `alertname`, `source`, `severity`, `eui`, `device`, …
    pub labels: Labels,
    /// Free text for people: `title`, `description`, `content`.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub annotations: Labels,
    /// Everything else the body held, understood or not, as `dotted.path` and
    /// text. Can be matched like labels; carries no identity.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub extra: Labels,
    /// Whom the sender wants called by name.
    #[serde(default, skip_serializing_if = "Mention::is_empty")]
    pub mention: Mention,
    /// When it happened, by the sender's clock; when it arrived, if the sender did not say.
    pub starts_at: Timestamp,
    /// A page about this alert at its source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator_url: Option<String>,
}

impl Alert {
    /// The text that a matcher on `name` sees: the label, or else what the body
    /// held under that name, or else nothing (which matches as the empty text,
    /// as in Alertmanager).
    #[must_use]
    pub fn text_of(&self, name: &str) -> &str {
        self.labels.get(name).or_else(|| self.extra.get(name)).unwrap_or_default()
    }
}

/// Whether an alert is a state that lasts or a message to pass on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A state: it fires, may get worse, and resolves.
    Alarm,
    /// A message, such as a daily report: told once, never an incident.
    Notice,
}

/// Whether the state an alert reports holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It holds.
    Firing,
    /// It has ended.
    Resolved,
}

impl Kind {
    /// The word for the kind in the API and in the store.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Alarm => "alarm",
            Self::Notice => "notice",
        }
    }
}

impl Status {
    /// The word for the status in the API and in the store.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Resolved => "resolved",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Whom a message should call by name, where the channel can.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// Mobile numbers, as the sender wrote them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mobiles: Vec<String>,
    /// User ids of the channel's provider.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub user_ids: Vec<String>,
    /// Everybody in the group.
    #[serde(default)]
    pub all: bool,
}

impl Mention {
    /// Nobody is to be called.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { mobiles, user_ids, all } = self;
        mobiles.is_empty() && user_ids.is_empty() && !all
    }
}
