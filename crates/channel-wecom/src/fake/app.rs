//! A self-built app, which writes to people one by one.

use std::collections::{BTreeSet, HashMap};

use fanfare_sandbox::{
    ProviderRefusal, ProviderRequest, ProviderVerdict, RecentKeys, ShownMessage, Target, TimeWindow,
    ViolationKind, is_allowed,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::account::WeComApp;
use super::content;
use super::outcome::WeComOutcome;
use super::reply::object;
use super::rules::{SafeForm, WeComRules};
use super::token::IssuedTokens;

/// Bytes in an app's text, which is cut, and in its markdown, which is refused.
/// <https://developer.work.weixin.qq.com/document/path/90236>
const CONTENT_BYTES: usize = 2_048;

/// The most users, parties and tags one message may name, on the same page.
const USERS: usize = 1_000;
const PARTIES_OR_TAGS: usize = 100;

/// Seconds for which an identical message is suppressed: by default, and at most.
const DUPLICATE_DEFAULT: i64 = 1_800;
const DUPLICATE_MOST: i64 = 4 * 60 * 60;

/// An app and its memory.
pub(super) struct WeComAppState {
    pub(super) target: Target,
    pub(super) app: WeComApp,
    pub(super) tokens: IssuedTokens,
    inboxes: HashMap<String, MemberInbox>,
    sent: RecentKeys,
    count: u64,
}

/// The latest messages to one member.
struct MemberInbox {
    minute: TimeWindow,
    hour: TimeWindow,
}

/// The people a message names: those who exist, and the names that do not.
#[derive(Default)]
struct AddressedMembers {
    members: BTreeSet<String>,
    invalid: Map<String, Value>,
}

impl WeComAppState {
    pub(super) fn new(number: usize, name: &str, app: WeComApp) -> Self {
        let (inboxes, sent) = (HashMap::new(), RecentKeys::default());
        let target = Target::new(name, app.audience.clone());
        Self { target, app, tokens: IssuedTokens::new(number), inboxes, sent, count: 0 }
    }

    /// Gives the app one more name, and the people of both.
    pub(super) fn widen(&mut self, name: &str, app: WeComApp) {
        self.target.add(name, app.audience);
        self.app.users.extend(app.users);
        self.app.parties.extend(app.parties);
        self.app.tags.extend(app.tags);
    }

    /// Takes a message whose token is valid.
    pub(super) fn take(
        &mut self,
        rules: &WeComRules,
        request: &ProviderRequest,
        now: Timestamp,
    ) -> WeComOutcome {
        match self.check(rules, request) {
            Ok((body, addressed, shown)) => self.deliver(&body, addressed, shown, now),
            Err(refusal) => WeComOutcome::refused(refusal),
        }
    }

    fn check(
        &self,
        rules: &WeComRules,
        request: &ProviderRequest,
    ) -> Result<(Value, AddressedMembers, ShownMessage), ProviderRefusal> {
        if !is_allowed(&self.app.allowed_addresses, request.address()) {
            return Err(ProviderRefusal::new(60_020, "not allow to access from your ip"));
        }
        if !request.is_post() {
            return Err(ProviderRefusal::new(40_058, "invalid ProviderRequest Parameter: POST required"));
        }
        let body = object(request)?;
        self.check_agent(&body)?;
        check_safe(rules.safe, &body)?;
        let shown = shown(&body)?;
        let addressed = self.addressed(&body)?;
        Ok((body, addressed, shown))
    }

    fn check_agent(&self, body: &Value) -> Result<(), ProviderRefusal> {
        let agent = body.get("agentid").ok_or_else(|| ProviderRefusal::new(41_011, "missing agentid"))?;
        let agent = agent.as_i64().ok_or_else(|| ProviderRefusal::new(40_056, "invalid agentid"))?;
        if agent != self.app.agent_id {
            return Err(ProviderRefusal::new(
                301_002,
                "not allow operate another agent with this accesstoken",
            ));
        }
        Ok(())
    }

    /// The members whom the message reaches. `@all` ignores parties and tags.
    fn addressed(&self, body: &Value) -> Result<AddressedMembers, ProviderRefusal> {
        let (users, parties, tags) = (list(body, "touser")?, list(body, "toparty")?, list(body, "totag")?);
        if users.is_empty() && parties.is_empty() && tags.is_empty() {
            return Err(ProviderRefusal::new(82_001, "touser & toparty & totag are all empty"));
        }
        if users.len() > USERS {
            return Err(ProviderRefusal::new(
                40_058,
                "touser: too many users. invalid ProviderRequest Parameter",
            ));
        }
        if parties.len() > PARTIES_OR_TAGS {
            return Err(ProviderRefusal::new(82_002, "invalid party list size"));
        }
        if tags.len() > PARTIES_OR_TAGS {
            return Err(ProviderRefusal::new(82_003, "invalid tag list size"));
        }
        let mut addressed = AddressedMembers::default();
        if users == ["@all"] {
            let grouped = self.app.parties.values().chain(self.app.tags.values()).flatten();
            addressed.members = self.app.users.iter().chain(grouped).cloned().collect();
            return Ok(addressed);
        }
        addressed.add("invaliduser", &users, |user| self.user(user).map(|user| vec![user]));
        addressed.add("invalidparty", &parties, |party| self.app.parties.get(party).cloned());
        addressed.add("invalidtag", &tags, |tag| self.app.tags.get(tag).cloned());
        if addressed.members.is_empty() {
            return Err(ProviderRefusal::new(81_013, "user & party & tag all invalid"));
        }
        Ok(addressed)
    }

    /// The member called `user`; ids do not tell upper from lower case.
    fn user(&self, user: &str) -> Option<String> {
        self.app.users.iter().find(|known| known.eq_ignore_ascii_case(user)).cloned()
    }

    fn deliver(
        &mut self,
        body: &Value,
        addressed: AddressedMembers,
        mut shown: ShownMessage,
        now: Timestamp,
    ) -> WeComOutcome {
        self.count += 1;
        let mut fields = addressed.invalid;
        fields.insert("msgid".to_owned(), json!(format!("sandbox-message-{}", self.count)));
        let fields = Value::Object(fields);
        if self.is_duplicate(body, now) {
            return WeComOutcome { fields, ..WeComOutcome::new(ProviderVerdict::Duplicate, shown) };
        }
        for member in addressed.members {
            let inbox = if self.has_room(&member, now) { &mut shown.recipients } else { &mut shown.missed };
            inbox.push(member);
        }
        let lost = format!("dropped without a word for {}", shown.missed.join(", "));
        let violation = (!shown.missed.is_empty()).then_some((ViolationKind::MessageLost, lost));
        WeComOutcome { fields, violation, ..WeComOutcome::new(ProviderVerdict::Delivered, shown) }
    }

    /// True if the client asked not to send the same twice, and this is the same.
    fn is_duplicate(&mut self, body: &Value, now: Timestamp) -> bool {
        if body.get("enable_duplicate_check").and_then(Value::as_i64) != Some(1) {
            return false;
        }
        let interval = body.get("duplicate_check_interval").and_then(Value::as_i64);
        let interval =
            SignedDuration::from_secs(interval.unwrap_or(DUPLICATE_DEFAULT).clamp(0, DUPLICATE_MOST));
        let key = body.to_string();
        let is_known = self.sent.last(&key).is_some_and(|last| now.duration_since(last) < interval);
        if !is_known {
            self.sent.remember(&key, now);
        }
        is_known
    }

    /// Counts one more for `member`, if their limits allow it.
    fn has_room(&mut self, member: &str, now: Timestamp) -> bool {
        let new = || MemberInbox {
            minute: TimeWindow::new(SignedDuration::from_secs(60)),
            hour: TimeWindow::new(SignedDuration::from_hours(1)),
        };
        let inbox = self.inboxes.entry(member.to_owned()).or_insert_with(new);
        let is_full =
            |window: &mut TimeWindow, limit: Option<usize>| limit.is_some_and(|it| window.count(now) >= it);
        if is_full(&mut inbox.minute, self.app.per_member_and_minute)
            || is_full(&mut inbox.hour, self.app.per_member_and_hour)
        {
            return false;
        }
        inbox.minute.add(now);
        inbox.hour.add(now);
        true
    }
}

impl AddressedMembers {
    /// Adds the members behind `names`; those nobody is behind come back under
    /// `field`, in lower case.
    fn add(&mut self, field: &str, names: &[String], find: impl Fn(&str) -> Option<Vec<String>>) {
        let mut invalid = Vec::new();
        for name in names {
            match find(name) {
                Some(members) => self.members.extend(members),
                None => invalid.push(name.to_lowercase()),
            }
        }
        if !invalid.is_empty() {
            self.invalid.insert(field.to_owned(), json!(invalid.join("|")));
        }
    }
}

/// All names in the request's recipient lists, to tell channels of one app apart.
pub(super) fn named_in(request: &ProviderRequest) -> Vec<String> {
    let Some(body) = request.object() else { return Vec::new() };
    ["touser", "toparty", "totag"].iter().flat_map(|field| list(&body, field).unwrap_or_default()).collect()
}

/// The names in a list joined by `|`.
fn list(body: &Value, field: &str) -> Result<Vec<String>, ProviderRefusal> {
    match body.get(field) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(text)) => {
            Ok(text.split('|').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect())
        }
        Some(_) => Err(ProviderRefusal::new(40_035, format!("invalid parameter: {field}"))),
    }
}

