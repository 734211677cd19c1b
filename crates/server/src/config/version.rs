//! What tells one state of a channel's settings from another.

use fanfare_core::{IdempotencyKey, Secret};

use super::de::Reading;
use super::node::{Entry, Node, Value};
use super::secret;

/// Settings that name a file of which the channel reads the content, whatever its kind.
const READ_BY_CHANNELS: [&str; 1] = ["ca_file"];

/// A digest of what `settings` say, and of what the secrets and files that they
/// name hold. How it is written makes no difference to it: neither the order of
/// settings, nor where a secret is kept.
///
/// To be taken *before* the settings are used: a secret that is changed in
/// between then looks changed the next time, and is not missed.
pub(crate) fn digest(settings: &Node, reading: &Reading<'_>) -> String {
    let mut parts = Vec::new();
    collect(settings, reading, &mut parts);
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    IdempotencyKey::of(&parts).as_str().to_owned()
}

/// Takes a value apart so that no two different ones have the same parts.
fn collect(node: &Node, reading: &Reading<'_>, parts: &mut Vec<String>) {
    match &node.value {
        Value::Nothing | Value::StandIn(_) => parts.push("nothing".to_owned()),
        Value::Bool(it) => scalar(&it.to_string(), parts),
        Value::Number(it) => scalar(reading.source.get(it.bytes.clone()).unwrap_or_default(), parts),
        Value::Text(text) => scalar(text, parts),
        Value::List(items) => {
            parts.push(format!("list of {}", items.len()));
            items.iter().for_each(|item| collect(item, reading, parts));
        }
        Value::Map(_) if let Some(secret) = secret::named(node, reading) => {
            scalar(Secret::new(&secret).expose(), parts);
        }
        Value::Map(entries) => map(entries, reading, parts),
    }
}

fn scalar(text: &str, parts: &mut Vec<String>) {
    parts.extend(["text".to_owned(), text.to_owned()]);
}

fn map(entries: &[Entry], reading: &Reading<'_>, parts: &mut Vec<String>) {
    let mut said: Vec<&Entry> = entries.iter().filter(|it| it.node.value != Value::Nothing).collect();
    said.sort_by(|a, b| a.name.cmp(&b.name));
    parts.push(format!("map of {}", said.len()));
    for entry in said {
        parts.push(entry.name.clone());
        collect(&entry.node, reading, parts);
        if READ_BY_CHANNELS.contains(&entry.name.as_str()) {
            parts.push(content(&entry.node));
        }
    }
}

/// What the file holds; nothing if it cannot be read, which the channel says itself.
fn content(path: &Node) -> String {
    match &path.value {
        Value::Text(path) => std::fs::read_to_string(path).unwrap_or_default(),
        Value::Nothing
        | Value::Bool(_)
        | Value::Number(_)
        | Value::List(_)
        | Value::Map(_)
        | Value::StandIn(_) => String::new(),
    }
}
