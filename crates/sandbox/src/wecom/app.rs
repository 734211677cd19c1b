//! A self-built app, which writes to people one by one.

use std::collections::{BTreeSet, HashMap};

use hyper::Method;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::content;
use super::token::Tokens;
use super::{Outcome, object};
use crate::account::{App, is_allowed};
use crate::exchange::{Refusal, Request};
use crate::journal::{Shown, Verdict, ViolationKind};
use crate::rules::{SafeForm, WeComRules};
use crate::target::Target;
use crate::window::{Recent, Window};

/// Bytes in an app's text, which is cut, and in its markdown, which is refused.
/// <https://developer.work.weixin.qq.com/document/path/90236>
const CONTENT_BYTES: usize = 2_048;

/// The most users, parties and tags one message may name, on the same page.
const USERS: usize = 1_000;
const PARTIES_OR_TAGS: usize = 100;

/// How long an identical message is suppressed: by default, and at most.
const DUPLICATE_DEFAULT: i64 = 1_800;
const DUPLICATE_MOST: i64 = 4 * 60 * 60;

/// An app and what it remembers.
pub(super) struct KnownApp {
    pub(super) target: Target,
    pub(super) app: App,
    pub(super) tokens: Tokens,
    inboxes: HashMap<String, Inbox>,
    sent: Recent,
    count: u64,
}

/// How much one member got lately.
struct Inbox {
    minute: Window,
    hour: Window,
}

/// The people a message names: those who exist, and the names that do not.
#[derive(Default)]
struct Addressed {
    members: BTreeSet<String>,
    invalid: Map<String, Value>,
}

impl KnownApp {
    pub(super) fn new(number: usize, target: Target, app: App) -> Self {
        let (inboxes, sent) = (HashMap::new(), Recent::default());
        Self { target, app, tokens: Tokens::new(number), inboxes, sent, count: 0 }
    }

    /// The same app under one more name, for the people of both.
    pub(super) fn widen(&mut self, name: String, audience: Vec<String>, app: App) {
        self.target.add(name, audience);
        self.app.users.extend(app.users);
        self.app.parties.extend(app.parties);
        self.app.tags.extend(app.tags);
    }

    /// Takes a message whose token is valid.
    pub(super) fn take(&mut self, rules: &WeComRules, request: &Request, now: Timestamp) -> Outcome {
        match self.check(rules, request) {
            Ok((body, addressed, shown)) => self.deliver(&body, addressed, shown, now),
            Err(refusal) => Outcome::refused(refusal),
        }
    }

    fn check(&self, rules: &WeComRules, request: &Request) -> Result<(Value, Addressed, Shown), Refusal> {
        let address = request.address.to_canonical();
        if !is_allowed(&self.app.allowed_addresses, address) {
            return Err(Refusal::new(60_020, "not allow to access from your ip"));
        }
        if request.method != Method::POST {
            return Err(Refusal::new(40_058, "invalid Request Parameter: POST required"));
        }
        let body = object(request)?;
        self.check_agent(&body)?;
        check_safe(rules.safe, &body)?;
        let shown = shown(&body)?;
        let addressed = self.addressed(&body)?;
        Ok((body, addressed, shown))
    }

    fn check_agent(&self, body: &Value) -> Result<(), Refusal> {
        let agent = body.get("agentid").ok_or_else(|| Refusal::new(41_011, "missing agentid"))?;
        let agent = agent.as_i64().ok_or_else(|| Refusal::new(40_056, "invalid agentid"))?;
        if agent != self.app.agent_id {
            return Err(Refusal::new(301_002, "not allow operate another agent with this accesstoken"));
        }
        Ok(())
    }

