//! What can be made to go wrong.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Stands for every target.
pub(crate) const EVERY_TARGET: &str = "*";

/// A fault that is switched on for a target.
///
/// As JSON: `{"fault": {"answer": {"status": 503}}, "times": 3}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultSwitch {
    /// What goes wrong.
    pub fault: Fault,
    /// How many requests it strikes; `None` until it is switched off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
}

impl FaultSwitch {
    /// Until it is switched off.
    #[must_use]
    pub fn always(fault: Fault) -> Self {
        Self { fault, times: None }
    }

    /// For the next `times` requests.
    #[must_use]
    pub fn times(fault: Fault, times: u32) -> Self {
        Self { fault, times: Some(times) }
    }
}

/// What goes wrong.
///
/// "Delivered" says whether people see the message in spite of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// The connection is closed at once. Not delivered.
    Close,
    /// The request is taken and never answered. Not delivered.
    Hang,
    /// The right answer, but only after so many milliseconds. Delivered.
    Late {
        /// How long.
        millis: u64,
    },
    /// The right answer, one byte at a time. Delivered.
    Slow {
        /// How long between two bytes.
        millis: u64,
    },
    /// The connection is cut in the middle of the answer. Delivered.
    Reset,
    /// The right answer under another `Content-Type`. Delivered.
    ContentType {
        /// Which.
        content_type: String,
    },
    /// Something else than the provider's answer. Not delivered.
    Answer(Canned),
    /// HTTP 200 with the provider's JSON and this code. Not delivered.
    Errcode {
        /// The code; 0 makes a provider that lies.
        code: i64,
        /// Its words.
        #[serde(default)]
        words: String,
    },
    /// `{"status":1111,…}` with HTTP 200 and without `errcode`. Not delivered.
    Punish,
    /// A mail server's fault; the faults above that know no HTTP work for mail too.
    Mail {
        /// When it strikes.
        stage: MailStage,
        /// At [`MailStage::Rcpt`]: only this recipient.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recipient: Option<String>,
        /// What happens.
        action: MailAction,
    },
}

/// An answer that does not come from the provider's logic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Canned {
    /// The HTTP status.
    #[serde(default = "ok")]
    pub status: u16,
    /// `Retry-After` in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// `Content-Type`.
    #[serde(default = "html")]
    pub content_type: String,
    /// The body.
    #[serde(default)]
    pub body: String,
}

fn ok() -> u16 {
    200
}

fn html() -> String {
    "text/html".to_owned()
}

impl Fault {
    /// A gateway's page with this status.
    #[must_use]
    pub fn status(status: u16) -> Self {
        let body = format!("<html><body><h1>{status}</h1></body></html>");
        Self::Answer(Canned { status, retry_after: None, content_type: html(), body })
    }

    /// Status 429 with `Retry-After`.
    #[must_use]
    pub fn too_many_requests(retry_after: u32) -> Self {
        let (content_type, body) = ("application/json".to_owned(), "{}".to_owned());
        Self::Answer(Canned { status: 429, retry_after: Some(retry_after), content_type, body })
    }

    /// A page where JSON should be, with HTTP 200.
    #[must_use]
    pub fn html_in_200() -> Self {
        Self::status(200)
    }

    /// HTTP 200 and a body that only starts like JSON.
    #[must_use]
    pub fn garbage_json() -> Self {
        let (content_type, body) = ("application/json".to_owned(), "{\"errcode\":0,\"errm".to_owned());
        Self::Answer(Canned { status: 200, retry_after: None, content_type, body })
    }

    /// HTTP 200 and no body.
    #[must_use]
    pub fn empty_body() -> Self {
        let content_type = "application/json".to_owned();
        Self::Answer(Canned { status: 200, retry_after: None, content_type, body: String::new() })
    }

    /// A mail server's fault for every recipient.
    #[must_use]
    pub fn mail(stage: MailStage, action: MailAction) -> Self {
        Self::Mail { stage, recipient: None, action }
    }

    /// A mail server's answer to one recipient.
    #[must_use]
    pub fn recipient(recipient: &str, code: u16, text: &str) -> Self {
        let action = MailAction::Reply { code, text: text.to_owned() };
        Self::Mail { stage: MailStage::Rcpt, recipient: Some(recipient.to_owned()), action }
    }

    /// Whether people see the message in spite of it.
    pub(crate) fn delivers(&self) -> bool {
        match self {
            Self::Late { .. } | Self::Slow { .. } | Self::Reset | Self::ContentType { .. } => true,
            Self::Close
            | Self::Hang
            | Self::Answer(_)
            | Self::Errcode { .. }
            | Self::Punish
            | Self::Mail { .. } => false,
        }
    }

