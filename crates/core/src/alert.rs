//! An alert, as a source reports it.

mod stored;
mod parts;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub(crate) use self::parts::ValueForm;
pub use self::parts::{AlarmNaming, Kind, Mention, Status, StatusBasis};
use self::stored::StoredAlert;
use crate::{DeviceKey, Fingerprint, IncidentKey, Labels, Severity, SourceName};

/// The report of a source about one thing, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredAlert")]
pub struct Alert {
    /// The source that sent it.
    pub source: SourceName,
    /// The identity of the thing within the source, across repeats. The source's format defines it.
    pub fingerprint: Fingerprint,
    /// The kind: a state that lasts or a message to pass on.
    pub kind: Kind,
    /// The status of the state. A [`Kind::Notice`] is always firing.
    pub status: Status,
    /// The basis of the status. It counts when the alert comes in, and is not kept.
    #[serde(skip)]
    pub status_basis: StatusBasis,
    /// The way in which the sender names the alarm.
    #[serde(skip_serializing_if = "AlarmNaming::is_labels")]
    pub naming: AlarmNaming,
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

    /// The sender's word for the severity, if it is none that is known.
    #[must_use]
    pub fn unknown_level(&self) -> Option<&str> {
        self.severity_sent.as_deref().filter(|word| word.parse::<Severity>().is_err())
    }

    /// The form of the text that a matcher on `name` sees. Labels that carry an alert's identity as they are, those of
    /// Alertmanager and its like, are never written otherwise, and neither is a severity that a sender made a label.
    pub(crate) fn form_of(&self, name: &str) -> ValueForm {
        let is_sent = match name {
            SEVERITY => self.labels.get(SEVERITY).is_some(),
            _ => self.naming.is_labels(),
        };
        if is_sent { ValueForm::Sent } else { ValueForm::Kept }
    }

    /// The title, or the name where there is none.
    #[must_use]
    pub fn title(&self) -> &str {
        let title = self.annotations.get("title").filter(|it| !it.is_empty());
        title.unwrap_or_else(|| self.text_of("alertname"))
    }

    /// The key of the incident that the alert is of, if it is an alarm.
    #[must_use]
    pub fn incident_key(&self) -> IncidentKey {
        IncidentKey { source: self.source.clone(), fingerprint: self.fingerprint }
    }

    /// The key of the device, by which an end that fits no alarm of its own finds the one that it means; `None`: an
    /// alarm is ended only by its very labels.
    #[must_use]
    pub fn device_key(&self) -> Option<DeviceKey> {
        match self.naming {
            AlarmNaming::Labels => None,
            AlarmNaming::Name | AlarmNaming::Text => Some(DeviceKey::new(self.source.clone(), &self.labels)),
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

impl From<StoredAlert> for Alert {
    fn from(stored: StoredAlert) -> Self {
        let StoredAlert {
            source,
            fingerprint,
            kind,
            status,
            naming,
            severity,
            severity_sent,
            mut labels,
            annotations,
            extra,
            mention,
            starts_at,
            ends_at,
            generator_url,
        } = stored;
        let source = source.unwrap_or_else(|| {
            labels.take(SEVERITY);
            labels.take(SOURCE).unwrap_or_default().as_str().into()
        });
        Self {
            source,
            fingerprint,
            kind,
            status,
            status_basis: StatusBasis::Stated,
            naming,
            severity,
            severity_sent,
            labels,
            annotations,
            extra,
            mention,
            starts_at,
            ends_at,
            generator_url,
        }
    }
}

#[cfg(test)]
mod tests;
