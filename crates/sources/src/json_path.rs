//! JSONPath over our own tree, whose numbers keep every digit.

use std::str::FromStr;

use jsonpath_rust::parser::errors::JsonPathError;
use jsonpath_rust::parser::model::{JpQuery, Segment, Selector};
use jsonpath_rust::parser::parse_json_path;
use jsonpath_rust::query::js_path_process;
use jsonpath_rust::query::queryable::Queryable;

use crate::json::{Json, Object};
use crate::work::WorkBudget;

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
    /// The values that the path leads to, in their order; `None` if looking for them is more than `work` allows.
    pub(crate) fn find_within<'a>(&self, root: &'a Json, work: &WorkBudget) -> Option<Vec<FoundValue<'a>>> {
        work.spend(self.steps_over(root))?;
        Some(self.find(root))
    }

    /// The steps of looking for the path's values in `root`, at most. A path of names looks at one value for each;
    /// any other may look at everything, and again for each further `..` and each filter that looks elsewhere.
    fn steps_over(&self, root: &Json) -> u64 {
        let segments = &self.query.segments;
        if segments.iter().all(is_by_name) {
            return segments
                .iter()
                .map(width)
                .fold(1, |all, width| all.saturating_mul(width).saturating_add(1));
        }
        let extent = TreeExtent::of(root);
        let descents = self.text.matches("..").count().saturating_sub(1);
        let detours = self.text.matches('$').count().saturating_sub(1);
        let again = std::iter::repeat_n(extent.depth, descents)
            .chain(std::iter::repeat_n(extent.steps, detours))
            .chain(segments.iter().map(width));
        again.fold(extent.steps, u64::saturating_mul)
    }

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

/// Tells whether the segment leads to a fixed number of values by their names and numbers.
fn is_by_name(segment: &Segment) -> bool {
    let is_fixed = |selector: &Selector| match selector {
        Selector::Name(_) | Selector::Index(_) => true,
        Selector::Wildcard | Selector::Slice(..) | Selector::Filter(_) => false,
    };
    match segment {
        Segment::Selector(selector) => is_fixed(selector),
        Segment::Selectors(selectors) => selectors.iter().all(is_fixed),
        Segment::Descendant(_) => false,
    }
}

/// The number of selectors of a segment, each of which looks at everything before it.
fn width(segment: &Segment) -> u64 {
    match segment {
        Segment::Descendant(inner) => width(inner),
        Segment::Selector(_) => 1,
        Segment::Selectors(selectors) => u64::try_from(selectors.len()).unwrap_or(u64::MAX),
    }
}

/// The extent of a tree, as it counts for a path that may look at all of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TreeExtent {
    /// A step for each value, and for each piece of its place, which is written down on the way.
    pub(crate) steps: u64,
    depth: u64,
}

/// The bytes of a value's place that are one step.
const PLACE_BYTES_A_STEP: usize = 64;

impl TreeExtent {
    /// The extent of `root`.
    pub(crate) fn of(root: &Json) -> Self {
        let mut extent = Self { steps: 0, depth: 1 };
        extent.add(root, 1, 0);
        extent
    }

    fn add(&mut self, json: &Json, depth: u64, place_bytes: usize) {
        let steps = u64::try_from(place_bytes / PLACE_BYTES_A_STEP).unwrap_or(u64::MAX).saturating_add(1);
        self.steps = self.steps.saturating_add(steps);
        self.depth = self.depth.max(depth);
        match json {
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => {}
            Json::List(items) => items.iter().for_each(|it| self.add(it, depth + 1, place_bytes + 4)),
            Json::Object(fields) => fields
                .iter()
                .for_each(|(name, it)| self.add(it, depth + 1, place_bytes.saturating_add(name.len()))),
        }
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
