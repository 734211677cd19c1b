//! A WeCom that knows its bots and its apps.

mod bot;
mod app;
mod token;
mod content;
mod media;
mod mention;

use std::collections::HashMap;
use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use self::app::KnownApp;
use self::bot::KnownBot;
use crate::account::{App, Bot};
use crate::exchange::{Answer, Refusal, Request};
use crate::journal::{Journal, Kind, Shown, Verdict, ViolationKind};
use crate::rules::WeComRules;
use crate::target::Target;
use crate::window::{Limiter, Pass};

/// The call frequency is over the limit, for bots, apps and `gettoken` alike.
const TOO_OFTEN: i64 = 45_009;

/// How long an address that keeps trying wrong secrets is banned from `gettoken`.
/// <https://developer.work.weixin.qq.com/document/path/90313>, note on 45009.
const WRONG_SECRET_BAN: SignedDuration = SignedDuration::from_hours(1);

/// All bots and apps.
pub(crate) struct WeCom {
    rules: WeComRules,
    bots: HashMap<String, KnownBot>,
    apps: Vec<KnownApp>,
    wrong_secrets: HashMap<IpAddr, Limiter>,
}

impl WeCom {
    pub(crate) fn new(rules: WeComRules) -> Self {
        Self { rules, bots: HashMap::new(), apps: Vec::new(), wrong_secrets: HashMap::new() }
    }

    /// A bot; if its key is known already, another name for it.
    pub(crate) fn add_bot(&mut self, name: String, audience: Vec<String>, bot: Bot) {
        match self.bots.get_mut(&bot.key) {
            Some(known) => known.rename(name, audience, bot),
            None => {
                self.bots.insert(bot.key.clone(), KnownBot::new(Target::new(name, audience), bot));
            }
        }
    }

    /// An app; if its secret is known already, another name for it.
    pub(crate) fn add_app(&mut self, name: String, audience: Vec<String>, app: App) {
        let known =
            self.apps.iter_mut().find(|it| it.app.corp_id == app.corp_id && it.app.secret == app.secret);
        match known {
            Some(known) => known.widen(name, audience, app),
            None => self.apps.push(KnownApp::new(self.apps.len(), Target::new(name, audience), app)),
        }
    }

    pub(crate) fn targets(&self) -> impl Iterator<Item = &Target> {
        self.bots.values().map(|bot| &bot.target).chain(self.apps.iter().map(|app| &app.target))
    }

    /// Whose request it is, by the credentials it carries.
    pub(crate) fn target_of(&self, request: &Request) -> Option<&Target> {
        if let Some(key) = request.query("key") {
            return self.bots.get(key).map(|bot| &bot.target);
        }
        let find = |is_meant: &dyn Fn(&&KnownApp) -> bool| self.apps.iter().find(is_meant);
        let app = match (request.query("access_token"), request.query("corpsecret")) {
            (Some(token), _) => find(&|app| app.tokens.issued(token)),
            (None, Some(secret)) => find(&|app| app.app.secret == secret)
                .or_else(|| find(&|app| request.query("corpid") == Some(app.app.corp_id.as_str()))),
            (None, None) => None,
        };
        app.map(|app| &app.target)
    }

    /// Silences a bot for a minute, as if it had sent too much.
    pub(crate) fn ban(&mut self, name: &str, now: Timestamp) {
        for bot in self.bots.values_mut().filter(|bot| bot.target.is_called(name)) {
            bot.limiter.block(now);
        }
    }

    /// Makes the tokens of an app invalid before their time.
    pub(crate) fn revoke_tokens(&mut self, name: &str) {
        for app in self.apps.iter_mut().filter(|app| app.target.is_called(name)) {
            app.tokens.revoke();
        }
    }

    /// `POST /cgi-bin/webhook/send`
    pub(crate) fn send_by_bot(&mut self, request: &Request, journal: &mut Journal, now: Timestamp) -> Answer {
        let bot = request.query("key").and_then(|key| self.bots.get_mut(key));
        let (name, outcome) = match bot {
            Some(bot) => (bot.target.name_for(&[]).to_owned(), bot.take(&self.rules, request, now)),
            None => ("unknown".to_owned(), Outcome::refused(Refusal::new(93_000, "invalid webhook url"))),
        };
        outcome.settle(&name, request, journal, now)
    }

