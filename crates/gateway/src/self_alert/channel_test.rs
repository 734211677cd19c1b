//! The alert of a channel test.

use fanfare_core::{Alert, ChannelName, Kind, Severity, Status, cut_to_bytes, one_line};
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
    let (why, why_zh) = match reason {
        TestReason::RequestedBy(by) => {
            let by = cut_to_bytes(&one_line(by), NAME_BYTES, "…");
            (format!("asked for by {by}"), format!("由 {by} 发起"))
        }
        TestReason::Drill => ("a drill on schedule".to_owned(), "例行演练".to_owned()),
    };
    SelfAlert {
        name: "ChannelTest",
        subject: channel.as_str(),
        kind: Kind::Notice,
        status: Status::Firing,
        severity: Severity::Low,
        title: format!("TEST of channel `{channel}`, nothing to do / 测试渠道 {channel}，无需处理"),
        description: format!(
            "Whoever reads this sees that the channel works ({why}). / 收到本消息即表示该渠道可用（{why_zh}）。"
        ),
    }
    .alert(now)
}
