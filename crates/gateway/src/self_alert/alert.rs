//! Self-alert: an alert from the source `fanfare`.

use fanfare_core::{
    AlarmNaming, Alert, Fingerprint, Kind, Labels, Language, Mention, Severity, Status, StatusBasis,
};
use fanfare_words::{SelfAlertFacts, SelfAlertText, annotation_in};
use jiff::Timestamp;

/// The source of self-alerts. No configured source may have this name.
pub const SELF_SOURCE: &str = "fanfare";

/// Tells whether `alert` is a self-alert.
pub(crate) fn is_self_alert(alert: &Alert) -> bool {
    alert.source.as_str() == SELF_SOURCE
}

/// The parts of a self-alert.
#[derive(Debug, Clone)]
pub(crate) struct SelfAlert<'a> {
    /// The alert's `alertname` label.
    pub(crate) name: &'a str,
    /// The channel, quota or source that tells it from others of its name.
    pub(crate) subject: &'a str,
    /// The part that tells it from others of its name and subject, if there are any.
    pub(crate) cause: Option<&'a str>,
    pub(crate) kind: Kind,
    pub(crate) status: Status,
    pub(crate) severity: Severity,
    /// Further labels, by which it is routed. They tell it from no other.
    pub(crate) labels: Labels,
    pub(crate) facts: SelfAlertFacts,
}

impl SelfAlert<'_> {
    /// The alert made of these parts. It carries its texts in each language: which one is
    /// told is up to the channel.
    pub(crate) fn alert(self, now: Timestamp) -> Alert {
        let Self { name, subject, cause, kind, status, severity, labels: further, facts } = self;
        let cause = cause.map(|cause| ("cause", cause));
        let mut labels: Labels =
            [("alertname", name), ("subject", subject)].into_iter().chain(cause).collect();
        let mut identity = labels.clone();
        identity.set("source", SELF_SOURCE);
        let fingerprint = Fingerprint::from_labels(&identity);
        labels.fill_from(&further);
        Alert {
            source: SELF_SOURCE.into(),
            fingerprint,
            kind,
            status,
            status_basis: StatusBasis::Stated,
            naming: AlarmNaming::Labels,
            severity,
            severity_sent: None,
            labels,
            annotations: annotations(&facts),
            extra: Labels::default(),
            mention: Mention::default(),
            starts_at: now,
            ends_at: None,
            generator_url: None,
        }
    }
}

/// The texts in each language: the plain annotations are English.
fn annotations(facts: &SelfAlertFacts) -> Labels {
    let mut annotations = Labels::default();
    let mut set = |name: String, text: String| annotations.set(name, text);
    for language in [Language::En, Language::Zh] {
        let name = |name: &str| match language {
            Language::En => name.to_owned(),
            Language::Zh => annotation_in(name, language),
        };
        let SelfAlertText { title, description, content } = facts.text(language);
        set(name("title"), title);
        set(name("description"), description);
        if let Some(content) = content {
            set(name("content"), content);
        }
    }
    annotations
}
