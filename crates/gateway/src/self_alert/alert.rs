//! Self-alert: an alert from the source `fanfare`.

use fanfare_core::{Alert, Fingerprint, Kind, Labels, Mention, Severity, Status};
use jiff::Timestamp;

/// The source of self-alerts. No configured source may have this name.
pub const SELF_SOURCE: &str = "fanfare";

/// Tells whether `alert` is a self-alert.
pub(crate) fn is_self_alert(alert: &Alert) -> bool {
    alert.text_of("source") == SELF_SOURCE
}

/// The parts of a self-alert.
#[derive(Debug, Clone)]
pub(crate) struct SelfAlert<'a> {
    /// The `alertname`.
    pub(crate) name: &'a str,
    /// The channel, quota or source that tells it from others of its name.
    pub(crate) subject: &'a str,
    pub(crate) kind: Kind,
    pub(crate) status: Status,
    pub(crate) severity: Severity,
    /// One line, in English and Chinese.
    pub(crate) title: String,
    /// The event and the remedy, in English and Chinese.
    pub(crate) description: String,
}

impl SelfAlert<'_> {
    /// The alert made of these parts.
    pub(crate) fn alert(self, now: Timestamp) -> Alert {
        let Self { name, subject, kind, status, severity, title, description } = self;
        let identity: Labels =
            [("source", SELF_SOURCE), ("alertname", name), ("subject", subject)].into_iter().collect();
        let fingerprint = Fingerprint::of(&identity);
        let mut labels = identity;
        labels.set("severity", severity.word());
        Alert {
            fingerprint,
            kind,
            status,
            severity,
            severity_sent: None,
            labels,
            annotations: [("title", title.as_str()), ("description", description.as_str())]
                .into_iter()
                .collect(),
            extra: Labels::default(),
            mention: Mention::default(),
            starts_at: now,
            generator_url: None,
        }
    }
}
