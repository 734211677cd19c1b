//! A secret in the config: the place it is kept in, not its text.

use std::path::Path;

use crate::context::{InlineSecrets, ReadContext};
use crate::error::{Mistake, SettingError as Error};
use crate::node::YamlEntry;
use crate::node::{Node, Value};
use crate::place::PathStep;
use crate::unfilled::{certainly_unfilled, unresolved};

/// The two forms of a secret.
pub(crate) const INSTEAD: &str = "`{ env: NAME }` or `{ file: PATH }`";

/// The text of the secret that `node` names. No error quotes what was written or found.
pub(crate) fn resolve(node: &Node, context: &ReadContext<'_>) -> Result<String, Error> {
    match &node.value {
        Value::Map(entries) => match entries.as_slice() {
            [entry] if matches!(entry.node.value, Value::Placeholder(_)) => Ok(String::new()),
            [entry] if entry.name == "env" => {
                below("env", text_of(&entry.node).and_then(|name| variable(name, context)))
            }
            [entry] if entry.name == "file" => {
                below("file", text_of(&entry.node).and_then(|path| file(path, context)))
            }
            _ => Err(Error::expected(&format!("a secret as {INSTEAD}"), "something else")),
        },
        Value::Text(text) => match context.inline_secrets {
            InlineSecrets::Allowed => inline(text),
            InlineSecrets::Refused => Err(mistake(format!(
                "a secret must not stand in the config itself: write {INSTEAD}, or allow it with `allow_inline_secrets: true` at the top"
            ))),
        },
        Value::Bool(_) | Value::Number(_) => match context.inline_secrets {
            InlineSecrets::Allowed => {
                Err(mistake("a secret must be a text; put quotes around it".to_owned()))
            }
            InlineSecrets::Refused => {
                Err(mistake(format!("a secret must not stand in the config itself: write {INSTEAD}")))
            }
        },
        Value::Nothing | Value::List(_) | Value::Placeholder(_) => {
            Err(Error::expected(&format!("a secret as {INSTEAD}"), node.value.kind()))
        }
    }
}

/// The text of the secret, if `node` names one and it can be read.
pub(crate) fn named(node: &Node, context: &ReadContext<'_>) -> Option<String> {
    match node.entries() {
        [entry] if is_place(&entry.name) => resolve(node, context).ok(),
        _ => None,
    }
}

/// True if `name` says where a secret is kept.
pub(crate) fn is_place(name: &str) -> bool {
    matches!(name, "env" | "file")
}

/// The complaint about the file that `place` names, if others may read or write it.
pub(crate) fn open_file(place: &YamlEntry, context: &ReadContext<'_>) -> Option<&'static str> {
    let path = context.folder.join(text_of(&place.node).ok().filter(|_| place.name == "file")?);
    let secrets = context.secrets;
    match (secrets.others_may_read(&path), secrets.others_may_write(&path)) {
        (true, true) => Some(
            "others on this machine may read the file and put another secret there: chmod 600 it, or 640 for a group",
        ),
        (true, false) => Some("others on this machine may read the file: chmod 600 it, or 640 for a group"),
        (false, true) => Some(
            "others on this machine may put another secret there: chmod 600 the file, or 640 for a group",
        ),
        (false, false) => None,
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
        | Value::Placeholder(_)) => Err(Error::expected("a text", other.kind())),
    }
}

fn variable(name: &str, context: &ReadContext<'_>) -> Result<String, Error> {
    let shown = shown(name);
    match context.secrets.variable(name) {
        None if context.secrets.is_not_utf8(name) => Err(mistake(format!(
            "the environment variable{shown} is set to something that is not in UTF-8: write the secret anew"
        ))),
        None => Err(mistake(format!("the environment variable{shown} is not set"))),
        Some(text) if text.trim().is_empty() => {
            Err(mistake(format!("the environment variable{shown} is empty")))
        }
        Some(text) => usable(text),
    }
}

/// The secret `text`, which stands in the config itself. A placeholder in it is the review's matter, as in any text there.
fn inline(text: &str) -> Result<String, Error> {
    if text.trim().is_empty() {
        return Err(mistake(format!("the secret is empty: write it, or keep it as {INSTEAD}")));
    }
    match unusable(text) {
        Some(complaint) => Err(mistake(format!("the secret {complaint}"))),
        None => Ok(text.to_owned()),
    }
}

/// `text`, if a secret that is kept elsewhere can be one.
fn usable(text: String) -> Result<String, Error> {
    match unusable(&text).or_else(|| certainly_unfilled(&text).map(nothing_fills_in)) {
        Some(complaint) => Err(mistake(format!("what is kept there {complaint}"))),
        None => Ok(text),
    }
}

/// The complaint about `text`, which no secret can be.
fn unusable(text: &str) -> Option<String> {
    let secret = text.trim();
    let hidden = |c: char| c.is_control() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}');
    if secret.contains(['\n', '\r']) {
        return Some("has several lines: keep nothing but the secret in it".to_owned());
    }
    if let Some((place, c)) = secret.chars().enumerate().find(|(_, c)| hidden(*c)) {
        return Some(format!(
            "holds a character that nobody sees, U+{:04X}, at place {}: write the secret anew",
            u32::from(c),
            place + 1
        ));
    }
    unresolved(secret).map(nothing_fills_in)
}

fn nothing_fills_in(form: &str) -> String {
    format!("holds the placeholder {form}, which nothing fills in: put the secret itself there")
}

/// The name, unless it looks more like the secret itself, which people paste here.
fn shown(name: &str) -> String {
    let looks_like_a_name = name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    if looks_like_a_name { format!(" `{name}`") } else { " named here".to_owned() }
}

fn file(path: &str, context: &ReadContext<'_>) -> Result<String, Error> {
    let (shown, path) = (shown_path(path), context.folder.join(Path::new(path)));
    let text = context
        .secrets
        .file(&path)
        .map_err(|err| mistake(format!("the file{shown} cannot be read: {err}")))?;
    if text.trim().is_empty() { Err(mistake(format!("the file{shown} is empty"))) } else { usable(text) }
}

/// The path, unless it looks more like the secret itself, which people paste here.
fn shown_path(path: &str) -> String {
    let is_address = path.contains("://") || path.contains(['=', '&', '?', '+']);
    let has_ending = path.rsplit_once('.').is_some_and(|(name, ending)| {
        !name.is_empty() && (1..=8).contains(&ending.len()) && ending.chars().all(|c| c.is_ascii_lowercase())
    });
    if !is_address && (path.contains('/') || has_ending) { format!(" `{path}`") } else { String::new() }
}

fn mistake(message: String) -> Error {
    Mistake::Value(message).into()
}

fn below<T>(name: &str, result: Result<T, Error>) -> Result<T, Error> {
    result.map_err(|err| err.below(PathStep::Key(name.to_owned())))
}
