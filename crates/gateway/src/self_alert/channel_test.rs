//! The alert of a channel test.

use fanfare_core::{Alert, ChannelName, Kind, Labels, Severity, Status, cut_to_bytes, one_line};
use fanfare_words::SelfAlertFacts;
use jiff::Timestamp;

use crate::self_alert::alert::{SelfAlert, is_self_alert};

/// The `alertname` of the alert.
const CHANNEL_TEST: &str = "ChannelTest";

/// The field of the alert with the name of the person who asked for it.
const REQUESTED_BY: &str = "requested_by";

/// The part of a requester's name that is shown, in bytes.
const NAME_BYTES: usize = 100;

/// The reason of a channel test.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TestReason<'a> {
    /// A request of a person, who gave this name.
    RequestedBy(&'a str),
    /// The channel's schedule.
    Drill,
}

/// The alert that tests `channel`.
pub(crate) fn channel_test(channel: &ChannelName, reason: TestReason<'_>, now: Timestamp) -> Alert {
    let requested_by = match reason {
        TestReason::RequestedBy(by) => Some(cut_to_bytes(&one_line(by), NAME_BYTES, "…")),
        TestReason::Drill => None,
    };
    let mut alert = SelfAlert {
        name: CHANNEL_TEST,
        subject: channel.as_str(),
        cause: None,
        kind: Kind::Notice,
        status: Status::Firing,
        severity: Severity::Low,
        labels: Labels::default(),
        facts: SelfAlertFacts::ChannelTest { channel: channel.clone(), requested_by: requested_by.clone() },
    }
    .alert(now);
    if let Some(by) = requested_by {
        alert.extra.set(REQUESTED_BY, by);
    }
    alert
}

/// Tells whether `alert` is a test that a person has asked for, and waits for.
pub(crate) fn is_requested_test(alert: &Alert) -> bool {
    let is_test = is_self_alert(alert) && alert.labels.get("alertname") == Some(CHANNEL_TEST);
    is_test && alert.extra.get(REQUESTED_BY).is_some()
}
