//! Forms: `application/x-www-form-urlencoded`, as `curl -d` says of everything and old boxes do post.

use serde_json::{Map, Value};
use url::form_urlencoded;

/// The type of a form.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// The form as JSON: the field that holds JSON if there is one, else an object of all fields as texts. `None`: it is
/// JSON already, under a wrong name.
pub(super) fn form_as_json(body: &[u8]) -> Option<String> {
    if holds_json(&String::from_utf8_lossy(body)) {
        return None;
    }
    let fields: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    // A field without value is its name: whoever posts JSON with its characters escaped has just that.
    let texts = fields.iter().map(|(name, text)| if text.is_empty() { name } else { text });
    let mut json = texts.filter(|text| holds_json(text));
    if let (Some(only), None) = (json.next(), json.next()) {
        return Some(only.clone());
    }
    let object: Map<String, Value> = fields.into_iter().map(|(name, text)| (name, text.into())).collect();
    Some(Value::from(object).to_string())
}

/// Tells whether a text is an object or a list in JSON, by how it begins.
fn holds_json(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '['])
}
