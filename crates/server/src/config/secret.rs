//! A secret in the config: where it is to be found, not what it is.

use std::path::Path;

use super::de::Reading;
use super::error::Error;
use super::node::{Node, Value};
use super::place::Step;

/// Whether a secret may stand in the config itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InlineSecrets {
    /// The config says `allow_inline_secrets: true`.
    Allowed,
    /// It does not.
    Refused,
}

const INSTEAD: &str = "`{ env: NAME }` or `{ file: PATH }`";

/// The text of the secret that `node` names. No error quotes what was written or found.
pub(crate) fn resolve(node: &Node, reading: &Reading<'_>) -> Result<String, Error> {
    match &node.value {
        Value::Map(entries) => match entries.as_slice() {
            [entry] if matches!(entry.node.value, Value::StandIn(_)) => Ok(String::new()),
            [entry] if entry.name == "env" => {
                below("env", text_of(&entry.node).and_then(|name| variable(name, reading)))
            }
            [entry] if entry.name == "file" => {
                below("file", text_of(&entry.node).and_then(|path| file(path, reading)))
            }
            _ => Err(Error::expected(&format!("a secret as {INSTEAD}"), "something else")),
        },
        Value::Text(text) => match reading.inline {
            InlineSecrets::Allowed => Ok(text.clone()),
            InlineSecrets::Refused => Err(wrong(format!(
                "a secret must not stand in the config itself: write {INSTEAD}, or allow it with `allow_inline_secrets: true` at the top"
            ))),
        },
        Value::Bool(_) | Value::Number(_) => match reading.inline {
            InlineSecrets::Allowed => Err(wrong("a secret must be a text; put quotes around it".to_owned())),
            InlineSecrets::Refused => {
                Err(wrong(format!("a secret must not stand in the config itself: write {INSTEAD}")))
            }
        },
        Value::Nothing | Value::List(_) | Value::StandIn(_) => {
            Err(Error::expected(&format!("a secret as {INSTEAD}"), node.value.kind()))
        }
    }
}

/// The text of the secret, if `node` is the name of one and it can be had.
pub(crate) fn named(node: &Node, reading: &Reading<'_>) -> Option<String> {
    match node.entries() {
        [entry] if matches!(entry.name.as_str(), "env" | "file") => resolve(node, reading).ok(),
        _ => None,
    }
}

fn text_of(node: &Node) -> Result<&str, Error> {
    match &node.value {
        Value::Text(text) => Ok(text),
        other @ (Value::Nothing
        | Value::Bool(_)
        | Value::Number(_)
        | Value::List(_)
        | Value::Map(_)
        | Value::StandIn(_)) => Err(Error::expected("a text", other.kind())),
    }
}

fn variable(name: &str, reading: &Reading<'_>) -> Result<String, Error> {
    let shown = shown(name);
    match reading.secrets.variable(name) {
        None => Err(wrong(format!("the environment variable{shown} is not set"))),
        Some(text) if text.trim().is_empty() => {
            Err(wrong(format!("the environment variable{shown} is empty")))
        }
        Some(text) => Ok(text),
    }
}

/// The name, unless it looks more like the secret itself, which people paste here.
fn shown(name: &str) -> String {
    let looks_like_a_name = name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    if looks_like_a_name { format!(" `{name}`") } else { " named here".to_owned() }
}

fn file(path: &str, reading: &Reading<'_>) -> Result<String, Error> {
    let path = reading.folder.join(Path::new(path));
    let text = reading.secrets.file(&path).map_err(|err| wrong(format!("the file cannot be read: {err}")))?;
    if text.trim().is_empty() { Err(wrong("the file is empty".to_owned())) } else { Ok(text) }
}

fn wrong(message: String) -> Error {
    super::error::Wrong::Value(message).into()
}

fn below<T>(name: &str, result: Result<T, Error>) -> Result<T, Error> {
    result.map_err(|err| err.below(Step::Key(name.to_owned())))
}
