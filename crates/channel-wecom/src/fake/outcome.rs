//! The outcome of a message: its answer, and what is recorded of it.

use fanfare_sandbox::{
    ProviderAnswer, ProviderRefusal, ProviderRequest, ProviderVerdict, SandboxJournal, ShownMessage,
    ViolationKind,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::content;
use super::reply::{TOO_OFTEN, ok_with, refuse};

/// The kind of channel that talks to WeCom.
pub(super) const KIND: &str = "wecom";

/// The outcome of a message.
pub(super) struct WeComOutcome {
    pub(super) verdict: ProviderVerdict,
    pub(super) shown: ShownMessage,
    pub(super) violation: Option<(ViolationKind, String)>,
    /// The fields of the answer besides `errcode` and `errmsg`.
    pub(super) fields: Value,
}

impl WeComOutcome {
    pub(super) fn new(verdict: ProviderVerdict, shown: ShownMessage) -> Self {
        Self { verdict, shown, violation: None, fields: json!({}) }
    }

    pub(super) fn refused(ProviderRefusal { code, words }: ProviderRefusal) -> Self {
        Self::new(ProviderVerdict::Refused { code, words }, ShownMessage::default())
    }

    pub(super) fn too_often(violation: ViolationKind) -> Self {
        let words = "api freq out of limit".to_owned();
        let violation = Some((violation, words.clone()));
        let verdict = ProviderVerdict::Throttled { code: TOO_OFTEN, words };
        Self { violation, ..Self::new(verdict, ShownMessage::default()) }
    }

    /// Records the outcome, and makes the answer of it.
    pub(super) fn settle(
        self,
        name: &str,
        request: &ProviderRequest,
        journal: &mut SandboxJournal,
        now: Timestamp,
    ) -> ProviderAnswer {
        let Self { verdict, mut shown, violation, fields } = self;
        if let Some((kind, detail)) = violation {
            journal.violation(kind, name, now, &detail);
        }
        let answer = match &verdict {
            ProviderVerdict::Delivered | ProviderVerdict::Duplicate => ok_with(fields),
            ProviderVerdict::Refused { code, words } | ProviderVerdict::Throttled { code, words } => {
                shown = content::parse_loosely(request.body());
                refuse(&ProviderRefusal::new(*code, words.as_str()), request, now)
            }
            ProviderVerdict::Broken { fault } => {
                refuse(&ProviderRefusal::new(-1, fault.as_str()), request, now)
            }
        };
        journal.record(KIND, name, now, verdict, shown);
        answer
    }
}
