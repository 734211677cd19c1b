//! The five types of message a robot takes.

use serde_json::Value;

use super::mention::At;
use crate::account::Members;
use crate::exchange::{Refusal, text_at};
use crate::journal::Shown;

/// A message whose form is right.
#[derive(Debug)]
pub(super) struct Message {
    form: Form,
    pub(super) title: String,
    pub(super) text: String,
    at: At,
    pub(super) uuid: Option<String>,
}

/// What `msgtype` may say. The case matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Markdown,
    Link,
    ActionCard,
    FeedCard,
}

impl Form {
    fn of(word: &str) -> Option<Self> {
        [Self::Text, Self::Markdown, Self::Link, Self::ActionCard, Self::FeedCard]
            .into_iter()
            .find(|form| form.word() == word)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Link => "link",
            Self::ActionCard => "actionCard",
            Self::FeedCard => "feedCard",
        }
    }
}

impl Message {
    /// Reads a body as strictly as the provider: case, objects, fields.
    pub(super) fn parse(body: &Value) -> Result<Self, Refusal> {
        let word = body.get("msgtype").and_then(Value::as_str).unwrap_or_default();
        let form = Form::of(word).ok_or_else(|| Refusal::new(400_105, "unsupported msgtype"))?;
        let (title, text) = match form {
            Form::Text => (String::new(), required(body, "text", "content")?),
            Form::Markdown => (required(body, "markdown", "title")?, required(body, "markdown", "text")?),
            Form::Link => link(body)?,
            Form::ActionCard => action_card(body)?,
            Form::FeedCard => (String::new(), feed_card(body)?),
        };
        let uuid = body.get("msgUuid").and_then(Value::as_str).filter(|uuid| !uuid.is_empty());
        Ok(Self { form, title, text, at: At::parse(body)?, uuid: uuid.map(str::to_owned) })
    }

    /// What the group sees, and who is called.
    pub(super) fn shown(self, members: &Members) -> Shown {
        let (mentioned, text) = self.at.apply(self.form, self.text, members);
        Shown {
            form: self.form.word().to_owned(),
            title: self.title,
            text,
            mentioned,
            id: self.uuid,
            ..Shown::default()
        }
    }

    /// What can be read of a body that was refused, for the record.
    pub(super) fn glimpse(body: &[u8]) -> Shown {
        let Ok(body) = serde_json::from_slice::<Value>(body) else { return Shown::default() };
        let form = body.get("msgtype").and_then(Value::as_str).unwrap_or_default().to_owned();
        let field = |name: &str| text_at(&body, &form, name).map(str::to_owned);
        let title = field("title").unwrap_or_default();
        let text = field("text").or_else(|| field("content")).unwrap_or_default();
        let id = body.get("msgUuid").and_then(Value::as_str).map(str::to_owned);
        Shown { title, text, id, form, ..Shown::default() }
    }
}

fn required(body: &Value, object: &str, field: &str) -> Result<String, Refusal> {
    let found = text_at(body, object, field).map(str::to_owned);
    found.ok_or_else(|| missing(object, field))
}

fn missing(object: &str, field: &str) -> Refusal {
    Refusal::new(400_403, format!("miss param : {object}->{field}"))
}

fn link(body: &Value) -> Result<(String, String), Refusal> {
    required(body, "link", "messageUrl")?;
    Ok((required(body, "link", "title")?, required(body, "link", "text")?))
}

/// One button for the whole card, or a list of buttons.
fn action_card(body: &Value) -> Result<(String, String), Refusal> {
    const CARD: &str = "actionCard";
    let title = required(body, CARD, "title")?;
    let text = required(body, CARD, "text")?;
    for flag in ["hideAvatar", "btnOrientation"] {
        let value = body.get(CARD).and_then(|card| card.get(flag));
        if value.is_some_and(|value| !matches!(value.as_str(), Some("0" | "1"))) {
            return Err(Refusal::new(400_002, format!("参数错误: {CARD}->{flag}")));
        }
    }
    if text_at(body, CARD, "singleTitle").is_some() {
        required(body, CARD, "singleURL")?;
        return Ok((title, text));
    }
    let buttons = body.get(CARD).and_then(|card| card.get("btns")).and_then(Value::as_array);
    let buttons = buttons.filter(|buttons| !buttons.is_empty()).ok_or_else(|| missing(CARD, "btns"))?;
    for button in buttons {
        item(button, CARD, "btns", &["title", "actionURL"])?;
    }
    Ok((title, text))
}

fn feed_card(body: &Value) -> Result<String, Refusal> {
    const CARD: &str = "feedCard";
    let links = body.get(CARD).and_then(|card| card.get("links")).and_then(Value::as_array);
    let links = links.filter(|links| !links.is_empty()).ok_or_else(|| missing(CARD, "links"))?;
    for link in links {
        item(link, CARD, "links", &["title", "messageURL", "picURL"])?;
    }
    let titles: Vec<&str> = links.iter().filter_map(|link| link.get("title")?.as_str()).collect();
    Ok(titles.join("\n"))
}

fn item(value: &Value, object: &str, list: &str, fields: &[&str]) -> Result<(), Refusal> {
    let says = |field: &&&str| value.get(**field).and_then(Value::as_str).is_some_and(|it| !it.is_empty());
    match fields.iter().find(|field| !says(field)) {
        Some(field) => Err(missing(object, &format!("{list}->{field}"))),
        None => Ok(()),
    }
}
