//! A DingTalk that knows its robots.

mod message;
mod mention;
mod signature;
mod words;

use std::collections::HashMap;
use std::net::IpAddr;

use hyper::Method;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use self::message::Message;
use self::words::Words;
use crate::account::{Robot, RobotState, is_allowed};
use crate::exchange::{Answer, Refusal, Request};
use crate::journal::{Journal, Kind, Shown, Verdict, ViolationKind};
use crate::rules::{DingTalkRules, EdgeForm, ErrcodeForm, KeywordScope};
use crate::target::Target;
use crate::window::{Limiter, Pass, Recent};

/// "message too long, exceed 20000 bytes": the whole body, as answered with 460101.
const BODY_BYTES: usize = 20_000;

/// Past the limit a robot is silenced for ten minutes.
/// <https://open.dingtalk.com/document/development/custom-robots-send-group-messages>
const BAN: SignedDuration = SignedDuration::from_mins(10);

/// Past 10,000 calls in 20 s an address is silenced for five minutes.
/// <https://open.dingtalk.com/document/development/how-to-process-api-throttling>
const EDGE_WINDOW: SignedDuration = SignedDuration::from_secs(20);
const EDGE_BAN: SignedDuration = SignedDuration::from_mins(5);

/// All robots, and the edge before them.
pub(crate) struct DingTalk {
    rules: DingTalkRules,
    robots: HashMap<String, Known>,
    edge: HashMap<IpAddr, Limiter>,
}

/// A robot and what it remembers.
struct Known {
    target: Target,
    robot: Robot,
    limiter: Limiter,
    month: (i16, i8),
    sent_this_month: u64,
    uuids: Recent,
}

/// What becomes of a message that broke no rule of form.
enum Fate {
    Delivered,
    Duplicate,
    Throttled(Refusal, ViolationKind),
    OverQuota(Refusal),
}

impl DingTalk {
    pub(crate) fn new(rules: DingTalkRules) -> Self {
        Self { rules, robots: HashMap::new(), edge: HashMap::new() }
    }

    /// A robot; if its token is known already, another name for it.
    pub(crate) fn add(&mut self, name: String, audience: Vec<String>, robot: Robot) {
        if let Some(known) = self.robots.get_mut(&robot.access_token) {
            known.target.add(name, audience);
            known.limiter.set_limit(robot.per_minute);
            known.robot = robot;
            return;
        }
        let limiter = Limiter::new(robot.per_minute, SignedDuration::from_secs(60), BAN);
        let (token, target) = (robot.access_token.clone(), Target::new(name, audience));
        let (month, sent_this_month, uuids) = ((0, 0), 0, Recent::default());
        self.robots.insert(token, Known { target, robot, limiter, month, sent_this_month, uuids });
    }

    pub(crate) fn targets(&self) -> impl Iterator<Item = &Target> {
        self.robots.values().map(|known| &known.target)
    }

    /// Whose request it is.
    pub(crate) fn target_of(&self, request: &Request) -> Option<&Target> {
        self.robots.get(request.query("access_token")?).map(|known| &known.target)
    }

    /// Silences a robot for ten minutes, as if it had sent too much.
    pub(crate) fn ban(&mut self, name: &str, now: Timestamp) {
        for known in self.robots.values_mut().filter(|known| known.target.is_called(name)) {
            known.limiter.block(now);
        }
    }

