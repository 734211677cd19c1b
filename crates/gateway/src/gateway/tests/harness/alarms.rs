//! Alarms of devices, for tests.

use fanfare_core::{Alert, Fingerprint, Labels, Severity, Status};

/// An alarm about the device `eui`, routed to the receiver `to`.
pub(in crate::gateway::tests) fn alarm_for(to: &str, eui: &str, severity: Severity) -> Alert {
    let mut alert = alarm(eui, severity);
    alert.labels.set("to", to);
    alert
}

/// An alarm about the device `eui`.
pub(in crate::gateway::tests) fn alarm(eui: &str, severity: Severity) -> Alert {
    let mut alert = fanfare_testkit::alert(severity);
    let identity: Labels = [("source", "thinklink"), ("eui", eui)].into_iter().collect();
    alert.fingerprint = Fingerprint::from_labels(&identity);
    alert.labels.set("eui", eui);
    alert
}

/// The resolution of [`alarm`].
pub(in crate::gateway::tests) fn resolved_alarm(eui: &str) -> Alert {
    Alert { status: Status::Resolved, ..alarm(eui, Severity::Low) }
}
