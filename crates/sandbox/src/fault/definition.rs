//! The faults themselves, and the requests and mails to which each applies.

use serde::{Deserialize, Serialize};

use super::mail::{MailAction, MailStage};
use super::tls::TlsFault;

/// A failure of a provider, or of the way to it.
///
/// "Delivered" says whether people see the message in spite of the fault.
///
/// [`Refuse`](Self::Refuse) and [`Tls`](Self::Tls) apply before anyone can know
/// whose request it will be. At the mail server such a fault of one account
/// applies to every connection; at a listener of [`Sandbox::open_http`] or
/// [`Sandbox::open_https`] it applies to every connection if it is switched on
/// under the listener's name.
///
/// [`Sandbox::open_http`]: crate::Sandbox::open_http
/// [`Sandbox::open_https`]: crate::Sandbox::open_https
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// A closed listener: connections are refused, those that are open are cut. Not
    /// delivered. The first HTTP listener stays open for `/sandbox`, and there this
    /// fault is [`Close`](Self::Close).
    Refuse,
    /// The connection is closed at once. Not delivered.
    Close,
    /// The request is taken and never answered. Not delivered.
    Hang,
    /// The right answer, but only after so many milliseconds. Delivered.
    Late {
        /// The delay in milliseconds.
        millis: u64,
    },
    /// The right answer, one byte at a time. Delivered.
    Slow {
        /// The pause between two bytes in milliseconds.
        millis: u64,
    },
    /// The connection is cut in the middle of the answer. Delivered.
    Reset,
    /// The connection is cut in the middle of a good answer. Not delivered.
    ResetBeforeStoring,
    /// The right answer under another `Content-Type`. Delivered.
    ContentType {
        /// The `Content-Type` instead of the right one.
        content_type: String,
    },
    /// A fixed answer instead of the provider's own. Not delivered.
    Answer(Canned),
    /// HTTP 200 with the provider's JSON and this code. Not delivered.
    Errcode {
        /// The code. With 0 the provider claims a delivery that never was.
        code: i64,
        /// The words that go with the code.
        #[serde(default)]
        words: String,
    },
    /// `{"status":1111,…}` with HTTP 200 and without `errcode`. Not delivered.
    Punish,
    /// The provider's clock is off: by it the provider writes `Date` and judges
    /// signatures. Delivered if the signature passes. Other faults apply beside it;
    /// the sandbox's journal, its limits and its bans keep the right time.
    ClockOff {
        /// Seconds ahead, or with a minus behind.
        seconds: i64,
    },
    /// No connection is made under TLS. Not delivered.
    Tls(TlsFault),
    /// A mail server's fault. The faults above that are not of HTTP alone work for mail too.
    Mail {
        /// The stage at which it applies.
        stage: MailStage,
        /// The only recipient it applies to, at [`MailStage::Rcpt`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recipient: Option<String>,
        /// The failure itself.
        action: MailAction,
    },
}

/// A fixed answer that does not come from the provider's logic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Canned {
    /// The HTTP status.
    #[serde(default = "ok")]
    pub status: u16,
    /// The header `Retry-After`, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// The header `Content-Type`.
    #[serde(default = "html")]
    pub content_type: String,
    /// The body as text.
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

    /// True if people see the message in spite of the fault.
    pub(crate) fn delivers(&self) -> bool {
        match self {
            Self::Late { .. }
            | Self::Slow { .. }
            | Self::Reset
            | Self::ContentType { .. }
            | Self::ClockOff { .. } => true,
            Self::Refuse
            | Self::Close
            | Self::Hang
            | Self::ResetBeforeStoring
            | Self::Answer(_)
            | Self::Errcode { .. }
            | Self::Punish
            | Self::Tls(_)
            | Self::Mail { .. } => false,
        }
    }

    /// The fault in a word or two, for the journal.
    pub(crate) fn word(&self) -> String {
        match self {
            Self::Refuse => "refuse".to_owned(),
            Self::Close => "close".to_owned(),
            Self::Hang => "hang".to_owned(),
            Self::Late { millis } => format!("late by {millis} ms"),
            Self::Slow { .. } => "slow".to_owned(),
            Self::Reset => "reset".to_owned(),
            Self::ResetBeforeStoring => "reset before storing".to_owned(),
            Self::ContentType { content_type } => format!("content type {content_type}"),
            Self::Answer(canned) => format!("HTTP {}", canned.status),
            Self::Errcode { code, .. } => format!("errcode {code}"),
            Self::Punish => "status 1111".to_owned(),
            Self::ClockOff { seconds } => format!("clock off by {seconds} s"),
            Self::Tls(fault) => format!("TLS: {}", fault.word()),
            Self::Mail { action, .. } => action.word(),
        }
    }

    /// The fault itself, if it applies to an HTTP request that has arrived.
    pub(super) fn for_request(&self) -> Option<Self> {
        match self {
            Self::Refuse
            | Self::Close
            | Self::Hang
            | Self::Late { .. }
            | Self::Slow { .. }
            | Self::Reset
            | Self::ResetBeforeStoring
            | Self::ContentType { .. }
            | Self::Answer(_)
            | Self::Errcode { .. }
            | Self::Punish => Some(self.clone()),
            Self::ClockOff { .. } | Self::Tls(_) | Self::Mail { .. } => None,
        }
    }

    /// The effect of this fault on a mail at a stage.
    pub(super) fn for_mail(&self, at: MailStage, to: Option<&str>) -> Option<MailAction> {
        match (self, at) {
            (Self::Mail { stage, recipient, action }, _) if *stage == at => {
                let applies = recipient.as_deref().is_none_or(|only| Some(only) == to);
                applies.then(|| action.clone())
            }
            (Self::Close, MailStage::Connect) => Some(MailAction::Drop),
            (Self::Hang, MailStage::Connect) => Some(MailAction::Hang),
            (Self::Late { millis }, MailStage::Body) => Some(MailAction::Late { millis: *millis }),
            (Self::Slow { millis }, MailStage::Body) => Some(MailAction::Slow { millis: *millis }),
            (Self::Reset, MailStage::Body) => Some(MailAction::StoreAndDrop),
            (Self::ResetBeforeStoring, MailStage::Body) => Some(MailAction::Drop),
            _ => None,
        }
    }
}