    /// `POST /robot/send`
    pub(crate) fn send(&mut self, request: &Request, journal: &mut Journal, now: Timestamp) -> Answer {
        let robot = request.query("access_token").and_then(|token| self.robots.get_mut(token));
        let name = robot.as_ref().map_or("unknown", |known| known.target.name_for(&[])).to_owned();
        if let Some(blocked) = pass_edge(&self.rules, &mut self.edge, request.address, now) {
            journal.violation(blocked, &name, now, "the address may not call for five minutes");
            let verdict = Verdict::Throttled { code: 1111, words: "punish: deny".to_owned() };
            journal.saw(Kind::DingTalk, &name, now, verdict, Shown::default());
            return punished(self.rules.edge);
        }
        let answered = check_call(request).and_then(|()| match robot {
            Some(known) => known.take(&self.rules, request, &name, journal, now),
            None => Err(unknown_token(&self.rules, request)),
        });
        match answered {
            Ok(reply) => reply_json(&self.rules, &reply),
            Err(refusal) => {
                let Refusal { code, words } = refusal.clone();
                journal.saw(
                    Kind::DingTalk,
                    &name,
                    now,
                    Verdict::Refused { code, words },
                    Message::glimpse(&request.body),
                );
                reply_json(&self.rules, &refusal)
            }
        }
    }

    /// The answer with any code, for faults.
    pub(crate) fn answer_with(&self, code: i64, words: &str) -> Answer {
        reply_json(&self.rules, &Refusal::new(code, words))
    }
}

impl Known {
    /// Takes a request for this robot. `Ok` is the reply to one that broke no
    /// rule of form, and has been recorded.
    fn take(
        &mut self,
        rules: &DingTalkRules,
        request: &Request,
        name: &str,
        journal: &mut Journal,
        now: Timestamp,
    ) -> Result<Refusal, Refusal> {
        if self.limiter.is_blocked(now) {
            let (refusal, violation) = (too_fast(rules), ViolationKind::SentWhileBlocked);
            let fate = Fate::Throttled(refusal, violation);
            return Ok(record(fate, Message::glimpse(&request.body), name, journal, now));
        }
        let message = self.check(rules, request, now)?;
        let fate = self.decide(rules, message.uuid.as_deref(), now);
        let shown = message.shown(&self.robot.members);
        Ok(record(fate, shown, name, journal, now))
    }

    fn check(&self, rules: &DingTalkRules, request: &Request, now: Timestamp) -> Result<Message, Refusal> {
        match self.robot.state {
            RobotState::Active => {}
            RobotState::Stopped => return Err(Refusal::new(400_102, "robot is stopped")),
            RobotState::Removed => return Err(Refusal::new(400_106, "robot is not in the group")),
            RobotState::Disbanded => return Err(Refusal::new(400_013, "the group has been disbanded")),
        }
        if request.body.len() > BODY_BYTES {
            return Err(too_long(rules));
        }
        let body =
            request.object().ok_or_else(|| Refusal::new(40_035, "不合法的参数: the body is not JSON"))?;
        let words = Words::of(rules.language);
        if let Some(secret) = &self.robot.secret {
            let (stamp, sign) = (request.query("timestamp"), request.query("sign"));
            signature::check(secret, stamp, sign, request.by_its_clock(now))
                .map_err(|fault| words.signature(fault))?;
        }
        if !is_allowed(&self.robot.allowed_addresses, request.address) {
            return Err(words.address(request.address));
        }
        let message = Message::parse(&body)?;
        let visible = match rules.keyword_scope {
            KeywordScope::TitleAndText => format!("{}\n{}", message.title, message.text),
            KeywordScope::TextOnly => message.text.clone(),
        };
        let keywords = &self.robot.keywords;
        if !keywords.is_empty() && !keywords.iter().any(|keyword| visible.contains(keyword.as_str())) {
            return Err(words.keyword());
        }
        Ok(message)
    }

    fn decide(&mut self, rules: &DingTalkRules, uuid: Option<&str>, now: Timestamp) -> Fate {
        if uuid.is_some_and(|uuid| self.uuids.last(uuid).is_some()) {
            return Fate::Duplicate;
        }
        let today = now.to_zoned(TimeZone::UTC);
        if self.month != (today.year(), today.month()) {
            self.month = (today.year(), today.month());
            self.sent_this_month = 0;
        }
        if self.robot.per_month.is_some_and(|limit| self.sent_this_month >= limit) {
            return Fate::OverQuota(Refusal::new(90_030, "webhook calls of this month are used up"));
        }
        match self.limiter.pass(now) {
            Pass::Granted => {}
            Pass::Exceeded => return Fate::Throttled(too_fast(rules), ViolationKind::LimitExceeded),
            Pass::Blocked => return Fate::Throttled(too_fast(rules), ViolationKind::SentWhileBlocked),
        }
        self.sent_this_month += 1;
        if let Some(uuid) = uuid {
            self.uuids.remember(uuid, now);
        }
        Fate::Delivered
    }
}

