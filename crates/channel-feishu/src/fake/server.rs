//! A Feishu with all its bots.

use fanfare_sandbox::{
    AccountSettings, AccountTable, FakeAccountState, InvalidAccount, OpenAccount, Provider, ProviderAnswer,
    ProviderRefusal, ProviderRequest, ProviderVerdict, SandboxJournal, ShownMessage, Target, ViolationKind,
};
use jiff::Timestamp;
use serde_json::json;

use super::bot::{BotSettings, BotState};
use super::message::BotMessage;
use super::rules::{FeishuRules, SuccessForm};

/// The kind of channel that talks to Feishu.
const KIND: &str = "feishu";

/// The path of a webhook before the token.
const PATH: &str = "/open-apis/bot/v2/hook/";

/// The code of a malformed request, which alone comes with HTTP 400.
const BAD_REQUEST: i64 = 9_499;

/// A Feishu with all its bots.
#[derive(Default)]
pub struct FakeFeishu {
    rules: FeishuRules,
    bots: AccountTable<BotState>,
}

impl FakeFeishu {
    /// A Feishu with these rules and no bots.
    #[must_use]
    pub fn new(rules: FeishuRules) -> Self {
        Self { rules, ..Self::default() }
    }

    /// The decision about a request, and the message as people see it.
    fn decide(
        &mut self,
        request: &ProviderRequest,
        journal: &mut SandboxJournal,
        now: Timestamp,
    ) -> (ProviderVerdict, ShownMessage) {
        let refused = |ProviderRefusal { code, words }| {
            (ProviderVerdict::Refused { code, words }, BotMessage::parse_loosely(request.body()))
        };
        if !request.is_post() || !request.is_json() {
            return refused(ProviderRefusal::new(BAD_REQUEST, "Bad Request"));
        }
        let Some(bot) = token_of(request).and_then(|token| self.bots.get_mut(token)) else {
            let words = "param invalid: incoming webhook access token invalid";
            return refused(ProviderRefusal::new(19_001, words));
        };
        let message = match bot.check(&self.rules, request, now) {
            Ok(message) => message,
            Err(refusal) => return refused(refusal),
        };
        let shown = message.shown(&bot.settings.members);
        match bot.count(now) {
            Ok(()) => (ProviderVerdict::Delivered, shown),
            Err(limit) => {
                journal.violation(ViolationKind::LimitExceeded, bot.target().first_name(), now, limit);
                let (code, words) =
                    (self.rules.too_fast_code, "too many request, frequency limited".to_owned());
                (ProviderVerdict::Throttled { code, words }, shown)
            }
        }
    }

    fn success(&self) -> ProviderAnswer {
        let body = match self.rules.success {
            SuccessForm::Present => {
                json!({"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"})
            }
            SuccessForm::Legacy => json!({"Extra": null, "StatusCode": 0, "StatusMessage": "success"}),
        };
        ProviderAnswer::json(200, &body)
    }

    fn refusal(code: i64, words: &str) -> ProviderAnswer {
        let status = if code == BAD_REQUEST { 400 } else { 200 };
        ProviderAnswer::json(status, &json!({"code": code, "data": {}, "msg": words}))
    }
}

impl Provider for FakeFeishu {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn open_accounts(&self) -> &'static [OpenAccount] {
        &[OpenAccount { name: KIND, settings: &[("token", "sandbox"), ("secret", "sandbox")] }]
    }

    fn check(&self, settings: &AccountSettings<'_>) -> Result<(), InvalidAccount> {
        BotSettings::from_settings(settings).map(drop)
    }

    fn add(&mut self, name: &str, settings: &AccountSettings<'_>) -> Result<(), InvalidAccount> {
        self.bots.add(name, BotSettings::from_settings(settings)?);
        Ok(())
    }

    fn serves(&self, path: &str) -> bool {
        path.starts_with(PATH)
    }

    fn target_of(&self, request: &ProviderRequest) -> Option<&Target> {
        self.bots.target(token_of(request)?)
    }

    fn answer(
        &mut self,
        request: &ProviderRequest,
        journal: &mut SandboxJournal,
        now: Timestamp,
    ) -> ProviderAnswer {
        let (verdict, shown) = self.decide(request, journal, now);
        let name = self.target_of(request).map_or("unknown", Target::first_name).to_owned();
        let answer = match verdict.refusal() {
            Some((code, words)) => Self::refusal(code, words),
            None => self.success(),
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
        if code == 0 { self.success() } else { Self::refusal(code, words) }
    }
}

fn token_of(request: &ProviderRequest) -> Option<&str> {
    request.path().strip_prefix(PATH)
}

#[cfg(test)]
mod tests;