    /// The fault in a word, for the record.
    pub(crate) fn word(&self) -> String {
        match self {
            Self::Close => "close".to_owned(),
            Self::Hang => "hang".to_owned(),
            Self::Late { millis } => format!("late by {millis} ms"),
            Self::Slow { .. } => "slow".to_owned(),
            Self::Reset => "reset".to_owned(),
            Self::ContentType { content_type } => format!("content type {content_type}"),
            Self::Answer(canned) => format!("HTTP {}", canned.status),
            Self::Errcode { code, .. } => format!("errcode {code}"),
            Self::Punish => "status 1111".to_owned(),
            Self::Mail { action, .. } => action.word(),
        }
    }

    /// What this fault does to a mail at `stage`.
    fn at_mail(&self, at: MailStage, to: Option<&str>) -> Option<MailAction> {
        match (self, at) {
            (Self::Mail { stage, recipient, action }, _) if *stage == at => {
                let strikes = recipient.as_deref().is_none_or(|only| Some(only) == to);
                strikes.then(|| action.clone())
            }
            (Self::Close, MailStage::Connect) => Some(MailAction::Drop),
            (Self::Hang, MailStage::Connect) => Some(MailAction::Hang),
            (Self::Late { millis }, MailStage::Body) => Some(MailAction::Late { millis: *millis }),
            (Self::Reset, MailStage::Body) => Some(MailAction::StoreAndDrop),
            _ => None,
        }
    }
}

/// A stage of a mail's way into the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailStage {
    /// Before the banner. The sandbox cannot know yet whose connection it is: up
    /// to AUTH a fault of one mailbox strikes every connection.
    Connect,
    /// EHLO or HELO.
    Ehlo,
    /// STARTTLS.
    StartTls,
    /// AUTH.
    Auth,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA.
    Data,
    /// The dot after the mail.
    Body,
    /// NOOP, with which pools check a connection.
    Noop,
    /// RSET.
    Rset,
    /// QUIT.
    Quit,
}

/// What a mail server does wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum MailAction {
    /// This reply instead of the right one; after 421 the server hangs up.
    Reply {
        /// Its code.
        code: u16,
        /// Its words.
        text: String,
    },
    /// No reply, ever.
    Hang,
    /// The connection is cut; a mail is not stored.
    Drop,
    /// The connection is cut after the mail was stored.
    StoreAndDrop,
    /// The right reply, after so many milliseconds.
    Late {
        /// How long.
        millis: u64,
    },
}

impl MailAction {
    pub(crate) fn word(&self) -> String {
        match self {
            Self::Reply { code, .. } => format!("SMTP {code}"),
            Self::Hang => "hang".to_owned(),
            Self::Drop => "drop".to_owned(),
            Self::StoreAndDrop => "drop after storing".to_owned(),
            Self::Late { millis } => format!("late by {millis} ms"),
        }
    }
}

/// Which faults are on, by target.
#[derive(Debug, Default)]
pub(crate) struct Faults(BTreeMap<String, Vec<FaultSwitch>>);

impl Faults {
    pub(crate) fn set(&mut self, target: &str, switches: Vec<FaultSwitch>) {
        self.0.insert(target.to_owned(), switches);
    }

    pub(crate) fn clear(&mut self, target: Option<&str>) {
        match target {
            Some(target) => drop(self.0.remove(target)),
            None => self.0.clear(),
        }
    }

    pub(crate) fn all(&self) -> BTreeMap<String, Vec<FaultSwitch>> {
        self.0.clone()
    }

    /// The fault that strikes an HTTP request to any of `names`.
    pub(crate) fn strike(&mut self, names: &[String]) -> Option<Fault> {
        self.take(names, |fault| (!matches!(fault, Fault::Mail { .. })).then(|| fault.clone()))
    }

    /// What happens to a mail of any of `names` at this stage.
    pub(crate) fn strike_mail(
        &mut self,
        names: &[String],
        stage: MailStage,
        recipient: Option<&str>,
    ) -> Option<MailAction> {
        self.take(names, |fault| fault.at_mail(stage, recipient))
    }

    fn take<T>(&mut self, names: &[String], strikes: impl Fn(&Fault) -> Option<T>) -> Option<T> {
        if self.0.is_empty() {
            return None;
        }
        let names = names.iter().map(String::as_str).chain([EVERY_TARGET]);
        for name in names {
            let Some(switches) = self.0.get_mut(name) else { continue };
            for index in 0..switches.len() {
                let Some(struck) = strikes(&switches[index].fault) else { continue };
                match &mut switches[index].times {
                    Some(0) => continue,
                    Some(times) => *times -= 1,
                    None => {}
                }
                switches.retain(|switch| switch.times != Some(0));
                if switches.is_empty() {
                    self.0.remove(name);
                }
                return Some(struck);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
