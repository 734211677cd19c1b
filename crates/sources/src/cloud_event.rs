//! CloudEvents whose data stands in base64: SDKs send what they were given as bytes in this form, also where it is a text.
//!
//! <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md#31-handling-of-data>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::json::{Json, Object};

/// The member of an event with its data in base64.
const ENCODED: &str = "data_base64";

/// The member of an event with its data as JSON.
const DATA: &str = "data";

/// The member that every event has.
const VERSION: &str = "specversion";

/// The event, or the batch of events, with data that people and mappings can read. Data that is no text stays as it is.
pub(crate) fn with_readable_data(body: Json) -> Json {
    match body {
        Json::Object(event) => Json::Object(with_decoded(event)),
        Json::List(batch) => Json::List(batch.into_iter().map(with_readable_data).collect()),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => body,
    }
}

fn with_decoded(mut event: Object) -> Object {
    let is_undecoded = event.contains_key(VERSION) && !event.contains_key(DATA);
    if let Some(data) = event.get(ENCODED).filter(|_| is_undecoded).and_then(decoded) {
        event.remove(ENCODED);
        event.insert(DATA.to_owned(), data);
    }
    event
}

/// The data as JSON if it is some, or else as a text; `None` if it is neither.
fn decoded(data: &Json) -> Option<Json> {
    let bytes = STANDARD.decode(data.text()?).ok()?;
    Json::parse(&bytes).ok().or_else(|| String::from_utf8(bytes).ok().map(Json::Text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(event: &str, expected: &str) {
        let [event, expected] = [event, expected].map(|it| Json::parse(it.as_bytes()).unwrap());
        assert_eq!(with_readable_data(event), expected);
    }

    // The encoded texts are those of `base64` of the GNU coreutils.
    #[test]
    fn encoded_data_is_read() {
        check(
            r#"{"specversion":"1.0","data_base64":"eyJ0aXRsZSI6ICLpmIDpl6jljaHmu54ifQ=="}"#,
            r#"{"specversion":"1.0","data":{"title":"阀门卡滞"}}"#,
        );
        check(
            r#"[{"specversion":"1.0","data_base64":"d2F0ZXIgb24gdGhlIGZsb29y"}]"#,
            r#"[{"specversion":"1.0","data":"water on the floor"}]"#,
        );
    }

    #[test]
    fn what_is_no_text_or_no_event_stays_as_it_is() {
        for body in [
            r#"{"specversion":"1.0","data_base64":"/9j/4AA="}"#,
            r#"{"specversion":"1.0","data_base64":"not base64"}"#,
            r#"{"specversion":"1.0","data_base64":7}"#,
            r#"{"specversion":"1.0","data":"a","data_base64":"Yg=="}"#,
            r#"{"data_base64":"d2F0ZXI="}"#,
            r#"["d2F0ZXI=", 1, null]"#,
        ] {
            check(body, body);
        }
    }
}
