//! DingTalk's answers, and their meaning in ours.
//!
//! The codes are those of
//! <https://open.dingtalk.com/document/development/custom-robots-send-group-messages>
//! and those seen in the field, where the page is silent.

use std::time::Duration;

use fanfare_chat::ClockRemedy;
use fanfare_core::{Receipt, SendError};
use fanfare_http_channel::{Answer, ip_in, quote};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

use crate::hints::DingTalkHints;
use crate::quota::organisation_quota;

/// `{"errcode": 0, "errmsg": "ok"}`
#[derive(Debug, Deserialize)]
struct DingTalkReply {
    #[serde(deserialize_with = "number_or_text")]
    errcode: i64,
    #[serde(default)]
    errmsg: String,
}

/// The page's own sample has `"errcode": "0"`, a text.
fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    value
        .as_i64()
        .or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()))
        .ok_or_else(|| serde::de::Error::custom("errcode is not a number"))
}

/// The answer of the edge protection instead of DingTalk's: `{"status":1111,"wait":5,"source":"x5","punish":"deny"}`
#[derive(Debug, Deserialize)]
struct EdgeReply {
    status: i64,
}

const EDGE_STATUS: i64 = 1111;

/// "会限流10分钟" (see the budget): sending on might extend it.
const ROBOT_SILENCE: Duration = Duration::from_secs(10 * 60);

/// "IP 会被封禁 5 分钟" after 10,000 calls in 20 seconds:
/// <https://open.dingtalk.com/document/development/how-to-process-api-throttling>
const ADDRESS_SILENCE: Duration = Duration::from_secs(5 * 60);

/// The silence after a web page, which the edge protection shows to a blocked address, but a
/// portal or proxy on the way to everybody for a moment: short at first, and that of a
/// blocked address from the third attempt of a delivery on.
fn silence_after_page(ordinal: u32) -> Duration {
    match ordinal {
        0 | 1 => SHORT_SILENCE,
        2 => Duration::from_secs(60),
        3.. => ADDRESS_SILENCE,
    }
}

/// The silence after a limit of a second that we share with other apps. Our choice.
const SHORT_SILENCE: Duration = Duration::from_secs(10);

/// The bytes of DingTalk's words that an error shows; its Chinese ones explain at length.
const QUOTED: usize = 500;

/// The meaning of DingTalk's answer to the `ordinal`-th attempt. `now` is by DingTalk's
/// clock, as far as it is known; `refused_stamp` names the remedy if the time of the
/// signature was not taken.
pub(crate) fn outcome(
    answer: &Answer,
    ordinal: u32,
    now: Timestamp,
    hints: &DingTalkHints,
    refused_stamp: impl FnOnce() -> ClockRemedy,
) -> Result<Receipt, SendError> {
    match answer.reply::<DingTalkReply>() {
        Ok(DingTalkReply { errcode: 0, errmsg }) => {
            let words = format!("errcode 0: {}", quote(&answer.blanked(&errmsg), QUOTED));
            Ok(Receipt { words, ..Receipt::default() })
        }
        Ok(DingTalkReply { errcode, errmsg }) => {
            let errmsg = quote(&answer.blanked(&errmsg), QUOTED);
            Err(refusal(errcode, &errmsg, ordinal, now, hints, refused_stamp))
        }
        Err(_) if is_from_the_edge(answer) => Err(SendError::Blocked {
            retry_after: ADDRESS_SILENCE,
            reason: format!("DingTalk's edge protection blocks this address: {}", answer.quote()),
        }),
        Err(_) if answer.is_web_page() => Err(SendError::Blocked {
            retry_after: silence_after_page(ordinal),
            reason: format!(
                "a web page instead of DingTalk's answer, from its edge protection or from a proxy or portal on the way: {}",
                answer.quote()
            ),
        }),
        Err(err) => Err(err),
    }
}

