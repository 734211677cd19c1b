//! Channel test: a marked message through the real channel, on request and on schedule.

use std::sync::Arc;

use fanfare_core::{
    Alert, ChannelName, ContractState, Decision, DeliveryTerms, EscalationDecision, Incident, IncidentChange,
    Notification, Plan, Verdict, Why,
};
use fanfare_store::{Accepted, Decider, PolicyId};
use jiff::Timestamp;

use crate::dispatch::PolicyDecider;
use crate::intake::{Intake, NotKept};
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
    NotKept(#[from] NotKept),
}

/// Sends a marked test through `channel`.
pub(crate) async fn test(
    intake: &Arc<Intake>,
    channel: &ChannelName,
    reason: TestReason<'_>,
    now: Timestamp,
) -> Result<Accepted, TestError> {
    let unknown = || TestError::UnknownChannel(channel.clone());
    let policy = intake.dispatch.decider();
    if !policy.channels.contains_key(channel) {
        return Err(unknown());
    }
    let decider = Arc::new(SingleChannelDecider { channel: channel.clone(), policy });
    let accepted = intake.accept_by(decider, vec![channel_test(channel, reason, now)], now).await?;
    accepted.into_iter().next().ok_or_else(unknown)
}

/// Decisions that tell one channel only, and otherwise follow the policy.
#[derive(Debug)]
struct SingleChannelDecider {
    channel: ChannelName,
    policy: Arc<PolicyDecider>,
}

impl Decider for SingleChannelDecider {
    fn policy(&self) -> Option<PolicyId> {
        self.policy.policy()
    }

    fn knows(&self, channel: &ChannelName) -> bool {
        self.policy.knows(channel)
    }

    fn plan(&self, _: &Alert, _: Option<&Incident>, _: Timestamp) -> Plan {
        let terms = Arc::new(DeliveryTerms::plain(vec![self.channel.clone()]));
        let verdict = Verdict::Notify { why: Why::Notice, terms };
        let decision = Decision { receiver: RECEIVER.into(), route: None, verdict };
        Plan { decisions: vec![decision], incident: IncidentChange::Leave }
    }

    fn pursue(&self, terms: &DeliveryTerms, standing: &ContractState, now: Timestamp) -> EscalationDecision {
        self.policy.pursue(terms, standing, now)
    }

    fn abandoned(
        &self,
        notification: &Notification,
        told: &[ChannelName],
        now: Timestamp,
    ) -> Option<(Alert, Plan)> {
        self.policy.abandoned(notification, told, now)
    }
}
