//! Answers to sources: what was read out of a body, and who is told of it.

use fanfare_api::{AcceptedAlert, AlertReading, ErrorDetails, HeldReceiver, PreviewedAlert, UnderstoodAlert};
use fanfare_core::{Alert, CommittedAlert, Plan, Verdict};
use fanfare_sources::{ReadAlert, Unreadable};

use super::alert::texts;
use super::word::{self, suppression_reason};

/// The meaning of one alert's part of a body.
pub(crate) fn alert_reading(read: &ReadAlert) -> AlertReading {
    let ReadAlert { alert, path, unread, unknown_level } = read;
    AlertReading {
        path: path.clone(),
        understood: Some(UnderstoodAlert {
            kind: word::kind(alert.kind),
            severity: word::severity(alert.severity),
            labels: texts(&alert.labels),
            annotations: texts(&alert.annotations),
        }),
        unread: unread.clone(),
        unknown_level: unknown_level.clone(),
    }
}

/// An accepted alert, with the receivers that are told and those that are not.
pub(crate) fn accepted_alert(accepted: &CommittedAlert, reading: AlertReading) -> AcceptedAlert {
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
        ended: accepted.ended.map(|it| it.0),
        reading,
    }
}

/// An alert of which nothing was stored, with the receivers that `plan` would tell.
pub(crate) fn previewed_alert(alert: &Alert, plan: &Plan, reading: AlertReading) -> PreviewedAlert {
    let told = plan.decisions.iter().filter(|it| it.suppression().is_none());
    PreviewedAlert {
        fingerprint: alert.fingerprint.to_string(),
        status: word::state(alert.status),
        would_tell: told.map(|it| it.receiver.to_string()).collect(),
        reading,
    }
}

/// An entry of a list that cannot be an alert.
pub(crate) fn refused_entry(unreadable: &Unreadable) -> ErrorDetails {
    let Unreadable { fault, path, message } = unreadable;
    ErrorDetails { code: fault.word().to_owned(), message: message.clone(), path: Some(path.clone()) }
}
