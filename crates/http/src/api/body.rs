//! The fields that several requests share.

use fanfare_core::one_line;
use serde::de::DeserializeOwned;

use crate::access::Admitted;
use crate::ack::NAME_LIMIT;
use crate::refusal::HttpRefusal;
use crate::request::{BodyLimit, UnreadBody};

/// The name of a person whom the request does not name.
const UNNAMED: &str = "api";

/// The length of a reason at most, in characters. The reason is kept with every dead letter that it discards.
const REASON_LIMIT: usize = 500;

/// The length of a request at most. A list of dead letters has some ten bytes for each.
const LIMIT: BodyLimit = BodyLimit { bytes: 256 * 1024, advice: "name fewer things at once" };

/// The JSON of `body`; none at all is the same as `{}`.
pub(super) async fn read<T: DeserializeOwned>(
    body: UnreadBody,
    admitted: &Admitted,
) -> Result<T, HttpRefusal> {
    let body = body.read(admitted, LIMIT).await?;
    let text: &[u8] = if body.is_empty() { b"{}" } else { &body };
    serde_json::from_slice(text)
        .map_err(|err| HttpRefusal::bad_request(format!("the body cannot be read: {err}")))
}

/// The name of the person, for the ledger and for the receivers that are told.
pub(super) fn person(given: Option<&str>) -> Result<String, HttpRefusal> {
    let name = one_line(given.unwrap_or(UNNAMED));
    let characters = name.chars().count();
    if name.is_empty() {
        Err(HttpRefusal::bad_request("must not be empty: it is who does this").at("by".to_owned()))
    } else if characters > NAME_LIMIT {
        let message = format!("has {characters} characters, and at most {NAME_LIMIT} are kept");
        Err(HttpRefusal::bad_request(message).at("by".to_owned()))
    } else {
        Ok(name)
    }
}

/// The reason of a discard, for the ledger.
pub(super) fn reason(given: Option<&str>) -> Result<String, HttpRefusal> {
    let reason = one_line(given.unwrap_or_default());
    let characters = reason.chars().count();
    if reason.is_empty() {
        Err(HttpRefusal::bad_request("must say why nobody needs to be told any more").at("reason".to_owned()))
    } else if characters > REASON_LIMIT {
        let message = format!("has {characters} characters, and at most {REASON_LIMIT} are kept");
        Err(HttpRefusal::bad_request(message).at("reason".to_owned()))
    } else {
        Ok(reason)
    }
}
