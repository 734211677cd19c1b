//! Alerts and acknowledgements.

use std::collections::BTreeMap;

use fanfare_api::{AcknowledgedBy, AlertContent, MentionedPeople};
use fanfare_core::{Acknowledgement, Alert, Labels, Mention};

use super::word;

pub(super) fn alert_content(alert: &Alert) -> AlertContent {
    let Alert {
        source: _,
        fingerprint,
        kind,
        status,
        status_basis: _, // it counted when the alert came in
        naming: _,       // seen from the labels
        severity,
        severity_sent,
        labels: _,
        annotations,
        extra,
        mention: Mention { mobiles, user_ids, all },
        starts_at,
        ends_at,
        generator_url,
    } = alert;
    AlertContent {
        fingerprint: fingerprint.to_string(),
        kind: word::kind(*kind),
        status: word::state(*status),
        severity: word::severity(*severity),
        severity_sent: severity_sent.clone(),
        labels: texts(&alert.all_labels()),
        annotations: texts(annotations),
        extra: texts(extra),
        mention: MentionedPeople { mobiles: mobiles.clone(), user_ids: user_ids.clone(), all: *all },
        starts_at: *starts_at,
        ends_at: *ends_at,
        generator_url: generator_url.clone(),
    }
}

/// The labels as the API's JSON.
pub(super) fn texts(labels: &Labels) -> BTreeMap<String, String> {
    labels.iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
}

pub(super) fn acknowledged_by(acknowledgement: Acknowledgement) -> AcknowledgedBy {
    let Acknowledgement { by, at } = acknowledgement;
    AcknowledgedBy { by, at }
}
