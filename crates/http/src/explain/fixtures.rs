//! Fixtures for the tests of several modules.

use std::collections::{BTreeMap, BTreeSet};

use fanfare_core::{
    AlarmNaming, Alert, AlertId, ClockLeads, Fingerprint, Kind, Labels, Mention, Severity, Status,
    StatusBasis,
};
use fanfare_gateway::{AlertHistory, DeliveryOutlook, OmittedRows};
use jiff::Timestamp;

/// 2026-03-08 12:00:00 UTC, the beginning of every history.
pub(crate) const NOON: Timestamp = Timestamp::constant(1_772_971_200, 0);

/// The history of an urgent alarm that was accepted at [`NOON`], and nothing else.
pub(crate) fn story() -> AlertHistory {
    let labels: Labels = [("alertname", "door")].into_iter().collect();
    AlertHistory {
        id: AlertId(42),
        received_at: NOON,
        repeats: 0,
        repeated_at: None,
        repeat_reasons: Vec::new(),
        incident: AlertId(42),
        since: NOON,
        alert: Alert {
            source: "thinklink".into(),
            fingerprint: Fingerprint::from_labels(&labels),
            kind: Kind::Alarm,
            status: Status::Firing,
            status_basis: StatusBasis::Stated,
            naming: AlarmNaming::Labels,
            severity: Severity::Urgent,
            severity_sent: None,
            labels,
            annotations: Labels::default(),
            extra: Labels::default(),
            mention: Mention::default(),
            starts_at: NOON,
            ends_at: None,
            generator_url: None,
        },
        policy: None,
        policy_text: None,
        suppressed: Vec::new(),
        notifications: Vec::new(),
        acknowledgements: Vec::new(),
        before: Vec::new(),
        after: Vec::new(),
        reports: Vec::new(),
        left_out: OmittedRows::default(),
    }
}

/// The outlook of a gateway that has been running since before any history, and has nothing to do.
pub(crate) fn outlook() -> DeliveryOutlook {
    DeliveryOutlook {
        started_at: Timestamp::MIN,
        earlier_starts: Vec::new(),
        cut_off: BTreeSet::new(),
        under_way: BTreeMap::new(),
        blocked_until: BTreeMap::new(),
        leads: ClockLeads::default(),
    }
}
