//! A digest of settings, which tells one state of them from another.

use std::path::Path;

use fanfare_core::{Secret, stable_hash};

use crate::context::ReadContext;
use crate::node::{Node, Value, YamlEntry};
use crate::secret;
use crate::text_file::{Pipes, read_text_file};

/// A digest of what `settings` say, and of the content of the secrets and files
/// that they name: 32 hexadecimal digits. The way of writing makes no difference
/// to it: neither the order of settings, nor where a secret is kept.
///
/// `file_settings` are the settings that name a file whose content counts.
///
/// To be taken *before* the settings are used: a secret that is changed in
/// between then looks changed the next time, and is not missed.
#[must_use]
pub fn digest(settings: &Node, context: &ReadContext<'_>, file_settings: &[&str]) -> String {
    let mut parts = Parts { context, file_settings, texts: Vec::new() };
    parts.add(settings);
    let texts: Vec<&str> = parts.texts.iter().map(String::as_str).collect();
    stable_hash(&texts)
}

/// The texts that a tree of settings is taken apart into: no two different trees
/// have the same ones.
struct Parts<'a> {
    context: &'a ReadContext<'a>,
    file_settings: &'a [&'a str],
    texts: Vec<String>,
}

impl Parts<'_> {
    fn add(&mut self, node: &Node) {
        match &node.value {
            Value::Nothing | Value::Placeholder(_) => self.texts.push("nothing".to_owned()),
            Value::Bool(it) => self.add_scalar(&it.to_string()),
            Value::Number(it) => {
                self.add_scalar(self.context.source.get(it.bytes.clone()).unwrap_or_default());
            }
            Value::Text(text) => self.add_scalar(text),
            Value::List(items) => {
                self.texts.push(format!("list of {}", items.len()));
                items.iter().for_each(|item| self.add(item));
            }
            Value::Map(_) if let Some(secret) = secret::named(node, self.context) => {
                self.add_scalar(Secret::new(&secret).expose());
            }
            Value::Map(entries) => self.add_map(entries),
        }
    }

    fn add_scalar(&mut self, text: &str) {
        self.texts.extend(["text".to_owned(), text.to_owned()]);
    }

    fn add_map(&mut self, entries: &[YamlEntry]) {
        let mut said: Vec<&YamlEntry> = entries.iter().filter(|it| it.node.value != Value::Nothing).collect();
        said.sort_by(|a, b| a.name.cmp(&b.name));
        self.texts.push(format!("map of {}", said.len()));
        for entry in said {
            self.texts.push(entry.name.clone());
            self.add(&entry.node);
            if self.file_settings.contains(&entry.name.as_str()) {
                self.texts.push(content(&entry.node));
            }
        }
    }
}

/// The most bytes of a file: as many as a file of certificates may have.
const LONGEST: u64 = 4 * 1024 * 1024;

/// The content of the file at `path`; empty if it cannot be read, which the
/// reader of the setting says itself.
fn content(path: &Node) -> String {
    match &path.value {
        Value::Text(path) => read_text_file(Path::new(path), LONGEST, Pipes::Refused).unwrap_or_default(),
        Value::Nothing
        | Value::Bool(_)
        | Value::Number(_)
        | Value::List(_)
        | Value::Map(_)
        | Value::Placeholder(_) => String::new(),
    }
}

#[cfg(test)]
mod tests;
