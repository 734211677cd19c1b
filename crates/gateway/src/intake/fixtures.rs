//! Accepted alerts, for tests.

use fanfare_core::{Alert, AlertEntry, AlertId, CommittedAlert, Severity};

/// An alarm that was accepted, with a change.
pub(super) fn accepted(change: impl FnOnce(&mut Alert)) -> CommittedAlert {
    let mut alert = fanfare_testkit::alert(Severity::High);
    change(&mut alert);
    CommittedAlert {
        id: AlertId(1),
        alert: alert.into(),
        decisions: Vec::new(),
        entry: AlertEntry::New,
        ended: None,
    }
}
