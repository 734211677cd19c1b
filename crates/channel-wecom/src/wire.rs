//! WeCom's answers, and their meaning in ours.
//!
//! The codes are those of <https://developer.work.weixin.qq.com/document/path/90313>,
//! shared by bots and apps, and those seen in the field.

use std::time::Duration;

use fanfare_core::{Receipt, Refusal, SendError};
use fanfare_http_channel::{Answer, ip_in, quote};
use serde::Deserialize;

use crate::hints::WeComHints;
use crate::{AppConfig, Recipients};

/// `{"errcode": 0, "errmsg": "ok"}`
#[derive(Debug, Deserialize)]
struct BotReply {
    errcode: i64,
    #[serde(default)]
    errmsg: String,
}

/// The answer of `message/send`: those who are named here do not get the message.
/// <https://developer.work.weixin.qq.com/document/path/90236>
#[derive(Debug, Deserialize)]
pub(crate) struct AppReply {
    errcode: i64,
    #[serde(default)]
    errmsg: String,
    #[serde(default)]
    invaliduser: String,
    #[serde(default)]
    invalidparty: String,
    #[serde(default)]
    invalidtag: String,
    #[serde(default)]
    unlicenseduser: String,
    #[serde(default)]
    msgid: String,
}

/// The answer of `gettoken`.
/// <https://developer.work.weixin.qq.com/document/path/91039>
#[derive(Deserialize)]
pub(crate) struct TokenReply {
    errcode: i64,
    #[serde(default)]
    errmsg: String,
    #[serde(default)]
    access_token: String,
    #[serde(default = "usual_lifetime")]
    expires_in: u64,
}

/// The usual lifetime of a token, "正常情况下为7200秒（2小时）":
/// <https://developer.work.weixin.qq.com/document/path/91039>
fn usual_lifetime() -> u64 {
    7200
}

/// "拦截时长约等于超过的窗口": a bot's and a member's window is a minute.
/// <https://developer.work.weixin.qq.com/document/path/90313>
const SILENCE: Duration = Duration::from_secs(60);

/// An address that asked for tokens too often, e.g. with a wrong secret, is banned for an hour.
/// <https://developer.work.weixin.qq.com/document/path/90313>
const TOKEN_SILENCE: Duration = Duration::from_secs(3600);

/// The bytes of WeCom's words that an error shows; they end in a hint, our address and a link.
const QUOTED: usize = 500;

/// The meaning of WeCom's answer to a bot.
pub(crate) fn outcome(answer: &Answer, hints: &WeComHints) -> Result<Receipt, SendError> {
    let BotReply { errcode, errmsg } = answer.reply()?;
    let errmsg = answer.blanked(&errmsg);
    match errcode {
        0 => Ok(Receipt { words: words(0, &errmsg), ..Receipt::default() }),
        _ => Err(refusal(errcode, &errmsg, hints)),
    }
}

impl AppReply {
    /// The reply in `answer`, in words that may be shown.
    pub(crate) fn from_answer(answer: &Answer) -> Result<Self, SendError> {
        let reply: Self = answer.reply()?;
        Ok(Self {
            errcode: reply.errcode,
            errmsg: answer.blanked(&reply.errmsg),
            invaliduser: answer.blanked(&reply.invaliduser),
            invalidparty: answer.blanked(&reply.invalidparty),
            invalidtag: answer.blanked(&reply.invalidtag),
            unlicenseduser: answer.blanked(&reply.unlicenseduser),
            msgid: answer.blanked(&reply.msgid),
        })
    }

    /// The token is wrong (40001, 40014) or has ended (42001).
    pub(crate) fn refuses_token(&self) -> bool {
        matches!(self.errcode, 40_001 | 40_014 | 42_001)
    }

    /// The meaning of the answer for a message to the recipients of `config`.
    pub(crate) fn outcome(self, config: &AppConfig, hints: &WeComHints) -> Result<Receipt, SendError> {
        let Self { errcode, ref errmsg, ref msgid, .. } = self;
        if errcode != 0 {
            return Err(refusal(errcode, errmsg, hints));
        }
        let refused = self.refused();
        let words =
            if msgid.is_empty() { words(0, errmsg) } else { format!("{}, msgid {msgid}", words(0, errmsg)) };
        if self.reaches_somebody(config) {
            Ok(Receipt { words, refused, ..Receipt::default() })
        } else {
            let reason = format!("{words}, but nobody gets it; {}", hints.recipients);
            Err(SendError::Misconfigured { reason })
        }
    }

