//! All receivers of webhooks.

use fanfare_sandbox::{
    AccountSettings, AccountTable, InvalidAccount, OpenAccount, Provider, ProviderAnswer, ProviderRefusal,
    ProviderRequest, ProviderVerdict, SandboxJournal, ShownMessage, Target,
};
use jiff::Timestamp;
use serde_json::json;

use super::receiver::{ReceiverSettings, ReceiverState};

/// The kind of channel that posts to a receiver.
const KIND: &str = "webhook";

/// The path of a receiver before its token.
const PATH: &str = "/webhook/";

/// All receivers of webhooks.
#[derive(Default)]
pub struct FakeWebhook {
    receivers: AccountTable<ReceiverState>,
}

impl FakeWebhook {
    fn decide(&mut self, request: &ProviderRequest, now: Timestamp) -> (ProviderVerdict, ShownMessage) {
        let refused = |ProviderRefusal { code, words }| {
            (ProviderVerdict::Refused { code, words }, ShownMessage::default())
        };
        let Some(receiver) = token_of(request).and_then(|token| self.receivers.get_mut(token)) else {
            return refused(ProviderRefusal::new(404, "no such receiver"));
        };
        match receiver.check(request, now) {
            Ok(shown) => {
                let is_known = shown.id.as_deref().is_some_and(|id| receiver.has_seen(id, now));
                (if is_known { ProviderVerdict::Duplicate } else { ProviderVerdict::Delivered }, shown)
            }
            Err(refusal) => refused(refusal),
        }
    }
}

impl Provider for FakeWebhook {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn open_accounts(&self) -> &'static [OpenAccount] {
        &[OpenAccount { name: KIND, settings: &[("token", "sandbox")] }]
    }

    fn check(&self, settings: &AccountSettings<'_>) -> Result<(), InvalidAccount> {
        ReceiverSettings::from_settings(settings).map(drop)
    }

    fn add(&mut self, name: &str, settings: &AccountSettings<'_>) -> Result<(), InvalidAccount> {
        self.receivers.add(name, ReceiverSettings::from_settings(settings)?);
        Ok(())
    }

    fn serves(&self, path: &str) -> bool {
        path.starts_with(PATH)
    }

    fn target_of(&self, request: &ProviderRequest) -> Option<&Target> {
        self.receivers.target(token_of(request)?)
    }

    fn answer(
        &mut self,
        request: &ProviderRequest,
        journal: &mut SandboxJournal,
        now: Timestamp,
    ) -> ProviderAnswer {
        let (verdict, shown) = self.decide(request, now);
        let name = self.target_of(request).map_or("unknown", Target::first_name).to_owned();
        let answer = match verdict.refusal() {
            Some((status, words)) => {
                ProviderAnswer::json(u16::try_from(status).unwrap_or(500), &json!({"error": words}))
            }
            None => ProviderAnswer::json(200, &json!({"status": "ok"})),
        };
        journal.record(KIND, &name, now, verdict, shown);
        answer
    }

    fn answer_with(
        &self,
        code: i64,
        words: &str,
        _request: &ProviderRequest,
        _now: Timestamp,
    ) -> ProviderAnswer {
        ProviderAnswer::json(200, &json!({"errcode": code, "errmsg": words}))
    }
}

fn token_of(request: &ProviderRequest) -> Option<&str> {
    request.path().strip_prefix(PATH)
}
