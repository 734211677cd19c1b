//! A receiver's answers, and their meaning in ours.

use fanfare_core::{Receipt, SendError};
use fanfare_http_channel::Answer;
use serde::Deserialize;
use serde_json::Value;

/// An answer in the manner of the chat providers, e.g. `{"errcode":1,"errmsg":"no such group"}`.
#[derive(Debug, Deserialize)]
struct ErrcodeReply {
    errcode: Value,
}

/// The meaning of a receiver's answer.
pub(crate) fn outcome(answer: &Answer) -> Result<Receipt, SendError> {
    answer.accepted()?;
    let words = format!("HTTP {}: {}", answer.status(), answer.quote());
    match errcode_in(answer.body()) {
        // A code that nobody has explained may be a passing one.
        Some(code) if code != 0.0 => Err(SendError::Transient { reason: words }),
        Some(_) | None => Ok(Receipt { words, ..Receipt::default() }),
    }
}

/// The numeric `errcode` of a JSON object.
fn errcode_in(body: &str) -> Option<f64> {
    serde_json::from_str::<ErrcodeReply>(body.trim_start_matches('\u{feff}')).ok()?.errcode.as_f64()
}

#[cfg(test)]
mod tests;
