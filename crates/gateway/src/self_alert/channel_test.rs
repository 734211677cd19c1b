//! The alert of a channel test.

use fanfare_core::{Alert, ChannelName, Kind, Severity, Status, cut_to_bytes, one_line};
use fanfare_words::SelfAlertFacts;
use jiff::Timestamp;

use crate::self_alert::alert::SelfAlert;

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
    SelfAlert {
        name: "ChannelTest",
        subject: channel.as_str(),
        cause: None,
        kind: Kind::Notice,
        status: Status::Firing,
        severity: Severity::Low,
        facts: SelfAlertFacts::ChannelTest { channel: channel.clone(), requested_by },
    }
    .alert(now)
}
