//! Channel test: a marked message through the real channel, on request and on schedule.

use std::sync::Arc;

use fanfare_core::{
    AlertId, ChannelName, Decision, DeliveryId, DeliveryTerms, IncidentChange, Plan, Verdict, Why,
};
use jiff::Timestamp;

use crate::intake::{Intake, NotStored};
use crate::self_alert::{TestReason, channel_test};

/// The receiver name under which a test appears in the ledger.
const RECEIVER: &str = "channel test";

/// Refusal of a channel test.
#[derive(Debug, thiserror::Error)]
pub enum TestError {
    /// The channel is not in the config.
    #[error("there is no channel `{0}` in the config")]
    UnknownChannel(ChannelName),
    /// The test could not be stored.
    #[error(transparent)]
    NotStored(#[from] NotStored),
}

/// A test message that is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestMessage {
    /// The alert that stands for it.
    pub alert: AlertId,
    /// The delivery through the channel under test.
    pub delivery: DeliveryId,
}

/// Sends a marked test through `channel`, without regard to the policy.
pub(crate) async fn test(
    intake: &Intake,
    channel: &ChannelName,
    reason: TestReason<'_>,
    now: Timestamp,
) -> Result<TestMessage, TestError> {
    let unknown = || TestError::UnknownChannel(channel.clone());
    if !intake.dispatch.policy().channels.contains_key(channel) {
        return Err(unknown());
    }
    let alert = channel_test(channel, reason, now);
    let committed = intake.accept_planned(alert, only_to(channel), now).await?;
    let sent = committed.and_then(|it| {
        Some(TestMessage { alert: it.alerts.first()?.id, delivery: it.deliveries.first()?.id })
    });
    sent.ok_or_else(unknown)
}

fn only_to(channel: &ChannelName) -> Plan {
    let terms = Arc::new(DeliveryTerms::plain(vec![channel.clone()]));
    let verdict = Verdict::Notify { why: Why::Notice, terms };
    let decision = Decision { receiver: RECEIVER.into(), route: None, verdict };
    Plan { decisions: vec![decision], incident: IncidentChange::Leave }
}
