//! Alerts and acknowledgements.

use std::collections::BTreeMap;

use fanfare_api::{AcceptedAlert, AcknowledgedBy, AlertContent, HeldReceiver, MentionedPeople};
use fanfare_core::{Acknowledgement, Alert, CommittedAlert, Labels, Mention, Verdict};

use super::word::{self, suppression_reason};

pub(super) fn alert_content(alert: &Alert) -> AlertContent {
    let Alert {
        source: _,
        fingerprint,
        kind,
        status,
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

fn texts(labels: &Labels) -> BTreeMap<String, String> {
    labels.iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
}

/// An accepted alert, with the receivers that are told and those that are not.
pub(crate) fn accepted_alert(accepted: &CommittedAlert) -> AcceptedAlert {
    let (mut told, mut held) = (Vec::new(), Vec::new());
    for decision in &accepted.decisions {
        let receiver = decision.receiver.to_string();
        match &decision.verdict {
            Verdict::Notify { .. } => told.push(receiver),
            Verdict::Suppress(reason) => {
                held.push(HeldReceiver { receiver, reason: suppression_reason(*reason) });
            }
        }
    }
    AcceptedAlert {
        id: accepted.id.0,
        fingerprint: accepted.alert.fingerprint.to_string(),
        status: word::state(accepted.alert.status),
        told,
        held,
    }
}

pub(super) fn acknowledged_by(acknowledgement: Acknowledgement) -> AcknowledgedBy {
    let Acknowledgement { by, at } = acknowledgement;
    AcknowledgedBy { by, at }
}
