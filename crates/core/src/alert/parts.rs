//! The kind and the status of an alert, and the people that it calls.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The kind of an alert: a state that lasts or a message to pass on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A state: it fires, may get worse, and resolves.
    Alarm,
    /// A message, such as a daily report: told once, never an incident.
    Notice,
}

/// The status of the state that an alert reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The state holds.
    Firing,
    /// The state has ended.
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

/// The basis on which the status of an alert is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StatusBasis {
    /// A statement of the sender: a field for it, or the rules of the format.
    #[default]
    Stated,
    /// Words for people, which may mean something else.
    Words,
}

/// The way in which a sender names an alarm, by which its end finds it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AlarmNaming {
    /// By all its labels: an end ends the alarm with the same ones, and no other.
    #[default]
    Labels,
    /// By a name, the label `alertname`.
    Name,
    /// By no name: the sender gave none, and the alarm goes by its text.
    Text,
}

/// The form in which an alert has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueForm {
    /// The form in which its sender wrote it: compared as such.
    Sent,
    /// The gateway's own form: compared in that.
    Kept,
}

impl AlarmNaming {
    /// Tells whether an alarm is named by all its labels.
    #[must_use]
    pub fn is_labels(&self) -> bool {
        *self == Self::Labels
    }
}

/// The people whom a message calls by name, where the channel can.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// Mobile numbers: those of China bare, others with `+` and the code of the country.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mobiles: Vec<String>,
    /// User ids of the channel's provider.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub user_ids: Vec<String>,
    /// All members of the group.
    #[serde(default)]
    pub all: bool,
}

impl Mention {
    /// Tells whether no one is called.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { mobiles, user_ids, all } = self;
        mobiles.is_empty() && user_ids.is_empty() && !all
    }
}
