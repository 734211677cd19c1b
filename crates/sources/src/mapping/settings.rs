//! The settings of a mapping, and the mistakes that no single one of them has.

use std::collections::BTreeMap;
use std::str::FromStr;

use fanfare_core::{Labels, Severity};
use serde::Deserialize;

use super::expression::Expression;
use super::status_word::StatusWord;
use crate::json_path::JsonPath;
use crate::time::is_time;
use crate::unexpanded::is_unexpanded;

/// The way from a JSON body to alerts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The parts that report one alert each; the body, or the items of a body that is a list.
    pub(super) each: Option<JsonPath>,
    pub(super) alertname: Expression,
    pub(super) status: Option<Expression>,
    pub(super) severity: Option<Expression>,
    pub(super) title: Option<Expression>,
    pub(super) description: Option<Expression>,
    pub(super) content: Option<Expression>,
    pub(super) starts_at: Option<Expression>,
    pub(super) ends_at: Option<Expression>,
    pub(super) url: Option<Expression>,
    #[serde(default)]
    pub(super) labels: BTreeMap<String, Expression>,
    /// The labels by which an alert is known again; all of them unless stated.
    pub(super) identity: Option<Vec<String>>,
}

/// A mistake in a mapping that no single setting has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingMistake {
    /// The names that lead to the setting, within the mapping.
    pub path: Vec<String>,
    /// The mistake, and what would be right.
    pub message: String,
}

/// Labels that the gateway, or a setting of their own, says.
const SET_ELSEWHERE: [(&str, &str); 3] = [
    ("alertname", "write it as `alertname` of the mapping"),
    ("severity", "write it as `severity` of the mapping"),
    ("source", "the name of the source is that label"),
];

impl Mapping {
    /// The mistakes that no single setting has.
    #[must_use]
    pub fn mistakes(&self) -> Vec<MappingMistake> {
        let mut mistakes = Vec::new();
        for (name, advice) in SET_ELSEWHERE.iter().filter(|(name, _)| self.labels.contains_key(*name)) {
            mistakes.push(MappingMistake::new(&["labels", name], (*advice).to_owned()));
        }
        if self.labels.contains_key("") {
            mistakes.push(MappingMistake::new(&["labels"], "a label needs a name".to_owned()));
        }
        for name in self.identity.iter().flatten().filter(|name| !self.is_label(name)) {
            let known: Vec<&str> =
                ["alertname"].into_iter().chain(self.labels.keys().map(String::as_str)).collect();
            let message =
                format!("`{name}` is no label of this mapping: expected some of {}", known.join(", "));
            mistakes.push(MappingMistake::new(&["identity"], message));
        }
        if self.identity.as_ref().is_some_and(Vec::is_empty) {
            let message = "without a label every alert would be the same one: name some, or leave it out";
            mistakes.push(MappingMistake::new(&["identity"], message.to_owned()));
        }
        mistakes.extend(unknown_words::<StatusWord>("status", self.status.as_ref()));
        mistakes.extend(unknown_words::<Severity>("severity", self.severity.as_ref()));
        mistakes.extend(unknown_words::<PageAddress>("url", self.url.as_ref()));
        mistakes.extend(unknown_words::<StatedTime>("starts_at", self.starts_at.as_ref()));
        mistakes.extend(unknown_words::<StatedTime>("ends_at", self.ends_at.as_ref()));
        mistakes
    }

    fn is_label(&self, name: &str) -> bool {
        name == "alertname" || self.labels.contains_key(name)
    }

    /// Tells whether the label `name` has `text` from a body, and not from the mapping itself.
    pub(super) fn is_from_body(&self, name: &str, text: &str) -> bool {
        !is_unexpanded(text)
            && self.label(name).is_some_and(|it| it.is_of_body() && it.default.as_deref() != Some(text))
    }

    /// Tells whether a label that carries identity is to be found in the body.
    fn identity_needs_body(&self) -> bool {
        let all = ["alertname"].into_iter().chain(self.labels.keys().map(String::as_str));
        let is_named = |name: &&str| self.identity.as_ref().is_none_or(|it| it.iter().any(|it| it == name));
        all.filter(is_named).filter_map(|name| self.label(name)).any(Expression::is_of_body)
    }

    /// Tells whether the labels `sent`, which are from the body, identify an alert: all of the list in the mapping that
    /// a body must have, since the mapping states nothing for them, or, without a list, any label.
    pub(super) fn is_enough_for_identity(&self, sent: &[&str]) -> bool {
        let is_needed =
            |name: &&String| self.label(name).is_some_and(|it| it.is_of_body() && it.default.is_none());
        match &self.identity {
            Some(_) if sent.is_empty() => !self.identity_needs_body(),
            Some(names) => names.iter().filter(is_needed).all(|it| sent.contains(&it.as_str())),
            None => !sent.is_empty() || !self.identity_needs_body(),
        }
    }

    fn label(&self, name: &str) -> Option<&Expression> {
        if name == "alertname" { Some(&self.alertname) } else { self.labels.get(name) }
    }

    /// The labels that carry identity.
    pub(super) fn identity_of(&self, labels: &Labels) -> Labels {
        let Some(names) = &self.identity else { return labels.clone() };
        labels.iter().filter(|(name, _)| names.iter().any(|it| it == name)).collect()
    }
}

impl MappingMistake {
    fn new(path: &[&str], message: String) -> Self {
        Self { path: path.iter().map(|it| (*it).to_owned()).collect(), message }
    }
}

/// An address of a page that a mapping states.
struct PageAddress;

impl FromStr for PageAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_address = text.starts_with("http://") || text.starts_with("https://");
        if is_address {
            Ok(Self)
        } else {
            Err(format!("`{text}` is no address: expected http://… or https://…"))
        }
    }
}

/// A time that a mapping states.
struct StatedTime;

impl FromStr for StatedTime {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match is_time(text) {
            true => Ok(Self),
            false => Err(format!("`{text}` is no time: expected e.g. 2026-11-27T08:30:00+08:00")),
        }
    }
}

/// The words of the setting `name` that are no `T`.
fn unknown_words<T: FromStr<Err: ToString>>(
    name: &str,
    expression: Option<&Expression>,
) -> Vec<MappingMistake> {
    let stated = expression.into_iter().flat_map(Expression::stated);
    // An empty word says that there is none.
    let stated = stated.filter(|(_, word)| !word.trim().is_empty());
    let wrong = stated.filter_map(|(steps, word)| Some((steps, word.parse::<T>().err()?)));
    wrong
        .map(|(steps, err)| {
            let path: Vec<&str> = [name].into_iter().chain(steps).collect();
            MappingMistake::new(&path, err.to_string())
        })
        .collect()
}
