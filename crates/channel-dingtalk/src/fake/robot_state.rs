//! A robot and its memory: limits, bans, months and messages already seen.

use fanfare_sandbox::{
    FakeAccountState, LimitDecision, ProviderLimit, ProviderRefusal, ProviderRequest, ProviderVerdict,
    RecentKeys, ShownMessage, Target, ViolationKind, is_allowed,
};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::message::RobotMessage;
use super::refusals::SecurityRefusals;
use super::robot::{DingTalkRobot, RobotStatus};
use super::rules::{DingTalkRules, KeywordScope};
use super::signature;

/// "message too long, exceed 20000 bytes": the whole body, as answered with 460101.
const BODY_BYTES: usize = 20_000;

/// The silence of a robot that exceeded the limit: ten minutes.
/// <https://open.dingtalk.com/document/development/custom-robots-send-group-messages>
const BAN: SignedDuration = SignedDuration::from_mins(10);

/// A robot and its memory.
pub(super) struct RobotState {
    target: Target,
    robot: DingTalkRobot,
    limit: ProviderLimit,
    /// The year and month that `sent_this_month` counts, in UTC.
    month: (i16, i8),
    sent_this_month: u64,
    uuids: RecentKeys,
}

/// The reply to a message that broke no rule of form, and what to record of it.
pub(super) struct TakenMessage {
    pub(super) reply: ProviderRefusal,
    pub(super) verdict: ProviderVerdict,
    pub(super) shown: ShownMessage,
    pub(super) violation: Option<(ViolationKind, String)>,
}

/// The decision about a message that broke no rule of form.
enum RobotDecision {
    Delivered,
    Duplicate,
    Throttled(ProviderRefusal, ViolationKind),
    OverQuota(ProviderRefusal),
}

impl FakeAccountState for RobotState {
    type Settings = DingTalkRobot;

    fn credential(robot: &DingTalkRobot) -> &str {
        &robot.access_token
    }

    fn new(name: &str, robot: DingTalkRobot) -> Self {
        let limit = ProviderLimit::new(robot.per_minute, SignedDuration::from_secs(60), BAN);
        let (month, sent_this_month, uuids) = ((0, 0), 0, RecentKeys::default());
        Self { target: Target::new(name, Vec::new()), robot, limit, month, sent_this_month, uuids }
    }

    fn rename(&mut self, name: &str, robot: DingTalkRobot) {
        self.target.add(name, Vec::new());
        self.limit.set_limit(robot.per_minute);
        self.robot = robot;
    }

    fn target(&self) -> &Target {
        &self.target
    }
}

impl RobotState {
    /// Silences the robot for ten minutes, as if it had sent too much.
    pub(super) fn ban(&mut self, now: Timestamp) {
        self.limit.block(now);
    }

    /// Takes a request for this robot, or refuses it for its form.
    pub(super) fn take(
        &mut self,
        rules: &DingTalkRules,
        request: &ProviderRequest,
        now: Timestamp,
    ) -> Result<TakenMessage, ProviderRefusal> {
        if self.limit.is_blocked(now) {
            let decision = RobotDecision::Throttled(too_fast(rules), ViolationKind::SentWhileBlocked);
            return Ok(decision.about(RobotMessage::parse_loosely(request.body())));
        }
        let message = self.check(rules, request, now)?;
        let decision = self.decide(rules, message.uuid.as_deref(), now);
        Ok(decision.about(message.shown(&self.robot.members)))
    }

    fn check(
        &self,
        rules: &DingTalkRules,
        request: &ProviderRequest,
        now: Timestamp,
    ) -> Result<RobotMessage, ProviderRefusal> {
        match self.robot.status {
            RobotStatus::Active => {}
            RobotStatus::Stopped => return Err(ProviderRefusal::new(400_102, "robot is stopped")),
            RobotStatus::Removed => return Err(ProviderRefusal::new(400_106, "robot is not in the group")),
            RobotStatus::Disbanded => {
                return Err(ProviderRefusal::new(400_013, "the group has been disbanded"));
            }
        }
        if request.body().len() > BODY_BYTES {
            return Err(too_long(rules));
        }
        let not_json = || ProviderRefusal::new(40_035, "不合法的参数: the body is not JSON");
        let body = request.object().ok_or_else(not_json)?;
        let refusals = SecurityRefusals::new(rules.language);
        self.check_source(&refusals, request, now)?;
        let message = RobotMessage::parse(&body)?;
        self.check_keyword(rules, &refusals, &message)?;
        Ok(message)
    }

