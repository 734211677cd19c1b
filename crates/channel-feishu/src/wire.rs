//! Feishu's answers, and their meaning in ours.
//!
//! The codes are those of
//! <https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot>
//! and those seen in the field, where the page is silent.

use std::time::Duration;

use fanfare_chat::ClockRemedy;
use fanfare_core::{Receipt, SendError};
use fanfare_http_channel::{Answer, ip_in, quote};
use serde::Deserialize;

use crate::hints::FeishuHints;

/// `{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}`; older
/// bots answer without `code` and `msg`.
#[derive(Debug, Deserialize)]
struct FeishuReply {
    code: Option<i64>,
    msg: Option<String>,
    #[serde(rename = "StatusCode")]
    status_code: Option<i64>,
    #[serde(rename = "StatusMessage")]
    status_message: Option<String>,
}

impl FeishuReply {
    /// Feishu's code and words, as `answer` may show them; `None` if it has no code of either form.
    fn word(self, answer: &Answer) -> Option<(i64, String)> {
        let Self { code, msg, status_code, status_message } = self;
        let words = msg.or(status_message).unwrap_or_default();
        Some((code.or(status_code)?, quote(&answer.blanked(&words), QUOTED)))
    }
}

/// The silence after a refusal for the pace. Ours: the bot's own windows are a second and
/// a minute, and Feishu also limits everybody at full and half hours, for seconds.
const SILENCE: Duration = Duration::from_secs(10);

/// The bytes of Feishu's words that an error shows.
const QUOTED: usize = 500;

/// The attempt from which on a refusal that may be of either kind is final.
const FINAL_ORDINAL: u32 = 3;

/// The meaning of Feishu's answer to the `ordinal`-th attempt. `refused_time` names the
/// remedy if the time of the signature may not have been taken.
pub(crate) fn outcome(
    answer: &Answer,
    ordinal: u32,
    hints: &FeishuHints,
    refused_time: impl FnOnce() -> ClockRemedy,
) -> Result<Receipt, SendError> {
    let by_status = match answer.reply::<FeishuReply>() {
        Ok(reply) => match reply.word(answer) {
            Some((0, words)) => {
                return Ok(Receipt { words: format!("code 0: {words}"), ..Receipt::default() });
            }
            Some((code, words)) => return Err(refusal(code, &words, ordinal, hints, refused_time)),
            None => SendError::Unanswered { reason: format!("an answer without a code: {}", answer.quote()) },
        },
        Err(err) => err,
    };
    // A malformed body is answered with HTTP 400, and its code says more.
    match code_in(answer) {
        Some((code, words)) if matches!(by_status, SendError::Unsendable { .. }) => {
            Err(refusal(code, &words, ordinal, hints, refused_time))
        }
        Some(_) | None => Err(by_status),
    }
}

/// The code other than 0 in the body of an answer, whatever its status.
fn code_in(answer: &Answer) -> Option<(i64, String)> {
    let reply: FeishuReply = serde_json::from_str(answer.body()).ok()?;
    reply.word(answer).filter(|(code, _)| *code != 0)
}

fn refusal(
    code: i64,
    words: &str,
    ordinal: u32,
    hints: &FeishuHints,
    refused_time: impl FnOnce() -> ClockRemedy,
) -> SendError {
    let reason = format!("code {code}: {words}");
    let misconfigured = |hint: &str| SendError::Misconfigured { reason: format!("{reason}; {hint}") };
    match code {
        11_232 | 11_247 | 99_991_400 => SendError::Throttled { retry_after: SILENCE, reason },
        9_499 => bad_request(words, ordinal, reason),

        19_001 => misconfigured(hints.token),
        19_021 => match (refused_time(), ordinal) {
            // Also the answer to a time that is more than an hour off.
            (ClockRemedy::AnotherTime, _) | (ClockRemedy::SetClock, 1) => SendError::Transient { reason },
            (ClockRemedy::SetClock, _) => misconfigured(&format!("{}; {}", hints.signature, hints.clock)),
        },
        19_022 => match ip_in(words) {
            Some(ip) => misconfigured(&format!("{ip}: {}", hints.address)),
            None => misconfigured(hints.unknown_address),
        },
        19_024 => SendError::Unsendable { reason: format!("{reason}; {}", hints.keyword) },

        // Bad type or parameter; larger than 30 KB; more tables than a card may have.
        19_002 | 19_036 | 11_310 | 230_099 => SendError::Unsendable { reason },

        // Internal (2200), or unknown: it may pass, and a dropped alert does not come back.
        _ => SendError::Transient { reason },
    }
}

/// 9499 is the answer to a malformed body and to too many requests, told apart only by words.
/// <https://github.com/ccfos/nightingale/issues/1437>
fn bad_request(words: &str, ordinal: u32, reason: String) -> SendError {
    let words = words.to_lowercase();
    if words.contains("too many") {
        SendError::Throttled { retry_after: SILENCE, reason }
    } else if words.contains("bad request") || ordinal >= FINAL_ORDINAL {
        SendError::Unsendable { reason }
    } else {
        SendError::Transient { reason }
    }
}

#[cfg(test)]
mod tests;
