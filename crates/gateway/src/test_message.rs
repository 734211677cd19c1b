//! A marked test through the real channel: when somebody asks for it, and on schedule.

use std::sync::Arc;

use fanfare_core::{
    Alert, ChannelName, ContractState, Decision, DeliveryTerms, EscalationDecision, Incident, IncidentChange,
    Kind, Notification, Plan, Severity, Status, Verdict, Why, cut_to_bytes, one_line,
};
use fanfare_store::{Accepted, Decider, PolicyId};
use jiff::Timestamp;

use crate::decider::PolicyDecider;
use crate::gateway::Gateway;
use crate::intake::{Intake, NotKept};
use crate::ourselves::AboutUs;

/// The receiver that stands for a channel under test.
const RECEIVER: &str = "channel test";

/// How much of a name is shown.
const NAME_BYTES: usize = 100;

/// Why a channel was not tested.
#[derive(Debug, thiserror::Error)]
pub enum TestError {
    /// It is not in the config.
    #[error("there is no channel `{0}` in the config")]
    UnknownChannel(ChannelName),
    /// The test could not be kept.
    #[error(transparent)]
    NotKept(#[from] NotKept),
}

/// Why a test is made.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Occasion<'a> {
    /// Somebody asked for it, who named themselves so.
    AskedBy(&'a str),
    /// It is on schedule.
    Drill,
}

impl Gateway {
    /// Sends a marked test through `channel`, as any alert would go: it waits its
    /// turn, counts, and is in the ledger. `by` is who asked for it.
    ///
    /// # Errors
    ///
    /// If there is no such channel, or the test cannot be kept.
    pub async fn test_channel(&self, channel: &ChannelName, by: &str) -> Result<Accepted, TestError> {
        test(&self.intake, channel, Occasion::AskedBy(by), self.clock.now()).await
    }
}

/// Sends a marked test through `channel`.
pub(crate) async fn test(
    intake: &Arc<Intake>,
    channel: &ChannelName,
    occasion: Occasion<'_>,
    now: Timestamp,
) -> Result<Accepted, TestError> {
    let unknown = || TestError::UnknownChannel(channel.clone());
    let policy = intake.dispatch.decider();
    if !policy.channels.contains_key(channel) {
        return Err(unknown());
    }
    let decider = Arc::new(OnlyOn { channel: channel.clone(), policy });
    let accepted = intake.accept_by(decider, vec![alert(channel, occasion, now)], now).await?;
    accepted.into_iter().next().ok_or_else(unknown)
}

fn alert(channel: &ChannelName, occasion: Occasion<'_>, now: Timestamp) -> Alert {
    let (why, why_zh) = match occasion {
        Occasion::AskedBy(by) => {
            let by = cut_to_bytes(&one_line(by), NAME_BYTES, "…");
            (format!("asked for by {by}"), format!("由 {by} 发起"))
        }
        Occasion::Drill => ("a drill on schedule".to_owned(), "例行演练".to_owned()),
    };
    AboutUs {
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

/// Tells on one channel, and else decides as the policy does.
#[derive(Debug)]
struct OnlyOn {
    channel: ChannelName,
    policy: Arc<PolicyDecider>,
}

impl Decider for OnlyOn {
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