fn check_safe(form: SafeForm, body: &Value) -> Result<(), ProviderRefusal> {
    let is_fine = match body.get("safe") {
        None => true,
        Some(Value::String(text)) => {
            form == SafeForm::IntegerOrText && matches!(text.as_str(), "0" | "1" | "2")
        }
        Some(value) => value.as_i64().is_some_and(|safe| (0..=2).contains(&safe)),
    };
    if is_fine { Ok(()) } else { Err(ProviderRefusal::new(40_035, "invalid parameter: safe")) }
}

fn shown(body: &Value) -> Result<ShownMessage, ProviderRefusal> {
    let form = body.get("msgtype").and_then(Value::as_str).unwrap_or_default();
    let mut was_cut = false;
    let text = match form {
        "text" => content::cut(&content::content(body, form)?, CONTENT_BYTES, &mut was_cut),
        "markdown" => content::bounded(body, form, CONTENT_BYTES)?,
        "news" => return content::news(body),
        "textcard" => return content::text_card(body),
        "template_card" => return content::template_card(body),
        // Nothing can be uploaded for an app here, so there is no id that is known.
        "image" | "voice" | "video" | "file" | "mpnews" => {
            return Err(ProviderRefusal::new(40_007, "invalid media_id"));
        }
        _ => return Err(ProviderRefusal::new(40_008, "invalid message type")),
    };
    Ok(ShownMessage { form: form.to_owned(), text, cut: was_cut, ..ShownMessage::default() })
}
