//! Expressions: the values that a mapping takes from a body, or states itself.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::json_path::JsonPath;
use crate::template::Template;

/// A value that a mapping takes from the body, or states itself.
#[derive(Debug, Clone)]
pub(super) struct Expression {
    pub(super) origin: Origin,
    /// The words of ours for the sender's.
    pub(super) words: BTreeMap<String, String>,
    /// The value where there is none, or none that `words` knows.
    pub(super) default: Option<String>,
}

/// The origin of a value.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    Path(JsonPath, Scope),
    Template(Template),
    Constant(String),
}

/// The part of a body in which a path begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Scope {
    /// The part that reports one alert.
    #[default]
    Item,
    /// The whole body.
    Body,
}

impl Expression {
    /// The word of ours for `found`, which the body says.
    pub(super) fn word(&self, found: Option<String>) -> Option<String> {
        let Some(found) = found else { return self.default.clone() };
        if self.words.is_empty() {
            return Some(found);
        }
        let known = self.words.get(&found).or_else(|| {
            let same = |(theirs, _): &(&String, &String)| theirs.to_lowercase() == found.to_lowercase();
            self.words.iter().find(same).map(|(_, ours)| ours)
        });
        Some(known.or(self.default.as_ref()).cloned().unwrap_or(found))
    }

    /// Tells whether the value is looked for in a body.
    pub(super) fn is_of_body(&self) -> bool {
        match &self.origin {
            Origin::Path(..) | Origin::Template(_) => true,
            Origin::Constant(_) => false,
        }
    }

    /// The values that the mapping itself states, each with the setting that states it.
    pub(super) fn stated(&self) -> impl Iterator<Item = (Vec<&str>, &str)> {
        let constant = match &self.origin {
            Origin::Constant(text) => Some((vec!["value"], text.as_str())),
            Origin::Path(..) | Origin::Template(_) => None,
        };
        let words = self.words.iter().map(|(theirs, ours)| (vec!["map", theirs.as_str()], ours.as_str()));
        let default = self.default.as_deref().map(|text| (vec!["default"], text));
        constant.into_iter().chain(words).chain(default)
    }
}

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExpressionVisitor)
    }
}

struct ExpressionVisitor;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpressionYaml {
    #[serde(default, deserialize_with = "stated")]
    path: Option<JsonPath>,
    #[serde(default, deserialize_with = "stated")]
    template: Option<Template>,
    #[serde(default, deserialize_with = "stated")]
    value: Option<String>,
    r#in: Option<Scope>,
    #[serde(default)]
    map: BTreeMap<String, String>,
    default: Option<String>,
}

/// A value that is there, and stays so if it has mistakes: else it would be missed too.
fn stated<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl<'de> Visitor<'de> for ExpressionVisitor {
    type Value = Expression;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSONPath such as `$.host`, or `{ path: … }`, `{ template: … }` or `{ value: … }`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Expression, E> {
        let path = JsonPath::from_str(text)
            .map_err(|err| E::custom(format!("{err}; a fixed text is written `{{ value: … }}`")))?;
        Ok(Expression { origin: Origin::Path(path, Scope::Item), words: BTreeMap::new(), default: None })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Expression, A::Error> {
        let yaml = ExpressionYaml::deserialize(MapAccessDeserializer::new(map))?;
        let ExpressionYaml { path, template, value, r#in: scope, map: words, default } = yaml;
        let origin = match (path, template, value) {
            (Some(path), None, None) => Origin::Path(path, scope.unwrap_or_default()),
            (None, Some(template), None) => Origin::Template(template),
            (None, None, Some(text)) => Origin::Constant(text),
            _ => return Err(A::Error::custom("expected one of `path`, `template` and `value`")),
        };
        if scope.is_some() && !matches!(origin, Origin::Path(..)) {
            return Err(A::Error::custom(
                "`in` says where a `path` begins: a template has the whole body as `body`",
            ));
        }
        Ok(Expression { origin, words, default })
    }
}

/// Settings that are read by their `FromStr`.
macro_rules! read_from_text {
    ($($name:ty)*) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    )*};
}

read_from_text! { JsonPath Template }