    /// Whom the message reaches. `@all` ignores parties and tags.
    fn addressed(&self, body: &Value) -> Result<Addressed, Refusal> {
        let (users, parties, tags) = (list(body, "touser")?, list(body, "toparty")?, list(body, "totag")?);
        if users.is_empty() && parties.is_empty() && tags.is_empty() {
            return Err(Refusal::new(82_001, "touser & toparty & totag are all empty"));
        }
        if users.len() > USERS {
            return Err(Refusal::new(40_058, "touser: too many users. invalid Request Parameter"));
        }
        if parties.len() > PARTIES_OR_TAGS {
            return Err(Refusal::new(82_002, "invalid party list size"));
        }
        if tags.len() > PARTIES_OR_TAGS {
            return Err(Refusal::new(82_003, "invalid tag list size"));
        }
        let mut addressed = Addressed::default();
        if users == ["@all"] {
            let grouped = self.app.parties.values().chain(self.app.tags.values()).flatten();
            addressed.members = self.app.users.iter().chain(grouped).cloned().collect();
            return Ok(addressed);
        }
        addressed.add("invaliduser", &users, |user| self.user(user).map(|user| vec![user]));
        addressed.add("invalidparty", &parties, |party| self.app.parties.get(party).cloned());
        addressed.add("invalidtag", &tags, |tag| self.app.tags.get(tag).cloned());
        if addressed.members.is_empty() {
            return Err(Refusal::new(81_013, "user & party & tag all invalid"));
        }
        Ok(addressed)
    }

    /// The member called `user`; ids do not tell upper from lower case.
    fn user(&self, user: &str) -> Option<String> {
        self.app.users.iter().find(|known| known.eq_ignore_ascii_case(user)).cloned()
    }

    fn deliver(&mut self, body: &Value, addressed: Addressed, mut shown: Shown, now: Timestamp) -> Outcome {
        self.count += 1;
        let mut fields = addressed.invalid;
        fields.insert("msgid".to_owned(), json!(format!("sandbox-message-{}", self.count)));
        let fields = Value::Object(fields);
        if self.is_duplicate(body, now) {
            return Outcome { fields, ..Outcome::new(Verdict::Duplicate, shown) };
        }
        for member in addressed.members {
            let inbox = if self.has_room(&member, now) { &mut shown.recipients } else { &mut shown.missed };
            inbox.push(member);
        }
        let lost = format!("dropped without a word for {}", shown.missed.join(", "));
        let violation = (!shown.missed.is_empty()).then_some((ViolationKind::MessageLost, lost));
        Outcome { fields, violation, ..Outcome::new(Verdict::Delivered, shown) }
    }

    /// Whether the client asked not to send the same twice, and this is the same.
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
        let new = || Inbox {
            minute: Window::new(SignedDuration::from_secs(60)),
            hour: Window::new(SignedDuration::from_hours(1)),
        };
        let inbox = self.inboxes.entry(member.to_owned()).or_insert_with(new);
        let is_full =
            |window: &mut Window, limit: Option<usize>| limit.is_some_and(|it| window.count(now) >= it);
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

impl Addressed {
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
pub(super) fn named_in(request: &Request) -> Vec<String> {
    let Some(body) = request.object() else { return Vec::new() };
    ["touser", "toparty", "totag"].iter().flat_map(|field| list(&body, field).unwrap_or_default()).collect()
}

/// The names in a list joined by `|`.
fn list(body: &Value, field: &str) -> Result<Vec<String>, Refusal> {
    match body.get(field) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(text)) => {
            Ok(text.split('|').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect())
        }
        Some(_) => Err(Refusal::new(40_035, format!("invalid parameter: {field}"))),
    }
}

fn check_safe(form: SafeForm, body: &Value) -> Result<(), Refusal> {
    let is_fine = match body.get("safe") {
        None => true,
        Some(Value::String(text)) => {
            form == SafeForm::IntegerOrText && matches!(text.as_str(), "0" | "1" | "2")
        }
        Some(value) => value.as_i64().is_some_and(|safe| (0..=2).contains(&safe)),
    };
    if is_fine { Ok(()) } else { Err(Refusal::new(40_035, "invalid parameter: safe")) }
}

fn shown(body: &Value) -> Result<Shown, Refusal> {
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
            return Err(Refusal::new(40_007, "invalid media_id"));
        }
        _ => return Err(Refusal::new(40_008, "invalid message type")),
    };
    Ok(Shown { form: form.to_owned(), text, cut: was_cut, ..Shown::default() })
}
