//! One HTTP request and its answer, as the fakes see them.

use std::net::IpAddr;

use bytes::Bytes;
use hyper::Method;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// A request whose query has been decoded once.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) content_type: Option<String>,
    pub(crate) address: IpAddr,
    /// How far the clock of the provider it meets is off.
    pub(crate) clock_error: SignedDuration,
    pub(crate) body: Bytes,
}

impl Request {
    /// The parameter `name` of the query, if it says anything.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let mut found = self.query.iter().filter(|(other, value)| other == name && !value.is_empty());
        found.next().map(|(_, value)| value.as_str())
    }

    /// What the provider's clock shows when it is `now`.
    pub(crate) fn by_its_clock(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(self.clock_error).unwrap_or(now)
    }

    /// Whether the body is declared to be JSON.
    pub(crate) fn is_json(&self) -> bool {
        let declared = self.content_type.as_deref().unwrap_or_default();
        let media_type = declared.split(';').next().unwrap_or_default();
        media_type.trim().eq_ignore_ascii_case("application/json")
    }

    /// The body, if it is a JSON object.
    pub(crate) fn object(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok().filter(Value::is_object)
    }
}

/// What a fake answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) retry_after: Option<u32>,
    pub(crate) body: String,
}

impl Answer {
    /// JSON with this status.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let content_type = "application/json; charset=utf-8".to_owned();
        Self { status, content_type, retry_after: None, body: body.to_string() }
    }

    /// A page with this status.
    pub(crate) fn html(status: u16, body: &str) -> Self {
        let content_type = "text/html; charset=utf-8".to_owned();
        Self { status, content_type, retry_after: None, body: body.to_owned() }
    }
}

/// A provider's no: its code and its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: i64,
    pub(crate) words: String,
}

impl Refusal {
    pub(crate) fn new(code: i64, words: impl Into<String>) -> Self {
        Self { code, words: words.into() }
    }
}

/// The text at `object.field`, if there is one and it is not empty.
pub(crate) fn text_at<'a>(value: &'a Value, object: &str, field: &str) -> Option<&'a str> {
    value.get(object)?.get(field)?.as_str().filter(|text| !text.trim().is_empty())
}

/// The texts in the list `field`; whatever else is in it does not count.
pub(crate) fn texts_at(value: &Value, field: &str) -> Vec<String> {
    let list = value.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
