//! A WeCom with all its bots and apps.

use std::collections::HashMap;
use std::net::IpAddr;

use fanfare_sandbox::{
    AccountSettings, AccountTable, FakeAccountState, InvalidAccount, LimitDecision, OpenAccount, Provider,
    ProviderAnswer, ProviderLimit, ProviderRefusal, ProviderRequest, SandboxJournal, Target, ViolationKind,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::account::{WeComAccount, WeComApp};
use super::app::{WeComAppState, named_in};
use super::bot::WeComBotState;
use super::outcome::{KIND, WeComOutcome};
use super::reply::{TOO_OFTEN, ok_with, refuse};
use super::rules::WeComRules;

/// An address that keeps trying wrong secrets is banned from `gettoken` this long.
/// <https://developer.work.weixin.qq.com/document/path/90313>, note on 45009.
const WRONG_SECRET_BAN: SignedDuration = SignedDuration::from_hours(1);

const SEND_BY_BOT: &str = "/cgi-bin/webhook/send";
const UPLOAD_MEDIA: &str = "/cgi-bin/webhook/upload_media";
const GET_TOKEN: &str = "/cgi-bin/gettoken";
const SEND_BY_APP: &str = "/cgi-bin/message/send";

/// A WeCom with all its bots and apps.
#[derive(Default)]
pub struct FakeWeCom {
    rules: WeComRules,
    bots: AccountTable<WeComBotState>,
    apps: Vec<WeComAppState>,
    wrong_secrets: HashMap<IpAddr, ProviderLimit>,
}

impl FakeWeCom {
    /// A WeCom with these rules, and no bots and apps.
    #[must_use]
    pub fn new(rules: WeComRules) -> Self {
        Self { rules, ..Self::default() }
    }

    fn add_app(&mut self, name: &str, app: WeComApp) {
        let is_same = |it: &&mut WeComAppState| it.app.corp_id == app.corp_id && it.app.secret == app.secret;
        match self.apps.iter_mut().find(is_same) {
            Some(known) => known.widen(name, app),
            None => self.apps.push(WeComAppState::new(self.apps.len(), name, app)),
        }
    }

    /// The answer to `POST /cgi-bin/webhook/send`.
    fn send_by_bot(
        &mut self,
        request: &ProviderRequest,
        journal: &mut SandboxJournal,
        now: Timestamp,
    ) -> ProviderAnswer {
        let bot = request.query("key").and_then(|key| self.bots.get_mut(key));
        let (name, outcome) = match bot {
            Some(bot) => (bot.target().first_name().to_owned(), bot.take(&self.rules, request, now)),
            None => (
                "unknown".to_owned(),
                WeComOutcome::refused(ProviderRefusal::new(93_000, "invalid webhook url")),
            ),
        };
        outcome.settle(&name, request, journal, now)
    }

    /// The answer to `POST /cgi-bin/webhook/upload_media`.
    fn upload(&mut self, request: &ProviderRequest, now: Timestamp) -> ProviderAnswer {
        let stored = match request.query("key").and_then(|key| self.bots.get_mut(key)) {
            Some(bot) => bot.media.store(request, now),
            None => Err(ProviderRefusal::new(93_000, "invalid webhook url")),
        };
        match stored {
            Ok(stored) => {
                let created_at = now.as_second().to_string();
                let fields = json!({"type": stored.form, "media_id": stored.id, "created_at": created_at});
                ok_with(fields)
            }
            Err(refusal) => refuse(&refusal, request, now),
        }
    }

    /// The answer to `GET /cgi-bin/gettoken`.
    fn token(
        &mut self,
        request: &ProviderRequest,
        journal: &mut SandboxJournal,
        now: Timestamp,
    ) -> ProviderAnswer {
        let name = self.target_of(request).map_or("unknown", |target| target.first_name()).to_owned();
        journal.token_call(&name);
        match self.issue(request, &name, journal, now) {
            Ok(fields) => ok_with(fields),
            Err(refusal) => refuse(&refusal, request, now),
        }
    }

    fn issue(
        &mut self,
        request: &ProviderRequest,
        name: &str,
        journal: &mut SandboxJournal,
        now: Timestamp,
    ) -> Result<Value, ProviderRefusal> {
        let limit = Some(self.rules.wrong_secrets);
        let new = || ProviderLimit::new(limit, WRONG_SECRET_BAN, WRONG_SECRET_BAN);
        let wrong = self.wrong_secrets.entry(request.address()).or_insert_with(new);
        let banned = || ProviderRefusal::new(TOO_OFTEN, "api freq out of limit");
        if wrong.is_blocked(now) {
            journal.violation(ViolationKind::SentWhileBlocked, name, now, "gettoken is banned for an hour");
            return Err(banned());
        }
        let corp = request.query("corpid").unwrap_or_default();
        let secret = request.query("corpsecret").unwrap_or_default();
        if !self.apps.iter().any(|app| app.app.corp_id == corp) {
            return Err(ProviderRefusal::new(40_013, "invalid corpid"));
        }
        match self.apps.iter_mut().find(|app| app.app.corp_id == corp && app.app.secret == secret) {
            Some(known) => {
                let (token, expires_in) = known.tokens.issue(known.app.expires_in, now);
                Ok(json!({"access_token": token, "expires_in": expires_in}))
            }
            None if wrong.pass(now) == LimitDecision::Exceeded => {
                let detail = "wrong secrets again and again: gettoken is banned for an hour";
                journal.violation(ViolationKind::LimitExceeded, name, now, detail);
                Err(banned())
            }
            None => Err(ProviderRefusal::new(40_001, "invalid credential")),
        }
    }

    /// The answer to `POST /cgi-bin/message/send`.
    fn send_by_app(
        &mut self,
        request: &ProviderRequest,
        journal: &mut SandboxJournal,
        now: Timestamp,
    ) -> ProviderAnswer {
        let Some(token) = request.query("access_token") else {
            let refusal = ProviderRefusal::new(41_001, "access_token missing");
            return WeComOutcome::refused(refusal).settle("unknown", request, journal, now);
        };
        let Some(app) = self.apps.iter_mut().find(|app| app.tokens.issued(token)) else {
            let refusal = ProviderRefusal::new(40_014, "invalid access_token");
            return WeComOutcome::refused(refusal).settle("unknown", request, journal, now);
        };
        let outcome = match app.tokens.check(token, now) {
            Ok(()) => app.take(&self.rules, request, now),
            Err(refusal) => WeComOutcome::refused(refusal),
        };
        let name = app.target.name_for(&named_in(request)).to_owned();
        outcome.settle(&name, request, journal, now)
    }
}

impl Provider for FakeWeCom {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn open_accounts(&self) -> &'static [OpenAccount] {
        const BOT: &[(&str, &str)] = &[("key", "sandbox")];
        const APP: &[(&str, &str)] =
            &[("corp_id", "sandbox"), ("secret", "sandbox"), ("agent_id", "1000001"), ("to_user", "sandbox")];
        &[OpenAccount { name: "wecom-bot", settings: BOT }, OpenAccount { name: "wecom-app", settings: APP }]
    }

    fn check(&self, settings: &AccountSettings<'_>) -> Result<(), InvalidAccount> {
        WeComAccount::from_settings(settings).map(drop)
    }

    fn add(&mut self, name: &str, settings: &AccountSettings<'_>) -> Result<(), InvalidAccount> {
        match WeComAccount::from_settings(settings)? {
            WeComAccount::Bot(bot) => self.bots.add(name, bot),
            WeComAccount::App(app) => self.add_app(name, app),
        }
        Ok(())
    }

    fn ban(&mut self, name: &str, now: Timestamp) {
        self.bots.called(name).for_each(|bot| bot.limit.block(now));
    }

    fn revoke_tokens(&mut self, name: &str) {
        for app in self.apps.iter_mut().filter(|app| app.target.is_called(name)) {
            app.tokens.revoke();
        }
    }

    fn serves(&self, path: &str) -> bool {
        matches!(path, SEND_BY_BOT | UPLOAD_MEDIA | GET_TOKEN | SEND_BY_APP)
    }

    fn target_of(&self, request: &ProviderRequest) -> Option<&Target> {
        if let Some(key) = request.query("key") {
            return self.bots.target(key);
        }
        let find = |is_meant: &dyn Fn(&&WeComAppState) -> bool| self.apps.iter().find(is_meant);
        let app = match (request.query("access_token"), request.query("corpsecret")) {
            (Some(token), _) => find(&|app| app.tokens.issued(token)),
            (None, Some(secret)) => find(&|app| app.app.secret == secret)
                .or_else(|| find(&|app| request.query("corpid") == Some(app.app.corp_id.as_str()))),
            (None, None) => None,
        };
        app.map(|app| &app.target)
    }

    fn answer(
        &mut self,
        request: &ProviderRequest,
        journal: &mut SandboxJournal,
        now: Timestamp,
    ) -> ProviderAnswer {
        match request.path() {
            SEND_BY_BOT => self.send_by_bot(request, journal, now),
            UPLOAD_MEDIA => self.upload(request, now),
            GET_TOKEN => self.token(request, journal, now),
            SEND_BY_APP => self.send_by_app(request, journal, now),
            _ => ProviderAnswer::not_found(),
        }
    }

    fn answer_with(
        &self,
        code: i64,
        words: &str,
        request: &ProviderRequest,
        now: Timestamp,
    ) -> ProviderAnswer {
        match code {
            0 => ok_with(json!({})),
            code => refuse(&ProviderRefusal::new(code, words), request, now),
        }
    }
}

#[cfg(test)]
mod tests;
