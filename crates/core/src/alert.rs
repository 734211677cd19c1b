//! An alert, as a source reports it.

mod stored;

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::stored::StoredAlert;
use crate::{Fingerprint, Labels, Severity, SourceName};

/// The report of a source about one thing, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredAlert")]
pub struct Alert {
    /// The source that sent it.
    pub source: SourceName,
    /// The identity of the thing, across repeats. The source's format defines it.
    pub fingerprint: Fingerprint,
    /// The kind: a state that lasts or a message to pass on.
    pub kind: Kind,
    /// The status of the state. A [`Kind::Notice`] is always firing.
    pub status: Status,
    /// The severity, as the gateway understands it.
    pub severity: Severity,
    /// The severity in the sender's own word, if it gave one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity_sent: Option<String>,
    /// The labels as sent, with those that the source's settings fix: `alertname`, `eui`, `device`, …
    pub labels: Labels,
    /// Free text for people: `title`, `description`, `content`.
    #[serde(skip_serializing_if = "Labels::is_empty")]
    pub annotations: Labels,
    /// Everything else of the body, understood or not, as `dotted.path` and
    /// text. Can be matched like labels; carries no identity.
    #[serde(skip_serializing_if = "Labels::is_empty")]
    pub extra: Labels,
    /// The people to mention.
    #[serde(skip_serializing_if = "Mention::is_empty")]
    pub mention: Mention,
    /// The beginning, by the sender's clock; the arrival, if the sender did not say.
    pub starts_at: Timestamp,
    /// The end, if the sender has said when it ends, or has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
    /// A page about this alert at its source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generator_url: Option<String>,
}

impl Alert {
    /// The text that a matcher on `name` sees: the label, else the body's text of that name, else nothing
    /// (which matches as the empty text, as in Alertmanager).
    ///
    /// `source` is always the gateway's name for the source: no sender can pass for another. `severity` is
    /// the gateway's word for it unless the sender labelled the alert with a word of its own.
    #[must_use]
    pub fn text_of(&self, name: &str) -> &str {
        match name {
            SOURCE => self.source.as_str(),
            SEVERITY => self.labels.get(SEVERITY).unwrap_or(self.severity.word()),
            _ => self.labels.get(name).or_else(|| self.extra.get(name)).unwrap_or_default(),
        }
    }

    /// The labels as matchers see them and the API shows them: with `source` and `severity` among them.
    #[must_use]
    pub fn all_labels(&self) -> Labels {
        let mut labels = self.labels.clone();
        [SOURCE, SEVERITY].into_iter().for_each(|name| labels.set(name, self.text_of(name)));
        labels
    }
}

/// The name under which matchers and the API know [`Alert::source`].
const SOURCE: &str = "source";

/// The name under which matchers and the API know [`Alert::severity`].
const SEVERITY: &str = "severity";

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

#[cfg(test)]
mod tests;
