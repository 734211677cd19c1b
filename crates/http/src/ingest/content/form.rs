//! Forms: `application/x-www-form-urlencoded`, as `curl -d` says of everything and old boxes do post.

use actix_web::web::Bytes;
use percent_encoding::percent_decode;
use serde_json::{Map, Value};

use super::charset::in_utf8;

/// The type of a form.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// The form as JSON: the field that holds JSON if there is one, else an object of all fields as texts. `None`: it is
/// JSON already, under a wrong name.
///
/// What is escaped in it may be in another character set than the form itself, which is ASCII: `charset` if it is
/// stated.
pub(super) fn form_as_json(body: &[u8], charset: Option<&str>) -> Option<String> {
    if holds_json(&String::from_utf8_lossy(body)) {
        return None;
    }
    let pairs = body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    let fields: Vec<(String, String)> = pairs
        .map(|pair| {
            let mut sides = pair.splitn(2, |byte| *byte == b'=').map(|side| text_of(side, charset));
            (sides.next().unwrap_or_default(), sides.next().unwrap_or_default())
        })
        .collect();
    // A field without value is its name: whoever posts JSON with its characters escaped has just that.
    let texts = fields.iter().map(|(name, text)| if text.is_empty() { name } else { text });
    let mut json = texts.filter(|text| holds_json(text));
    if let (Some(only), None) = (json.next(), json.next()) {
        return Some(only.clone());
    }
    let object: Map<String, Value> = fields.into_iter().map(|(name, text)| (name, text.into())).collect();
    Some(Value::from(object).to_string())
}

/// The text that is meant by one side of a field.
fn text_of(side: &[u8], charset: Option<&str>) -> String {
    let spaced: Vec<u8> = side.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let bytes: Vec<u8> = percent_decode(&spaced).collect();
    String::from_utf8_lossy(&in_utf8(Bytes::from(bytes), charset)).into_owned()
}

/// Tells whether a text is an object or a list in JSON, by how it begins.
fn holds_json(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '['])
}
