//! CloudEvents in the binary mode: the attributes stand in headers, the data in the body.
//!
//! <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md>

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::percent_decode;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

/// The prefix of a header with an attribute.
const PREFIX: &str = "ce-";

/// The attribute that every event has.
const VERSION: &str = "ce-specversion";

/// The event in the structured mode, as JSON; `None` where the headers have no attributes.
pub(super) fn structured(headers: &HeaderMap, essence: &str, body: &[u8]) -> Option<String> {
    headers.contains_key(VERSION).then(|| {
        let data = data(essence, body);
        let attributes: Map<String, Value> = headers.iter().filter_map(attribute).collect();
        let mut event = Value::Object(attributes).to_string();
        if let Some(data) = data
            && event.pop() == Some('}')
        {
            event.push_str(&format!(",\"data\":{data}}}")); // behind the version, which is there
        }
        event
    })
}

/// The attribute in a header: percent-encoded where it is no printable ASCII.
fn attribute((name, value): (&HeaderName, &HeaderValue)) -> Option<(String, Value)> {
    let name = name.as_str().strip_prefix(PREFIX).filter(|it| !it.is_empty() && *it != "data")?;
    let text = percent_decode(value.as_bytes()).decode_utf8_lossy().into_owned();
    Some((name.to_owned(), Value::String(text)))
}

/// The data as JSON: as it is, or as a text; `None` where there is none.
fn data(essence: &str, body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let is_json = !essence.starts_with("text/") && serde_json::from_str::<IgnoredAny>(&text).is_ok();
    match text.trim() {
        "" => None,
        json if is_json => Some(json.to_owned()),
        text => Some(Value::from(text).to_string()),
    }
}

#[cfg(test)]
mod tests;
