//! DingTalk's answers, and their meaning in ours.
//!
//! The codes are those of
//! <https://open.dingtalk.com/document/development/custom-robots-send-group-messages>
//! and those seen in the field, where the page is silent.

use std::time::Duration;

use fanfare_core::{Receipt, SendError};
use fanfare_http_channel::{Answer, ip_in, quote};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

use crate::quota::organisation_quota;
use fanfare_chat::ClockRemedy;

/// `{"errcode": 0, "errmsg": "ok"}`
#[derive(Debug, Deserialize)]
struct Reply {
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

/// What the edge protection answers instead of DingTalk: `{"status":1111,"wait":5,"source":"x5","punish":"deny"}`
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

/// Ours, for limits of a second that we share with other apps.
const SHORT_SILENCE: Duration = Duration::from_secs(10);

/// How much of DingTalk's words an error shows; its Chinese ones explain at length.
const QUOTED: usize = 500;

/// What DingTalk's answer to the `ordinal`-th attempt means to the gateway. `now` is
/// by DingTalk's clock, as far as it is known; `refused_stamp` says what helps if the
/// time of the signature was not taken.
pub(crate) fn outcome(
    answer: &Answer,
    ordinal: u32,
    now: Timestamp,
    refused_stamp: impl FnOnce() -> ClockRemedy,
) -> Result<Receipt, SendError> {
    match answer.reply::<Reply>() {
        Ok(Reply { errcode: 0, errmsg }) => {
            Ok(Receipt { words: format!("errcode 0: {}", quote(&errmsg, QUOTED)), ..Receipt::default() })
        }
        Ok(Reply { errcode, errmsg }) => {
            Err(refusal(errcode, &quote(&errmsg, QUOTED), ordinal, now, refused_stamp))
        }
        Err(_) if is_from_the_edge(answer) => Err(SendError::Blocked {
            retry_after: ADDRESS_SILENCE,
            reason: format!("DingTalk's edge protection blocks this address: {}", answer.quote()),
        }),
        Err(err) => Err(err),
    }
}

fn is_from_the_edge(answer: &Answer) -> bool {
    let edge = serde_json::from_str::<EdgeReply>(answer.body());
    answer.is_web_page() || edge.is_ok_and(|it| it.status == EDGE_STATUS)
}

/// What a person must mend, in English and Chinese.
mod mend {
    pub(super) const TOKEN: &str = "check `access_token`: copy it from the robot's webhook address / 请检查 access_token，从机器人 Webhook 地址复制";
    pub(super) const GROUP: &str =
        "the group is disbanded: set up a robot in another group / 群已解散，请在其他群添加机器人";
    pub(super) const STOPPED: &str =
        "the robot is stopped: enable it in the group's settings / 机器人已停用，请在群设置中启用";
    pub(super) const REMOVED: &str = "the robot is no longer in the group: add it again and copy the new token / 机器人不在群中，请重新添加并复制新的 access_token";
    pub(super) const KEYWORD: &str =
        "set `keyword` to one of the robot's keywords / 请将 keyword 设置为机器人的自定义关键词之一";
    pub(super) const SIGN: &str = "check `secret`: copy it from the robot's security settings / 请检查 secret，从 机器人管理 → 安全设置 → 加签 复制";
    pub(super) const CLOCK: &str =
        "check this machine's clock: it may differ by one hour at most / 请校准本机时钟，误差不得超过一小时";
    pub(super) const ADDRESS: &str = "to the robot's list of addresses / 添加到机器人安全设置的 IP 地址段";
    pub(super) const SECURITY: &str = "check the robot's security settings / 请检查机器人的安全设置";
    pub(super) const REQUEST: &str = "something on the way changes the request: check `endpoint` and `proxy` / 请求在途中被修改，请检查 endpoint 与 proxy";
}

fn refusal(
    errcode: i64,
    errmsg: &str,
    ordinal: u32,
    now: Timestamp,
    refused_stamp: impl FnOnce() -> ClockRemedy,
) -> SendError {
    let reason = format!("errcode {errcode}: {errmsg}");
    let misconfigured = |mend: &str| SendError::Misconfigured { reason: format!("{reason}; {mend}") };
    match errcode {
        130_101 | 410_100 => SendError::Throttled { retry_after: ROBOT_SILENCE, reason },
        90_002 | 90_018 => SendError::Throttled { retry_after: SHORT_SILENCE, reason },
        90_020 | 90_030 => SendError::Quota { retry_after: until_next_month(now), reason },

        310_000 => security(errmsg, ordinal, reason, refused_stamp),
        // Also seen for a moment with a token that is good, so a first one is tried again.
        // <https://github.com/timonwong/prometheus-webhook-dingtalk/issues/226>
        300_005 if ordinal == 1 => SendError::Transient { reason },
        88 | 300_001 | 300_005 | 400_101 => misconfigured(mend::TOKEN),
        40_035 if errmsg.contains("access_token") => misconfigured(mend::TOKEN),
        400_013 => misconfigured(mend::GROUP),
        400_102 => misconfigured(mend::STOPPED),
        400_106 => misconfigured(mend::REMOVED),
        43_002 | 43_004 => misconfigured(mend::REQUEST),

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
    refused_stamp: impl FnOnce() -> ClockRemedy,
) -> SendError {
    let says = |words: [&str; 2]| words.iter().any(|it| errmsg.to_lowercase().contains(it));
    let misconfigured = |mend: &str| SendError::Misconfigured { reason: format!("{reason}; {mend}") };

    if says(["keyword", "关键词"]) {
        SendError::Unsendable { reason: format!("{reason}; {}", mend::KEYWORD) }
    } else if says(["sign not match", "签名不匹配"]) {
        misconfigured(mend::SIGN)
    } else if says(["timestamp", "签名过期"]) {
        match (refused_stamp(), ordinal) {
            (ClockRemedy::AnotherTime, _) => SendError::Transient { reason },
            // A fresh stamp helps if the attempt had to wait on the way; a second one that fails is the clock.
            (ClockRemedy::SetClock, 1) => SendError::Transient { reason },
            (ClockRemedy::SetClock, _) => misconfigured(mend::CLOCK),
        }
    } else if says(["whitelist", "白名单"]) {
        let address = ip_in(errmsg).map_or_else(|| "this gateway's address".to_owned(), |ip| ip.to_string());
        misconfigured(&format!("add {address} {}", mend::ADDRESS))
    } else {
        misconfigured(mend::SECURITY)
    }
}

/// When the organisation's calls are counted anew.
fn until_next_month(now: Timestamp) -> Duration {
    const LONGEST_MONTH: Duration = Duration::from_secs(31 * 24 * 3600);

    Duration::try_from(organisation_quota().resets_at(now).duration_since(now)).unwrap_or(LONGEST_MONTH)
}

#[cfg(test)]
mod tests;
