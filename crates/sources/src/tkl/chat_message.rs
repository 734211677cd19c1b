//! Messages in the forms of chat providers: the facts that a script wrote into the text are read back out of it.
//!
//! A script for a robot writes what it knows into a text for people, one fact a line: `- **EUI**: 6353…`,
//! `> 级别：<font color="warning">紧急</font>`. A line whose name means the device, the level or the state of an alarm
//! is taken for the field of that name, unless the body has such a field itself. The text stays as it is.

use std::sync::LazyLock;

use regex::Regex;

use crate::json::{Json, Object};

use super::names::{Meaning, known, plain};
use super::parts::{PartKind, is_part};

/// The names by which a provider's message is known: DingTalk's and WeCom's, and Feishu's.
const MESSAGE_TYPES: [&str; 2] = ["msgtype", "msg_type"];

/// The lines of a text that are read. The longest message of any provider has fewer.
const MAX_LINES: usize = 500;

/// The length of a fact's name, at most, in bytes: longer ones are sentences with a colon in them.
const MAX_NAME_BYTES: usize = 40;

/// The length of a fact's value, at most, in bytes.
const MAX_VALUE_BYTES: usize = 200;

/// Markup that stands around or before the words of a line: of Markdown, and the tags that WeCom and Feishu know.
static MARKUP: LazyLock<Regex> = LazyLock::new(|| pattern(r"</?(?:font|at|b|i|br)\b[^<>]*>|[*_`~]+"));

/// The beginning of a line: quotes, headings, lists.
static LINE_START: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:\s|>|#|-\s|\+\s|•|·|\d{1,2}[.)]\s)*"));

/// Prepares the patterns.
pub(super) fn warm_up() {
    LazyLock::force(&MARKUP);
    LazyLock::force(&LINE_START);
}

/// The message with the facts of its text as fields; any other body as it is.
pub(super) fn with_facts(mut body: Object) -> Object {
    if !MESSAGE_TYPES.iter().any(|name| body.contains_key(*name)) {
        return body;
    }
    let facts: Vec<StatedFact> =
        texts(&body).flat_map(str::lines).take(MAX_LINES).filter_map(StatedFact::in_line).collect();
    let mut taken: Vec<Meaning> =
        body.keys().filter_map(|name| known(&plain(name))).map(|it| it.meaning).collect();
    for StatedFact { name, value, meaning } in facts {
        if !taken.contains(&meaning) {
            taken.push(meaning);
            body.entry(name).or_insert(Json::Text(value));
        }
    }
    body
}

/// The word for the level that a line of `text` states.
pub(crate) fn stated_level(text: &str) -> Option<String> {
    let facts = text.lines().take(MAX_LINES).filter_map(StatedFact::in_line);
    facts.filter(|it| it.meaning == Meaning::Level).map(|it| it.value).next()
}

/// The texts of a message, wherever its provider has them.
fn texts(body: &Object) -> impl Iterator<Item = &str> {
    let parts = body.iter().filter(|(name, _)| is_part(&plain(name), PartKind::Words));
    let fields = parts.filter_map(|(_, value)| match value {
        Json::Object(fields) => Some(fields),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => None,
    });
    fields
        .flatten()
        .filter(|(name, _)| matches!(name.as_str(), "text" | "content"))
        .filter_map(|(_, it)| it.text())
}

/// A fact in a line of a text.
#[derive(Debug, PartialEq, Eq)]
struct StatedFact {
    name: String,
    value: String,
    meaning: Meaning,
}

impl StatedFact {
    /// The fact that `line` states, if its name means something that an alarm has but once.
    fn in_line(line: &str) -> Option<Self> {
        let line = MARKUP.replace_all(line, "");
        let line = LINE_START.replace(&line, "");
        let (name, value) = line.split_once([':', '：'])?;
        let (name, value) = (name.trim(), value.trim());
        let is_fact = name.len() <= MAX_NAME_BYTES && (1..=MAX_VALUE_BYTES).contains(&value.len());
        let meaning = known(&plain(name)).filter(|_| is_fact)?.meaning;
        is_read(meaning).then(|| Self { name: name.to_owned(), value: value.to_owned(), meaning })
    }
}

/// Tells whether a line of this meaning is read. What people read as text stays a text.
fn is_read(meaning: Meaning) -> bool {
    match meaning {
        Meaning::Eui
        | Meaning::DeviceId
        | Meaning::DeviceName
        | Meaning::AlarmName
        | Meaning::Level
        | Meaning::Action
        | Meaning::AlarmState
        | Meaning::State => true,
        Meaning::Target
        | Meaning::Place
        | Meaning::Title
        | Meaning::Description
        | Meaning::Content
        | Meaning::Kind
        | Meaning::OverFlag
        | Meaning::Time
        | Meaning::End
        | Meaning::Groups
        | Meaning::Mobiles
        | Meaning::UserIds
        | Meaning::Everybody
        | Meaning::Reading
        | Meaning::Health
        | Meaning::Counter
        | Meaning::Envelope => false,
    }
}

#[expect(clippy::expect_used, reason = "a constant of this file; every test would fail")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a valid pattern")
}

#[cfg(test)]
mod tests;
