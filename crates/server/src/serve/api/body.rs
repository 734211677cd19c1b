//! What the body of a request says.

use actix_web::web;
use fanfare_core::one_line;
use serde::de::DeserializeOwned;

use crate::serve::ack::NAME_LIMIT;
use crate::serve::answer::Refusal;

/// Who does something over the API if nobody says.
const NOBODY_IN_PARTICULAR: &str = "api";

/// Characters of a reason at most. It is kept with every dead letter that it discards.
const REASON_LIMIT: usize = 500;

/// The JSON of `body`; none at all is the same as `{}`.
pub(super) fn read<T: DeserializeOwned>(body: &web::Bytes) -> Result<T, Refusal> {
    let text: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(text)
        .map_err(|err| Refusal::bad_request(format!("the body cannot be read: {err}")))
}

/// Who does it, for the ledger and for those who are told.
pub(super) fn by(given: Option<&str>) -> Result<String, Refusal> {
    let name = one_line(given.unwrap_or(NOBODY_IN_PARTICULAR));
    let characters = name.chars().count();
    if name.is_empty() {
        Err(Refusal::bad_request("must not be empty: it is who does this").at("by".to_owned()))
    } else if characters > NAME_LIMIT {
        let message = format!("has {characters} characters, and at most {NAME_LIMIT} are kept");
        Err(Refusal::bad_request(message).at("by".to_owned()))
    } else {
        Ok(name)
    }
}

/// Why nobody needs to be told any more, for the ledger.
pub(super) fn reason(given: Option<&str>) -> Result<String, Refusal> {
    let reason = one_line(given.unwrap_or_default());
    let characters = reason.chars().count();
    if reason.is_empty() {
        Err(Refusal::bad_request("must say why nobody needs to be told any more").at("reason".to_owned()))
    } else if characters > REASON_LIMIT {
        let message = format!("has {characters} characters, and at most {REASON_LIMIT} are kept");
        Err(Refusal::bad_request(message).at("reason".to_owned()))
    } else {
        Ok(reason)
    }
}
