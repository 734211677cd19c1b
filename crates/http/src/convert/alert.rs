//! Alerts and acknowledgements.

use std::collections::BTreeMap;

use fanfare_api::{AcceptedAlert, AcknowledgedBy, AlertContent, HeldReceiver, MentionedPeople};
use fanfare_core::{Acknowledgement, Alert, Labels, Mention, Verdict};

use super::word::{kind, severity, state, suppression_reason};

pub(super) fn alert_content(alert: &Alert) -> AlertContent {
    let Mention { mobiles, user_ids, all } = alert.mention.clone();
    AlertContent {
        fingerprint: alert.fingerprint.to_string(),
        kind: kind(alert.kind),
        status: state(alert.status),
        severity: severity(alert.severity),
        severity_sent: alert.severity_sent.clone(),
        labels: texts(&alert.all_labels()),
        annotations: texts(&alert.annotations),
        extra: texts(&alert.extra),
        mention: MentionedPeople { mobiles, user_ids, all },
        starts_at: alert.starts_at,
        generator_url: alert.generator_url.clone(),
    }
}

fn texts(labels: &Labels) -> BTreeMap<String, String> {
    labels.iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
}

/// An accepted alert, with the receivers that are told and those that are not.
pub(crate) fn accepted_alert(accepted: &fanfare_core::CommittedAlert) -> AcceptedAlert {
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
        status: state(accepted.alert.status),
        told,
        held,
    }
}

pub(super) fn acknowledged_by(acknowledgement: Acknowledgement) -> AcknowledgedBy {
    let Acknowledgement { by, at } = acknowledgement;
    AcknowledgedBy { by, at }
}