    /// `POST /cgi-bin/webhook/upload_media`
    pub(crate) fn upload(&mut self, request: &Request, now: Timestamp) -> Answer {
        let stored = match request.query("key").and_then(|key| self.bots.get_mut(key)) {
            Some(bot) => bot.media.store(request, now),
            None => Err(Refusal::new(93_000, "invalid webhook url")),
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

    /// `GET /cgi-bin/gettoken`
    pub(crate) fn token(&mut self, request: &Request, journal: &mut Journal, now: Timestamp) -> Answer {
        let name = self.target_of(request).map_or("unknown", |target| target.name_for(&[])).to_owned();
        journal.token_call(&name);
        match self.issue(request, &name, journal, now) {
            Ok(fields) => ok_with(fields),
            Err(refusal) => refuse(&refusal, request, now),
        }
    }

    fn issue(
        &mut self,
        request: &Request,
        name: &str,
        journal: &mut Journal,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        let limit = Some(self.rules.wrong_secrets);
        let new = || Limiter::new(limit, WRONG_SECRET_BAN, WRONG_SECRET_BAN);
        let wrong = self.wrong_secrets.entry(request.address).or_insert_with(new);
        let banned = || Refusal::new(TOO_OFTEN, "api freq out of limit");
        if wrong.is_blocked(now) {
            journal.violation(ViolationKind::SentWhileBlocked, name, now, "gettoken is banned for an hour");
            return Err(banned());
        }
        let corp = request.query("corpid").unwrap_or_default();
        let secret = request.query("corpsecret").unwrap_or_default();
        if !self.apps.iter().any(|app| app.app.corp_id == corp) {
            return Err(Refusal::new(40_013, "invalid corpid"));
        }
        match self.apps.iter_mut().find(|app| app.app.corp_id == corp && app.app.secret == secret) {
            Some(known) => {
                let (token, expires_in) = known.tokens.issue(known.app.expires_in, now);
                Ok(json!({"access_token": token, "expires_in": expires_in}))
            }
            None if wrong.pass(now) == Pass::Exceeded => {
                let detail = "wrong secrets again and again: gettoken is banned for an hour";
                journal.violation(ViolationKind::LimitExceeded, name, now, detail);
                Err(banned())
            }
            None => Err(Refusal::new(40_001, "invalid credential")),
        }
    }

    /// `POST /cgi-bin/message/send`
    pub(crate) fn send_by_app(&mut self, request: &Request, journal: &mut Journal, now: Timestamp) -> Answer {
        let Some(token) = request.query("access_token") else {
            let refusal = Refusal::new(41_001, "access_token missing");
            return Outcome::refused(refusal).settle("unknown", request, journal, now);
        };
        let Some(app) = self.apps.iter_mut().find(|app| app.tokens.issued(token)) else {
            let refusal = Refusal::new(40_014, "invalid access_token");
            return Outcome::refused(refusal).settle("unknown", request, journal, now);
        };
        let outcome = match app.tokens.check(token, now) {
            Ok(()) => app.take(&self.rules, request, now),
            Err(refusal) => Outcome::refused(refusal),
        };
        let name = app.target.name_for(&app::named_in(request)).to_owned();
        outcome.settle(&name, request, journal, now)
    }

    /// The answer with any code, for faults.
    pub(crate) fn answer_with(&self, code: i64, words: &str, request: &Request, now: Timestamp) -> Answer {
        match code {
            0 => ok_with(json!({})),
            code => refuse(&Refusal::new(code, words), request, now),
        }
    }
}

/// What becomes of a message.
struct Outcome {
    verdict: Verdict,
    shown: Shown,
    violation: Option<(ViolationKind, String)>,
    /// What the answer says besides `errcode` and `errmsg`.
    fields: Value,
}

impl Outcome {
    fn new(verdict: Verdict, shown: Shown) -> Self {
        Self { verdict, shown, violation: None, fields: json!({}) }
    }

    fn refused(Refusal { code, words }: Refusal) -> Self {
        Self::new(Verdict::Refused { code, words }, Shown::default())
    }

    fn too_often(violation: ViolationKind) -> Self {
        let words = "api freq out of limit".to_owned();
        let violation = Some((violation, words.clone()));
        let verdict = Verdict::Throttled { code: TOO_OFTEN, words };
        Self { violation, ..Self::new(verdict, Shown::default()) }
    }

    /// Records the outcome, and says it to the client.
    fn settle(self, name: &str, request: &Request, journal: &mut Journal, now: Timestamp) -> Answer {
        let Self { verdict, mut shown, violation, fields } = self;
        if let Some((kind, detail)) = violation {
            journal.violation(kind, name, now, &detail);
        }
        let answer = match &verdict {
            Verdict::Delivered | Verdict::Duplicate => ok_with(fields),
            Verdict::Refused { code, words } | Verdict::Throttled { code, words } => {
                shown = content::glimpse(&request.body);
                refuse(&Refusal::new(*code, words.as_str()), request, now)
            }
            Verdict::Broken { fault } => refuse(&Refusal::new(-1, fault.as_str()), request, now),
        };
        journal.saw(Kind::WeCom, name, now, verdict, shown);
        answer
    }
}

/// The body, if it is JSON: what is not comes back as a bad message type.
fn object(request: &Request) -> Result<Value, Refusal> {
    let words = "Warning: wrong json format. invalid message type";
    request.object().ok_or_else(|| Refusal::new(40_008, words))
}

fn ok_with(fields: Value) -> Answer {
    let mut body = Map::new();
    body.insert("errcode".to_owned(), json!(0));
    body.insert("errmsg".to_owned(), json!("ok"));
    if let Value::Object(fields) = fields {
        body.extend(fields);
    }
    Answer::json(200, &Value::Object(body))
}

/// `invalid webhook url, hint: [1700000000], from ip: 203.0.113.7, more info at …`
fn refuse(refusal: &Refusal, request: &Request, now: Timestamp) -> Answer {
    let Refusal { code, words } = refusal;
    let (hint, address) = (now.as_microsecond(), request.address.to_canonical());
    let more = format!("https://open.work.weixin.qq.com/devtool/query?e={code}");
    let words = format!("{words}, hint: [{hint}], from ip: {address}, more info at {more}");
    Answer::json(200, &json!({"errcode": code, "errmsg": words}))
}

#[cfg(test)]
mod tests;
