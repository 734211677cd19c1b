//! JSONPath over our own tree, whose numbers keep every digit.

use std::str::FromStr;

use jsonpath_rust::parser::errors::JsonPathError;
use jsonpath_rust::parser::model::JpQuery;
use jsonpath_rust::parser::parse_json_path;
use jsonpath_rust::query::js_path_process;
use jsonpath_rust::query::queryable::Queryable;

use crate::json::{Json, Object};

/// A JSONPath by RFC 9535, e.g. `$.trigger.name`.
#[derive(Debug, Clone)]
pub(crate) struct JsonPath {
    text: String,
    query: JpQuery,
}

/// A value that a path leads to.
#[derive(Debug, Clone)]
pub(crate) struct FoundValue<'a> {
    pub(crate) value: &'a Json,
    /// The place of the value, as in [`Unreadable::path`](crate::Unreadable::path).
    pub(crate) place: String,
}

impl JsonPath {
    /// The values that the path leads to, in their order.
    pub(crate) fn find<'a>(&self, root: &'a Json) -> Vec<FoundValue<'a>> {
        // The only error is a value that is no part of the tree, to which no path leads.
        let found = js_path_process(&self.query, root).unwrap_or_default();
        found.into_iter().map(|it| FoundValue { value: it.val, place: plain_place(&it.path) }).collect()
    }

    /// The path to the list whose items this path leads to, if it ends in `[*]`.
    pub(crate) fn list(&self) -> Option<Self> {
        self.text.trim_end().strip_suffix("[*]")?.parse().ok()
    }

    /// The path as it was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

/// `a.b[3]` for the normalized path `$['a']['b'][3]`.
fn plain_place(normalized: &str) -> String {
    let place = normalized.trim_start_matches('$').replace("['", ".").replace("']", "");
    let place = place.trim_start_matches('.');
    if place.is_empty() { "$".to_owned() } else { place.to_owned() }
}

impl FromStr for JsonPath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const EXPECTED: &str = "expected e.g. `$.trigger.name` or `$.alerts[*]`";
        let complaint = |err: JsonPathError| match err {
            JsonPathError::PestError(err) => {
                let line = err.variant.message().replace('\n', " ");
                format!("`{text}` is not a JSONPath: {line}; {EXPECTED}")
            }
            JsonPathError::UnexpectedRuleLogicError(..)
            | JsonPathError::UnexpectedNoneLogicError(..)
            | JsonPathError::UnexpectedPestOutput
            | JsonPathError::NoRulePath
            | JsonPathError::NoJsonPathDescent
            | JsonPathError::NoJsonPathField
            | JsonPathError::InvalidNumber(_)
            | JsonPathError::InvalidTopLevelRule(_)
            | JsonPathError::EmptyInner(_)
            | JsonPathError::InvalidJsonPath(_)
            | JsonPathError::MaxNestingDepthExceeded(_) => {
                format!("`{text}` is not a JSONPath: {err}; {EXPECTED}")
            }
        };
        if !text.starts_with('$') {
            return Err(format!("`{text}` is not a JSONPath: it begins with `$`; {EXPECTED}"));
        }
        let query = parse_json_path(text).map_err(complaint)?;
        Ok(Self { text: text.to_owned(), query })
    }
}

impl Queryable for Json {
    fn get(&self, key: &str) -> Option<&Self> {
        self.fields()?.get(key)
    }

    fn as_array(&self) -> Option<&Vec<Self>> {
        match self {
            Self::List(items) => Some(items),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::Object(_) => None,
        }
    }

    fn as_object(&self) -> Option<Vec<(&str, &Self)>> {
        Some(self.fields()?.iter().map(|(name, value)| (name.as_str(), value)).collect())
    }

    fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::List(_) | Self::Object(_) => None,
        }
    }

    fn as_i64(&self) -> Option<i64> {
        self.digits()?.parse().ok()
    }

    fn as_f64(&self) -> Option<f64> {
        self.digits()?.parse().ok()
    }

    fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(it) => Some(*it),
            Self::Null | Self::Number(_) | Self::Text(_) | Self::List(_) | Self::Object(_) => None,
        }
    }

    fn null() -> Self {
        Self::Null
    }
}

impl Json {
    /// The fields of an object.
    pub(crate) fn fields(&self) -> Option<&Object> {
        match self {
            Self::Object(fields) => Some(fields),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::List(_) => None,
        }
    }

    fn digits(&self) -> Option<&str> {
        match self {
            Self::Number(digits) => Some(digits),
            Self::Null | Self::Bool(_) | Self::Text(_) | Self::List(_) | Self::Object(_) => None,
        }
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Json {
    fn from(it: bool) -> Self {
        Self::Bool(it)
    }
}

impl From<i64> for Json {
    fn from(number: i64) -> Self {
        Self::Number(number.to_string())
    }
}

impl From<f64> for Json {
    fn from(number: f64) -> Self {
        Self::Number(number.to_string())
    }
}

impl From<Vec<Self>> for Json {
    fn from(items: Vec<Self>) -> Self {
        Self::List(items)
    }
}

#[cfg(test)]
mod tests;
