use std::fmt;

use fanfare_core::SendError;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Url};
use serde::Serialize;

/// A request to a provider, and its secrets: they are blanked in every answer and error.
///
/// A query, a segment added with [`Request::with_secret_segment`] and the values of
/// headers count as secret.
#[derive(Clone)]
pub struct Request {
    pub(crate) method: Method,
    path: String,
    secret_segments: Vec<String>,
    query: Vec<(String, String)>,
    raw_query: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    secrets: Vec<String>,
}

impl Request {
    /// A POST to `path` at the provider.
    #[must_use]
    pub fn post(path: &str) -> Self {
        Self::new(Method::POST, path)
    }

    /// A GET of `path` at the provider.
    #[must_use]
    pub fn get(path: &str) -> Self {
        Self::new(Method::GET, path)
    }

    /// A request for `path`, which may be percent-encoded already.
    #[must_use]
    pub fn new(method: Method, path: &str) -> Self {
        Self {
            method,
            path: path.to_owned(),
            secret_segments: Vec::new(),
            query: Vec::new(),
            raw_query: None,
            headers: HeaderMap::new(),
            body: Vec::new(),
            secrets: Vec::new(),
        }
    }

    /// A request for the path and the query of `address`, exactly as they are written. Each
    /// part of them counts as secret.
    #[must_use]
    pub fn to_address(method: Method, address: &Url) -> Self {
        let segments = address.path_segments().into_iter().flatten().map(str::to_owned);
        let values = address.query_pairs().map(|(_, value)| value.into_owned());
        let query = address.query().map(str::to_owned);
        Self {
            secrets: segments.chain(values).chain(query.clone()).chain([address.path().to_owned()]).collect(),
            raw_query: query,
            ..Self::new(method, address.path())
        }
    }

    /// The same with one more segment at the end of the path: a token that opens the door.
    #[must_use]
    pub fn with_secret_segment(mut self, segment: &str) -> Self {
        self.secret_segments.push(segment.to_owned());
        self
    }

    /// The same with these pairs in the query, not yet percent-encoded.
    #[must_use]
    pub fn with_query(mut self, pairs: &[(&str, &str)]) -> Self {
        self.query.extend(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self
    }

    /// The same with these headers.
    #[must_use]
    pub fn with_headers(mut self, headers: HeaderMap) -> Self {
        self.headers.extend(headers);
        self
    }

    /// The same with `secret` blanked, wherever it stands.
    #[must_use]
    pub fn with_secret(mut self, secret: &str) -> Self {
        self.secrets.push(secret.to_owned());
        self
    }

    /// The same with `body` as its JSON.
    ///
    /// # Errors
    ///
    /// If `body` cannot be written as JSON.
    pub fn with_json(self, body: &impl Serialize) -> Result<Self, SendError> {
        let json = serde_json::to_vec(body)
            .map_err(|err| SendError::Unsendable { reason: format!("cannot be written as JSON: {err}") })?;
        Ok(self.with_json_bytes(json))
    }

    /// The same with these bytes, which are JSON, as its body.
    #[must_use]
    pub fn with_json_bytes(mut self, json: Vec<u8>) -> Self {
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.body = json;
        self
    }

    /// The bytes of its body, as they will be sent: a signature is made of them.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The address of the request at `base`.
    pub(crate) fn url(&self, base: &Url) -> Url {
        let mut url = base.clone();
        url.set_path(&self.path);
        url.set_query(self.raw_query.as_deref());
        if !self.secret_segments.is_empty()
            && let Ok(mut segments) = url.path_segments_mut()
        {
            segments.pop_if_empty().extend(&self.secret_segments);
        }
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        url
    }

    /// Everything to blank, also as it stands in `url`.
    pub(crate) fn secrets(&self, url: &Url) -> Vec<String> {
        let in_path = url.path_segments().into_iter().flatten().rev().take(self.secret_segments.len());
        let in_path = in_path.map(str::to_owned).collect::<Vec<_>>();
        let in_query = self.query.iter().map(|(_, value)| value.clone());
        let in_headers = self.headers.iter().filter(|(name, _)| *name != CONTENT_TYPE);
        let in_headers = in_headers.filter_map(|(_, value)| value.to_str().ok()).map(str::to_owned);
        let told = self.secret_segments.iter().chain(&self.secrets).cloned();
        told.chain(in_path).chain(in_query).chain(in_headers).collect()
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("method", &self.method).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
