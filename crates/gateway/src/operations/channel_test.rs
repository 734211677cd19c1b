//! Channel test: a marked message through the real channel, on request and on schedule.

use std::sync::Arc;

use fanfare_core::{
    AlertId, ChannelName, Decision, DeliveryId, DeliveryTerms, IncidentChange, LedgerSentence,
    NotificationId, Plan, StateKey, Verdict, Why, withdraw,
};
use fanfare_store::Unit;
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
    /// The notification of that delivery.
    pub notification: NotificationId,
}

/// The reason for which a test that had no turn is withdrawn.
const NO_TURN: LedgerSentence = LedgerSentence::TestWithoutTurn;

/// Withdraws a test whose turn has not come: nobody waits for it any more.
pub(crate) async fn withdraw_test(
    intake: &Intake,
    message: TestMessage,
    now: Timestamp,
) -> Result<(), NotStored> {
    let TestMessage { alert: _, delivery, notification } = message;
    let decide = move |state: &_| withdraw(state, delivery, NO_TURN.text(), now);
    let unit = Unit::new(vec![StateKey::Notification(notification)], decide);
    intake.store.transact(vec![unit]).await?;
    Ok(())
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
        let delivery = it.deliveries.first()?;
        let (alert, notification) = (it.alerts.first()?.id, delivery.notification);
        Some(TestMessage { alert, delivery: delivery.id, notification })
    });
    sent.ok_or_else(unknown)
}

fn only_to(channel: &ChannelName) -> Plan {
    let terms = Arc::new(DeliveryTerms::plain(vec![channel.clone()]));
    let verdict = Verdict::Notify { why: Why::Notice, terms };
    let decision = Decision { receiver: RECEIVER.into(), route: None, verdict };
    Plan { decisions: vec![decision], incident: IncidentChange::Leave }
}