/// Records what became of a message, and returns the reply.
fn record(fate: Fate, shown: Shown, name: &str, journal: &mut Journal, now: Timestamp) -> Refusal {
    let ok = Refusal::new(0, "ok");
    let (verdict, reply) = match fate {
        Fate::Delivered => (Verdict::Delivered, ok),
        Fate::Duplicate => (Verdict::Duplicate, ok),
        Fate::OverQuota(Refusal { code, words }) => {
            (Verdict::Throttled { code, words: words.clone() }, Refusal { code, words })
        }
        Fate::Throttled(Refusal { code, words }, violation) => {
            journal.violation(violation, name, now, &words);
            (Verdict::Throttled { code, words: words.clone() }, Refusal { code, words })
        }
    };
    journal.saw(Kind::DingTalk, name, now, verdict, shown);
    reply
}

/// What DingTalk checks before it looks at the token.
fn check_call(request: &Request) -> Result<(), Refusal> {
    if request.method != Method::POST {
        return Err(Refusal::new(43_002, "需要POST请求"));
    }
    if !request.is_json() {
        return Err(Refusal::new(43_004, "无效的HTTP HEADER Content-Type"));
    }
    Ok(())
}

fn unknown_token(rules: &DingTalkRules, request: &Request) -> Refusal {
    match request.query("access_token") {
        None => Refusal::new(40_035, "缺少参数 access_token"),
        Some(_) => Refusal::new(rules.unknown_token_code, "token is not exist"),
    }
}

fn too_long(rules: &DingTalkRules) -> Refusal {
    match rules.too_long_code {
        101_002 => Refusal::new(101_002, "message is too long"),
        code => Refusal::new(code, "message too long, exceed 20000 bytes"),
    }
}

fn too_fast(rules: &DingTalkRules) -> Refusal {
    Refusal::new(rules.too_fast_code, "send too fast, exceed 20 times per minute")
}

fn pass_edge(
    rules: &DingTalkRules,
    edge: &mut HashMap<IpAddr, Limiter>,
    address: IpAddr,
    now: Timestamp,
) -> Option<ViolationKind> {
    let limit = rules.calls_per_address;
    let limiter = edge.entry(address).or_insert_with(|| Limiter::new(limit, EDGE_WINDOW, EDGE_BAN));
    match limiter.pass(now) {
        Pass::Granted => None,
        Pass::Exceeded => Some(ViolationKind::LimitExceeded),
        Pass::Blocked => Some(ViolationKind::SentWhileBlocked),
    }
}

/// What the edge answers an address it has banned.
pub(crate) fn punished(form: EdgeForm) -> Answer {
    match form {
        EdgeForm::Json => {
            let body =
                json!({"status": 1111, "wait": 5, "source": "x5", "punish": "deny", "uuid": "sandbox"});
            Answer::json(200, &body)
        }
        EdgeForm::Html => Answer::html(200, "<html><body>亲，访问被拒绝</body></html>"),
    }
}

fn reply_json(rules: &DingTalkRules, reply: &Refusal) -> Answer {
    let errcode = match rules.errcode {
        ErrcodeForm::Number => Value::from(reply.code),
        ErrcodeForm::Text => Value::from(reply.code.to_string()),
    };
    Answer::json(200, &json!({"errcode": errcode, "errmsg": reply.words}))
}

#[cfg(test)]
mod tests;