    /// Checks the security settings 加签 and IP list.
    fn check_source(
        &self,
        refusals: &SecurityRefusals,
        request: &ProviderRequest,
        now: Timestamp,
    ) -> Result<(), ProviderRefusal> {
        if let Some(secret) = &self.robot.secret {
            let (stamp, sign) = (request.query("timestamp"), request.query("sign"));
            signature::check(secret, stamp, sign, request.provider_time(now))
                .map_err(|fault| refusals.signature(fault))?;
        }
        if !is_allowed(&self.robot.allowed_addresses, request.address()) {
            return Err(refusals.address(request.address()));
        }
        Ok(())
    }

    fn check_keyword(
        &self,
        rules: &DingTalkRules,
        refusals: &SecurityRefusals,
        message: &RobotMessage,
    ) -> Result<(), ProviderRefusal> {
        let visible = match rules.keyword_scope {
            KeywordScope::TitleAndText => format!("{}\n{}", message.title, message.text),
            KeywordScope::TextOnly => message.text.clone(),
        };
        let keywords = &self.robot.keywords;
        if !keywords.is_empty() && !keywords.iter().any(|keyword| visible.contains(keyword.as_str())) {
            return Err(refusals.keyword());
        }
        Ok(())
    }

    fn decide(&mut self, rules: &DingTalkRules, uuid: Option<&str>, now: Timestamp) -> RobotDecision {
        if uuid.is_some_and(|uuid| self.uuids.last(uuid).is_some()) {
            return RobotDecision::Duplicate;
        }
        let today = now.to_zoned(TimeZone::UTC);
        if self.month != (today.year(), today.month()) {
            self.month = (today.year(), today.month());
            self.sent_this_month = 0;
        }
        if self.robot.per_month.is_some_and(|limit| self.sent_this_month >= limit) {
            let words = "webhook calls of this month are used up";
            return RobotDecision::OverQuota(ProviderRefusal::new(90_030, words));
        }
        let throttled = |violation| RobotDecision::Throttled(too_fast(rules), violation);
        match self.limit.pass(now) {
            LimitDecision::Granted => {}
            LimitDecision::Exceeded => return throttled(ViolationKind::LimitExceeded),
            LimitDecision::Blocked => return throttled(ViolationKind::SentWhileBlocked),
        }
        self.sent_this_month += 1;
        if let Some(uuid) = uuid {
            self.uuids.remember(uuid, now);
        }
        RobotDecision::Delivered
    }
}

impl RobotDecision {
    /// The reply to the message, and what to record of it.
    fn about(self, shown: ShownMessage) -> TakenMessage {
        let ok = ProviderRefusal::new(0, "ok");
        let throttled = |ProviderRefusal { code, words }| ProviderVerdict::Throttled { code, words };
        let (reply, verdict, violation) = match self {
            Self::Delivered => (ok, ProviderVerdict::Delivered, None),
            Self::Duplicate => (ok, ProviderVerdict::Duplicate, None),
            Self::OverQuota(refusal) => (refusal.clone(), throttled(refusal), None),
            Self::Throttled(refusal, kind) => {
                let violation = Some((kind, refusal.words.clone()));
                (refusal.clone(), throttled(refusal), violation)
            }
        };
        TakenMessage { reply, verdict, shown, violation }
    }
}

fn too_long(rules: &DingTalkRules) -> ProviderRefusal {
    match rules.too_long_code {
        101_002 => ProviderRefusal::new(101_002, "message is too long"),
        code => ProviderRefusal::new(code, "message too long, exceed 20000 bytes"),
    }
}

fn too_fast(rules: &DingTalkRules) -> ProviderRefusal {
    ProviderRefusal::new(rules.too_fast_code, "send too fast, exceed 20 times per minute")
}
