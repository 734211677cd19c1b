//! A DingTalk with all its robots, and the edge before them.

use std::collections::HashMap;
use std::net::IpAddr;

use fanfare_sandbox::{
    AccountSettings, AccountTable, FakeAccountState, InvalidAccount, LimitDecision, OpenAccount, Provider,
    ProviderAnswer, ProviderLimit, ProviderRefusal, ProviderRequest, ProviderVerdict, SandboxJournal,
    ShownMessage, Target, ViolationKind,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::message::RobotMessage;
use super::robot::DingTalkRobot;
use super::robot_state::{RobotState, TakenMessage};
use super::rules::{DingTalkRules, EdgeForm, ErrcodeForm};

/// The kind of channel that talks to DingTalk.
const KIND: &str = "dingtalk";

/// The path of a robot's webhook.
const PATH: &str = "/robot/send";

/// The limit of calls from one address: 10,000 in 20 s, then a ban of five minutes.
/// <https://open.dingtalk.com/document/development/how-to-process-api-throttling>
const EDGE_WINDOW: SignedDuration = SignedDuration::from_secs(20);
const EDGE_BAN: SignedDuration = SignedDuration::from_mins(5);

/// A DingTalk with all its robots, and the edge before them.
#[derive(Default)]
pub struct FakeDingTalk {
    rules: DingTalkRules,
    robots: AccountTable<RobotState>,
    edge: HashMap<IpAddr, ProviderLimit>,
}

impl FakeDingTalk {
    /// A DingTalk with these rules and no robots.
    #[must_use]
    pub fn new(rules: DingTalkRules) -> Self {
        Self { rules, ..Self::default() }
    }

    /// The answer to `POST /robot/send`.
    fn send(
        &mut self,
        request: &ProviderRequest,
        journal: &mut SandboxJournal,
        now: Timestamp,
    ) -> ProviderAnswer {
        let robot = request.query("access_token").and_then(|token| self.robots.get_mut(token));
        let name = robot.as_ref().map_or("unknown", |known| known.target().first_name()).to_owned();
        if let Some(blocked) = pass_edge(&self.rules, &mut self.edge, request.address(), now) {
            journal.violation(blocked, &name, now, "the address may not call for five minutes");
            let verdict = ProviderVerdict::Throttled { code: 1111, words: "punish: deny".to_owned() };
            journal.record(KIND, &name, now, verdict, ShownMessage::default());
            return punished(self.rules.edge);
        }
        let answered = check_call(request).and_then(|()| match robot {
            Some(known) => known.take(&self.rules, request, now),
            None => Err(unknown_token(&self.rules, request)),
        });
        let reply = match answered {
            Ok(taken) => recorded(taken, &name, journal, now),
            Err(refusal) => {
                let ProviderRefusal { code, words } = refusal.clone();
                let shown = RobotMessage::parse_loosely(request.body());
                journal.record(KIND, &name, now, ProviderVerdict::Refused { code, words }, shown);
                refusal
            }
        };
        reply_json(&self.rules, &reply)
    }
}

impl Provider for FakeDingTalk {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn open_accounts(&self) -> &'static [OpenAccount] {
        const SETTINGS: &[(&str, &str)] = &[("access_token", "sandbox"), ("secret", "SECsandbox")];
        &[OpenAccount { name: KIND, settings: SETTINGS }]
    }

    fn check(&self, settings: &AccountSettings<'_>) -> Result<(), InvalidAccount> {
        DingTalkRobot::from_settings(settings).map(drop)
    }

    fn add(&mut self, name: &str, settings: &AccountSettings<'_>) -> Result<(), InvalidAccount> {
        self.robots.add(name, DingTalkRobot::from_settings(settings)?);
        Ok(())
    }

    fn ban(&mut self, name: &str, now: Timestamp) {
        self.robots.called(name).for_each(|robot| robot.ban(now));
    }

    fn serves(&self, path: &str) -> bool {
        path == PATH
    }

    fn target_of(&self, request: &ProviderRequest) -> Option<&Target> {
        self.robots.target(request.query("access_token")?)
    }

    fn answer(
        &mut self,
        request: &ProviderRequest,
        journal: &mut SandboxJournal,
        now: Timestamp,
    ) -> ProviderAnswer {
        self.send(request, journal, now)
    }

    fn answer_with(
        &self,
        code: i64,
        words: &str,
        _request: &ProviderRequest,
        _now: Timestamp,
    ) -> ProviderAnswer {
        reply_json(&self.rules, &ProviderRefusal::new(code, words))
    }
}

/// The reply to a message that broke no rule of form, once it is on record.
fn recorded(
    taken: TakenMessage,
    name: &str,
    journal: &mut SandboxJournal,
    now: Timestamp,
) -> ProviderRefusal {
    let TakenMessage { reply, verdict, shown, violation } = taken;
    if let Some((kind, detail)) = violation {
        journal.violation(kind, name, now, &detail);
    }
    journal.record(KIND, name, now, verdict, shown);
    reply
}

/// The checks that DingTalk makes before it looks at the token.
fn check_call(request: &ProviderRequest) -> Result<(), ProviderRefusal> {
    if !request.is_post() {
        return Err(ProviderRefusal::new(43_002, "需要POST请求"));
    }
    if !request.is_json() {
        return Err(ProviderRefusal::new(43_004, "无效的HTTP HEADER Content-Type"));
    }
    Ok(())
}

fn unknown_token(rules: &DingTalkRules, request: &ProviderRequest) -> ProviderRefusal {
    match request.query("access_token") {
        None => ProviderRefusal::new(40_035, "缺少参数 access_token"),
        Some(_) => ProviderRefusal::new(rules.unknown_token_code, "token is not exist"),
    }
}

fn pass_edge(
    rules: &DingTalkRules,
    edge: &mut HashMap<IpAddr, ProviderLimit>,
    address: IpAddr,
    now: Timestamp,
) -> Option<ViolationKind> {
    let limit = rules.calls_per_address;
    let limit = edge.entry(address).or_insert_with(|| ProviderLimit::new(limit, EDGE_WINDOW, EDGE_BAN));
    match limit.pass(now) {
        LimitDecision::Granted => None,
        LimitDecision::Exceeded => Some(ViolationKind::LimitExceeded),
        LimitDecision::Blocked => Some(ViolationKind::SentWhileBlocked),
    }
}

/// The edge's answer to an address it has banned.
fn punished(form: EdgeForm) -> ProviderAnswer {
    match form {
        EdgeForm::Json => {
            let body =
                json!({"status": 1111, "wait": 5, "source": "x5", "punish": "deny", "uuid": "sandbox"});
            ProviderAnswer::json(200, &body)
        }
        EdgeForm::Html => ProviderAnswer::html(200, "<html><body>亲，访问被拒绝</body></html>"),
    }
}

fn reply_json(rules: &DingTalkRules, reply: &ProviderRefusal) -> ProviderAnswer {
    let errcode = match rules.errcode {
        ErrcodeForm::Number => Value::from(reply.code),
        ErrcodeForm::Text => Value::from(reply.code.to_string()),
    };
    ProviderAnswer::json(200, &json!({"errcode": errcode, "errmsg": reply.words}))
}

#[cfg(test)]
mod tests;