fn is_from_the_edge(answer: &Answer) -> bool {
    serde_json::from_str::<EdgeReply>(answer.body()).is_ok_and(|it| it.status == EDGE_STATUS)
}

fn refusal(
    errcode: i64,
    errmsg: &str,
    ordinal: u32,
    now: Timestamp,
    hints: &DingTalkHints,
    refused_stamp: impl FnOnce() -> ClockRemedy,
) -> SendError {
    let reason = format!("errcode {errcode}: {errmsg}");
    let misconfigured = |hint: &str| SendError::Misconfigured { reason: format!("{reason}; {hint}") };
    match errcode {
        130_101 | 410_100 => SendError::Throttled { retry_after: ROBOT_SILENCE, reason },
        90_002 | 90_018 => SendError::Throttled { retry_after: SHORT_SILENCE, reason },
        90_020 | 90_030 => SendError::Quota { retry_after: until_next_month(now), reason },

        310_000 => security(errmsg, ordinal, reason, hints, refused_stamp),
        // Also seen for a moment with a token that is good, so a first one is tried again.
        // <https://github.com/timonwong/prometheus-webhook-dingtalk/issues/226>
        300_005 if ordinal == 1 => SendError::Transient { reason },
        88 | 300_001 | 300_005 | 400_101 => misconfigured(hints.token),
        40_035 if errmsg.contains("access_token") => misconfigured(hints.token),
        400_013 => misconfigured(hints.group),
        400_102 => misconfigured(hints.stopped),
        400_106 => misconfigured(hints.removed),
        43_002 | 43_004 => misconfigured(hints.request),

        // Parameters, type, empty text; links, words, pictures it does not like; too long.
        40_035 | 400_002 | 400_105 | 400_403 => SendError::Unsendable { reason },
        430_101..=430_104 => SendError::Unsendable { reason },
        101_002 | 460_101 => SendError::Unsendable { reason },

        // Busy (-1), failed (660026), or unknown: it may pass, and a dropped alert does not come back.
        _ => SendError::Transient { reason },
    }
}

/// 310000 has four causes, told apart only by words. The Chinese ones name
/// several of the others in their advice, so the most telling comes first.
fn security(
    errmsg: &str,
    ordinal: u32,
    reason: String,
    hints: &DingTalkHints,
    refused_stamp: impl FnOnce() -> ClockRemedy,
) -> SendError {
    let says = |words: [&str; 2]| words.iter().any(|it| errmsg.to_lowercase().contains(it));
    let misconfigured = |hint: &str| SendError::Misconfigured { reason: format!("{reason}; {hint}") };

    if says(["keyword", "关键词"]) {
        SendError::Unsendable { reason: format!("{reason}; {}", hints.keyword) }
    } else if says(["sign not match", "签名不匹配"]) {
        misconfigured(hints.sign)
    } else if says(["timestamp", "签名过期"]) {
        match (refused_stamp(), ordinal) {
            (ClockRemedy::AnotherTime, _) => SendError::Transient { reason },
            // A fresh stamp helps if the attempt had to wait on the way; a second one that fails is the clock.
            (ClockRemedy::SetClock, 1) => SendError::Transient { reason },
            (ClockRemedy::SetClock, _) => misconfigured(hints.clock),
        }
    } else if says(["whitelist", "白名单"]) {
        match ip_in(errmsg) {
            Some(ip) => misconfigured(&format!("{ip}: {}", hints.address)),
            None => misconfigured(hints.unknown_address),
        }
    } else {
        misconfigured(hints.security)
    }
}

/// The time until the organisation's calls are counted anew.
fn until_next_month(now: Timestamp) -> Duration {
    const LONGEST_MONTH: Duration = Duration::from_secs(31 * 24 * 3600);

    Duration::try_from(organisation_quota().resets_at(now).duration_since(now)).unwrap_or(LONGEST_MONTH)
}

#[cfg(test)]
mod tests;
