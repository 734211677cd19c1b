//! The content of a posted body: without its compression, in UTF-8, and as JSON where it came as a form or beside the
//! attributes of an event.

mod event;
mod form;
mod charset;
mod compression;

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::web::Bytes;
use fanfare_sources::BodyType;

pub(super) use self::compression::Compression;
use self::form::{FORM, form_as_json};
use crate::request::BodyLimit;

/// The header fields that tell how to read a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ContentType {
    /// The type without its parameters, in lower case; empty if none is stated.
    essence: String,
    /// The name of the character set, if one is stated.
    charset: Option<String>,
}

impl ContentType {
    /// The type that the header states. A body is read as what it is whatever the type: scripts that post
    /// `JSON.stringify(…)` get another one from each HTTP library.
    pub(super) fn from_headers(headers: &HeaderMap) -> Self {
        let stated = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
        let mut parts = stated.split(';');
        let essence = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let mut parameters = parts.filter_map(|it| it.split_once('='));
        let charset = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
        Self { essence, charset: charset.map(|(_, text)| text.trim().trim_matches('"').to_owned()) }
    }

    /// The body in UTF-8, and as JSON if it is a form that stands for it, or the data of an event.
    pub(super) fn decode(&self, body: Bytes, headers: &HeaderMap, body_type: BodyType) -> Bytes {
        let body = charset::in_utf8(body, self.charset.as_deref());
        match body_type {
            BodyType::Json if self.essence == FORM => {
                form_as_json(&body, self.charset.as_deref()).map_or(body, Bytes::from)
            }
            BodyType::Event => event::structured(headers, &self.essence, &body).map_or(body, Bytes::from),
            // `curl -d` says of every text that it is a form.
            BodyType::Json | BodyType::Text => body,
        }
    }
}

/// A body as it was posted, with the header fields that tell how to read it.
///
/// The server decodes a body in the same steps, but expands a long one on another thread.
#[derive(Debug, Clone, Copy)]
pub struct PostedContent<'a> {
    /// The value of `Content-Type`.
    pub content_type: &'a str,
    /// The value of `Content-Encoding`.
    pub encoding: &'a str,
    /// The body as it came, compressed or not.
    pub body: &'a [u8],
}

impl PostedContent<'_> {
    /// The body as a format that takes `body_type` reads it; of at most `longest` bytes once it is expanded.
    ///
    /// # Errors
    ///
    /// With the reason for which it is refused.
    pub fn decoded(&self, body_type: BodyType, longest: usize) -> Result<Bytes, String> {
        let Self { content_type, encoding, body } = *self;
        let mut headers = HeaderMap::new();
        for (name, text) in [(header::CONTENT_TYPE, content_type), (header::CONTENT_ENCODING, encoding)] {
            if let Ok(value) = HeaderValue::from_str(text) {
                headers.insert(name, value);
            }
        }
        let limit = BodyLimit { bytes: longest, advice: "send less" };
        let compression = Compression::from_headers(&headers).map_err(|refusal| refusal.to_string())?;
        let body = if compression.applies_to(body) {
            compression.expand(body, limit).map_err(|refusal| refusal.to_string())?
        } else {
            Bytes::copy_from_slice(body)
        };
        Ok(ContentType::from_headers(&headers).decode(body, &headers, body_type))
    }
}

#[cfg(test)]
mod tests;
