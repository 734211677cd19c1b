//! An HTTP request to a provider, and its answer.

use std::net::IpAddr;

use bytes::Bytes;
use hyper::header::CONTENT_TYPE;
use hyper::{HeaderMap, Method};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use url::form_urlencoded;

/// An HTTP request to a provider, its query decoded once.
#[derive(Debug)]
pub struct ProviderRequest {
    pub(crate) method: Method,
    pub(crate) path: String,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    address: IpAddr,
    /// The amount by which the clock of the provider is ahead.
    pub(crate) clock_error: SignedDuration,
    body: Bytes,
}

impl ProviderRequest {
    /// A request from `address`. `query` is as it stands in the address.
    #[must_use]
    pub fn new(
        method: Method,
        path: &str,
        query: &str,
        headers: HeaderMap,
        address: IpAddr,
        body: Bytes,
    ) -> Self {
        let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let (path, clock_error) = (path.to_owned(), SignedDuration::ZERO);
        Self { method, path, query, headers, address, clock_error, body }
    }

    /// The path, without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// True if the method is POST.
    #[must_use]
    pub fn is_post(&self) -> bool {
        self.method == Method::POST
    }

    /// The method, in capitals.
    #[must_use]
    pub fn method(&self) -> &str {
        self.method.as_str()
    }

    /// The first value of the parameter `name` of the query that is not empty.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        let mut found = self.query.iter().filter(|(other, value)| other == name && !value.is_empty());
        found.next().map(|(_, value)| value.as_str())
    }

    /// The first value of the header `name`, if it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The declared type of the body.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.header(CONTENT_TYPE.as_str())
    }

    /// The address of the client, an IPv4 address in IPv6 form as IPv4.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        self.address.to_canonical()
    }

    /// The body as it came.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The time by the provider's clock when it is `now` in the sandbox.
    #[must_use]
    pub fn provider_time(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(self.clock_error).unwrap_or(now)
    }

    /// True if the body is declared to be JSON.
    #[must_use]
    pub fn is_json(&self) -> bool {
        let media_type = self.content_type().unwrap_or_default().split(';').next().unwrap_or_default();
        media_type.trim().eq_ignore_ascii_case("application/json")
    }

    /// The body, if it is a JSON object.
    #[must_use]
    pub fn object(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok().filter(Value::is_object)
    }
}

/// The HTTP answer of a fake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The declared type of the body.
    pub content_type: String,
    /// The header `Retry-After`, in seconds.
    pub retry_after: Option<u32>,
    /// The body as text.
    pub body: String,
}

impl ProviderAnswer {
    /// JSON with this status.
    #[must_use]
    pub fn json(status: u16, body: &Value) -> Self {
        let content_type = "application/json; charset=utf-8".to_owned();
        Self { status, content_type, retry_after: None, body: body.to_string() }
    }

    /// A page with this status.
    #[must_use]
    pub fn html(status: u16, body: &str) -> Self {
        let content_type = "text/html; charset=utf-8".to_owned();
        Self { status, content_type, retry_after: None, body: body.to_owned() }
    }

    /// The page for a path that no provider serves.
    #[must_use]
    pub fn not_found() -> Self {
        Self::html(404, "<html><body>404</body></html>")
    }
}

/// A provider's refusal: its code and its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRefusal {
    /// The provider's own code.
    pub code: i64,
    /// The provider's own words.
    pub words: String,
}

impl ProviderRefusal {
    /// A refusal with this code and these words.
    #[must_use]
    pub fn new(code: i64, words: impl Into<String>) -> Self {
        Self { code, words: words.into() }
    }
}

/// The text at `object.field`, if there is one and it is not blank.
#[must_use]
pub fn text_at<'a>(value: &'a Value, object: &str, field: &str) -> Option<&'a str> {
    value.get(object)?.get(field)?.as_str().filter(|text| !text.trim().is_empty())
}

/// The texts in the list `field`. Other elements are left out.
#[must_use]
pub fn texts_at(value: &Value, field: &str) -> Vec<String> {
    let list = value.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
