//! The types of message that a bot takes.

use fanfare_sandbox::{Members, ProviderRefusal, ShownMessage, text_at};
use serde_json::Value;

/// The most tables in one card; with more it is refused with 11310.
const MOST_TABLES: usize = 5;

/// A message whose form is right.
#[derive(Debug)]
pub(super) struct BotMessage {
    form: &'static str,
    title: String,
    text: String,
    /// The ids that are named where a mention counts.
    named: Vec<String>,
}

impl BotMessage {
    /// The message in a body, read as strictly as by the provider.
    pub(super) fn parse(body: &Value) -> Result<Self, ProviderRefusal> {
        match body.get("msg_type").and_then(Value::as_str).unwrap_or_default() {
            "text" => text(body),
            "post" => post(body),
            "interactive" => card(body),
            "image" => required(body, "content", "image_key").map(|key| Self::bare("image", key)),
            "share_chat" => required(body, "content", "share_chat_id").map(|id| Self::bare("share_chat", id)),
            _ => Err(bad_parameter("msg_type")),
        }
    }

    fn bare(form: &'static str, text: String) -> Self {
        Self { form, title: String::new(), text, named: Vec::new() }
    }

    /// The parts in which a keyword is looked for: title and text, and no target of a link.
    pub(super) fn visible(&self) -> String {
        format!("{}\n{}", self.title, self.text)
    }

    /// The message as the group sees it, with the people it calls.
    pub(super) fn shown(self, members: &Members) -> ShownMessage {
        let Self { form, title, text, named } = self;
        let is_called = |id: &String| id == "all" || members.contains(id);
        let called = named.into_iter().filter(is_called);
        let mentioned = called.map(|id| if id == "all" { "@all".to_owned() } else { id }).collect();
        ShownMessage { form: form.to_owned(), title, text, mentioned, ..ShownMessage::default() }
    }

    /// The readable parts of a body that was refused, for the journal.
    pub(super) fn parse_loosely(body: &[u8]) -> ShownMessage {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        match Self::parse(&body) {
            Ok(message) => message.shown(&Members::Anyone),
            Err(_) => ShownMessage::default(),
        }
    }
}

fn bad_parameter(name: &str) -> ProviderRefusal {
    ProviderRefusal::new(19_002, format!("params error, {name} need"))
}

fn required(body: &Value, object: &str, field: &str) -> Result<String, ProviderRefusal> {
    text_at(body, object, field).map(str::to_owned).ok_or_else(|| bad_parameter(field))
}

fn text(body: &Value) -> Result<BotMessage, ProviderRefusal> {
    let text = required(body, "content", "text")?;
    let named = named_in(&text, "<at user_id=");
    Ok(BotMessage { form: "text", title: String::new(), text, named })
}

/// Rich text, of whose languages the first counts here.
fn post(body: &Value) -> Result<BotMessage, ProviderRefusal> {
    let languages = body.get("content").and_then(|it| it.get("post")).and_then(Value::as_object);
    let post = languages.and_then(|it| it.values().next()).ok_or_else(|| bad_parameter("post"))?;
    let lines = post.get("content").and_then(Value::as_array).ok_or_else(|| bad_parameter("content"))?;
    let (mut texts, mut named) = (Vec::new(), Vec::new());
    for line in lines {
        let parts = line.as_array().ok_or_else(|| bad_parameter("content"))?;
        let mut text = String::new();
        for part in parts {
            text.push_str(&post_part(part, &mut named)?);
        }
        texts.push(text);
    }
    let title = post.get("title").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(BotMessage { form: "post", title, text: texts.join("\n"), named })
}

fn post_part(part: &Value, named: &mut Vec<String>) -> Result<String, ProviderRefusal> {
    let field = |name: &str| part.get(name).and_then(Value::as_str).map(str::to_owned);
    match field("tag").as_deref() {
        Some("text") => field("text").ok_or_else(|| bad_parameter("text")),
        Some("a") => {
            field("href").ok_or_else(|| bad_parameter("href"))?;
            field("text").ok_or_else(|| bad_parameter("text"))
        }
        Some("at") => {
            let id = field("user_id").ok_or_else(|| bad_parameter("user_id"))?;
            named.push(id.clone());
            Ok(format!("@{id}"))
        }
        Some("img") => Ok(String::new()),
        Some(_) | None => Err(bad_parameter("tag")),
    }
}

/// A card, which stands beside `content` and not in it: of version 2.0, or an older one.
fn card(body: &Value) -> Result<BotMessage, ProviderRefusal> {
    let card = body.get("card").filter(|it| it.is_object()).ok_or_else(|| bad_parameter("card"))?;
    let holder =
        if card.get("schema").and_then(Value::as_str) == Some("2.0") { card.get("body") } else { Some(card) };
    let elements = holder.and_then(|it| it.get("elements")).and_then(Value::as_array);
    let elements = elements.filter(|it| !it.is_empty()).ok_or_else(|| bad_parameter("elements"))?;
    let markdown: Vec<&str> = elements
        .iter()
        .filter(|it| it.get("tag").and_then(Value::as_str) == Some("markdown"))
        .map(|it| it.get("content").and_then(Value::as_str).ok_or_else(|| bad_parameter("content")))
        .collect::<Result<_, _>>()?;
    let markdown = markdown.join("\n");
    let table_elements = elements.iter().filter(|it| it.get("tag").and_then(Value::as_str) == Some("table"));
    if table_elements.count() + tables_in(&markdown) > MOST_TABLES {
        return Err(ProviderRefusal::new(11_310, "card table number over limit"));
    }
    let title = card.get("header").and_then(|it| it.get("title")).and_then(|it| it.get("content"));
    let title = title.and_then(Value::as_str).unwrap_or_default().to_owned();
    let named = named_in(&markdown, "<at id=");
    Ok(BotMessage { form: "interactive", title, text: decoded(&markdown), named })
}

/// The tables in markdown: each has a line of dashes between bars below its head.
fn tables_in(markdown: &str) -> usize {
    let is_rule = |line: &&str| {
        line.starts_with('|')
            && line.contains("--")
            && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
    };
    markdown.lines().map(str::trim).filter(is_rule).count()
}

/// The ids in tags that begin like this, with or without quotes.
fn named_in(text: &str, tag: &str) -> Vec<String> {
    let ids = text.split(tag).skip(1).filter_map(|rest| rest.split_once('>'));
    ids.map(|(id, _)| id.trim_matches(['"', '\'', '/', ' ']).to_owned()).collect()
}

/// `text` with the signs that entities stand for.
fn decoded(text: &str) -> String {
    const ENTITIES: [(&str, &str); 19] = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#42;", "*"),
        ("&#95;", "_"),
        ("&#126;", "~"),
        ("&#96;", "`"),
        ("&#91;", "["),
        ("&#93;", "]"),
        ("&#92;", "\\"),
        ("&#124;", "|"),
        ("&#35;", "#"),
        ("&#45;", "-"),
        ("&#43;", "+"),
        ("&#61;", "="),
        ("&#33;", "!"),
        ("&#46;", "."),
        ("&#41;", ")"),
        ("&quot;", "\""),
        ("&amp;", "&"), // Last, or it would make others.
    ];
    ENTITIES.iter().fold(text.to_owned(), |text, (entity, sign)| text.replace(entity, sign))
}