    fn refused(&self) -> Vec<Refusal> {
        let lists = [
            (&self.invaliduser, "", "unknown to the app, or not in its visible range (invaliduser)"),
            (&self.unlicenseduser, "", "without a licence for this interface (unlicenseduser)"),
            (&self.invalidparty, "party ", "unknown to the app, or not in its visible range (invalidparty)"),
            (&self.invalidtag, "tag ", "unknown to the app, or not in its visible range (invalidtag)"),
        ];
        let named = |(list, prefix, reason): (&String, &str, &str)| -> Vec<Refusal> {
            let ids = list.split('|').filter(|id| !id.is_empty());
            ids.map(|id| Refusal {
                recipient: format!("{prefix}{}", quote(id, 64)),
                reason: reason.to_owned(),
            })
            .collect()
        };
        lists.into_iter().flat_map(named).collect()
    }

    /// True unless each of the members, parties and tags is refused: then nobody is told,
    /// `errcode` 0 or not.
    fn reaches_somebody(&self, config: &AppConfig) -> bool {
        let AppConfig { to_user, to_party, to_tag, .. } = config;
        is_reached(to_user, &[&self.invaliduser, &self.unlicenseduser])
            || is_reached(to_party, &[&self.invalidparty])
            || is_reached(to_tag, &[&self.invalidtag])
    }
}

/// True if someone of `to` is named in none of the lists of `refused`. WeCom names
/// members in lower case.
fn is_reached(to: &Recipients, refused: &[&str]) -> bool {
    let is_refused =
        |id: &str| refused.iter().flat_map(|list| list.split('|')).any(|it| it.eq_ignore_ascii_case(id));
    !to.iter().all(is_refused)
}

impl TokenReply {
    /// The reply in `answer`: its words as they may be shown, and its token as it came.
    pub(crate) fn from_answer(answer: &Answer) -> Result<Self, SendError> {
        let reply: Self = answer.reply()?;
        Ok(Self { errmsg: answer.blanked(&reply.errmsg), ..reply })
    }

    /// The token and how long it lasts.
    pub(crate) fn token(self, hints: &WeComHints) -> Result<(String, Duration), SendError> {
        let Self { errcode, errmsg, access_token, expires_in } = self;
        match errcode {
            0 if !access_token.is_empty() => Ok((access_token, Duration::from_secs(expires_in))),
            0 => Err(SendError::Transient { reason: "gettoken: errcode 0, but no access_token".to_owned() }),
            45_009 => Err(SendError::Throttled {
                retry_after: TOKEN_SILENCE,
                reason: format!("gettoken: {}", words(errcode, &errmsg)),
            }),
            40_001 | 40_091 => Err(misconfigured(errcode, &errmsg, hints.secret)),
            _ => Err(refusal(errcode, &errmsg, hints)),
        }
    }
}

/// The meaning of a code other than 0. WeCom answers HTTP 200 with all of them.
fn refusal(errcode: i64, errmsg: &str, hints: &WeComHints) -> SendError {
    let reason = words(errcode, errmsg);
    match errcode {
        45_009 => SendError::Throttled { retry_after: SILENCE, reason },

        // In 2019 also the answer to a text that was too long.
        93_000 if errmsg.contains("exceed max length") => SendError::Unsendable { reason },
        93_000 | 93_006 | 93_008 => misconfigured(errcode, errmsg, hints.key),
        93_004 => misconfigured(errcode, errmsg, hints.stopped),
        40_013 => misconfigured(errcode, errmsg, hints.corp),
        40_056 | 41_011 | 301_002 => misconfigured(errcode, errmsg, hints.agent),
        48_002 | 50_003 | 60_011 | 301_007 => misconfigured(errcode, errmsg, hints.rights),
        40_031 | 40_032 | 81_013 | 82_001 | 82_002 | 82_003 => {
            misconfigured(errcode, errmsg, hints.recipients)
        }
        60_020 => match ip_in(errmsg) {
            Some(ip) => misconfigured(errcode, errmsg, &format!("{ip}: {}", hints.address)),
            None => misconfigured(errcode, errmsg, hints.unknown_address),
        },

        // Type, parameters (40058 is what too long returns), empty, wrong signs, too large.
        40_008 | 40_033 | 40_035 | 40_058 | 44_004 | 45_002 | 40_206 => SendError::Unsendable { reason },
        // The address of a link is too long or has no scheme.
        40_039 | 45_034 => SendError::Unsendable { reason },

        // Busy (-1), conflict (6000), too many at once (45033), a fresh token refused, or
        // unknown: it may pass, and a dropped alert does not come back.
        _ => SendError::Transient { reason },
    }
}

fn misconfigured(errcode: i64, errmsg: &str, hint: &str) -> SendError {
    SendError::Misconfigured { reason: format!("{}; {hint}", words(errcode, errmsg)) }
}

fn words(errcode: i64, errmsg: &str) -> String {
    format!("errcode {errcode}: {}", quote(errmsg, QUOTED))
}

#[cfg(test)]
mod tests;
