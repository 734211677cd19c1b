//! The five types of message a robot takes.

use fanfare_sandbox::{Members, ProviderRefusal, ShownMessage, text_at};
use serde_json::Value;

use super::mention::{AtObject, NameEffect};

/// A message whose form is right.
#[derive(Debug)]
pub(super) struct RobotMessage {
    form: RobotMessageType,
    pub(super) title: String,
    pub(super) text: String,
    at: AtObject,
    pub(super) uuid: Option<String>,
}

/// A value of `msgtype`. The case matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RobotMessageType {
    Text,
    Markdown,
    Link,
    ActionCard,
    FeedCard,
}

impl RobotMessageType {
    fn from_word(word: &str) -> Option<Self> {
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

    /// The effect of the names in `at`: links and feed cards call nobody.
    fn name_effect(self) -> NameEffect {
        match self {
            Self::Text => NameEffect::Added,
            Self::Markdown => NameEffect::PeopleMustBeWritten,
            Self::ActionCard => NameEffect::AllMustBeWritten,
            Self::Link | Self::FeedCard => NameEffect::Ignored,
        }
    }
}

impl RobotMessage {
    /// The message in a body, read as strictly as by the provider: case, objects, fields.
    pub(super) fn parse(body: &Value) -> Result<Self, ProviderRefusal> {
        let word = body.get("msgtype").and_then(Value::as_str).unwrap_or_default();
        let form = RobotMessageType::from_word(word)
            .ok_or_else(|| ProviderRefusal::new(400_105, "unsupported msgtype"))?;
        let (title, text) = match form {
            RobotMessageType::Text => (String::new(), required(body, "text", "content")?),
            RobotMessageType::Markdown => {
                (required(body, "markdown", "title")?, required(body, "markdown", "text")?)
            }
            RobotMessageType::Link => link(body)?,
            RobotMessageType::ActionCard => action_card(body)?,
            RobotMessageType::FeedCard => (String::new(), feed_card(body)?),
        };
        let uuid = body.get("msgUuid").and_then(Value::as_str).filter(|uuid| !uuid.is_empty());
        Ok(Self { form, title, text, at: AtObject::parse(body)?, uuid: uuid.map(str::to_owned) })
    }

    /// The message as the group sees it, with the people it calls.
    pub(super) fn shown(self, members: &Members) -> ShownMessage {
        let (mentioned, text) = self.at.apply(self.form.name_effect(), self.text, members);
        ShownMessage {
            form: self.form.word().to_owned(),
            title: self.title,
            text,
            mentioned,
            id: self.uuid,
            ..ShownMessage::default()
        }
    }

    /// The readable parts of a body that was refused, for the journal.
    pub(super) fn parse_loosely(body: &[u8]) -> ShownMessage {
        let Ok(body) = serde_json::from_slice::<Value>(body) else { return ShownMessage::default() };
        let form = body.get("msgtype").and_then(Value::as_str).unwrap_or_default().to_owned();
        let field = |name: &str| text_at(&body, &form, name).map(str::to_owned);
        let title = field("title").unwrap_or_default();
        let text = field("text").or_else(|| field("content")).unwrap_or_default();
        let id = body.get("msgUuid").and_then(Value::as_str).map(str::to_owned);
        ShownMessage { title, text, id, form, ..ShownMessage::default() }
    }
}

fn required(body: &Value, object: &str, field: &str) -> Result<String, ProviderRefusal> {
    let found = text_at(body, object, field).map(str::to_owned);
    found.ok_or_else(|| missing(object, field))
}

fn missing(object: &str, field: &str) -> ProviderRefusal {
    ProviderRefusal::new(400_403, format!("miss param : {object}->{field}"))
}

fn link(body: &Value) -> Result<(String, String), ProviderRefusal> {
    required(body, "link", "messageUrl")?;
    Ok((required(body, "link", "title")?, required(body, "link", "text")?))
}

/// The title and text of a card, with one button for the whole card or a list of buttons.
fn action_card(body: &Value) -> Result<(String, String), ProviderRefusal> {
    const CARD: &str = "actionCard";
    let title = required(body, CARD, "title")?;
    let text = required(body, CARD, "text")?;
    for flag in ["hideAvatar", "btnOrientation"] {
        let value = body.get(CARD).and_then(|card| card.get(flag));
        if value.is_some_and(|value| !matches!(value.as_str(), Some("0" | "1"))) {
            return Err(ProviderRefusal::new(400_002, format!("参数错误: {CARD}->{flag}")));
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

fn feed_card(body: &Value) -> Result<String, ProviderRefusal> {
    const CARD: &str = "feedCard";
    let links = body.get(CARD).and_then(|card| card.get("links")).and_then(Value::as_array);
    let links = links.filter(|links| !links.is_empty()).ok_or_else(|| missing(CARD, "links"))?;
    for link in links {
        item(link, CARD, "links", &["title", "messageURL", "picURL"])?;
    }
    let titles: Vec<&str> = links.iter().filter_map(|link| link.get("title")?.as_str()).collect();
    Ok(titles.join("\n"))
}

fn item(value: &Value, object: &str, list: &str, fields: &[&str]) -> Result<(), ProviderRefusal> {
    let says = |field: &&&str| value.get(**field).and_then(Value::as_str).is_some_and(|it| !it.is_empty());
    match fields.iter().find(|field| !says(field)) {
        Some(field) => Err(missing(object, &format!("{list}->{field}"))),
        None => Ok(()),
    }
}
