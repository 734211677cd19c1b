//! A server's refusals, and the reaction to each.

use std::fmt;
use std::time::Duration;

use fanfare_core::{SendError, cut_to_bytes, one_line};

/// The bytes of a server's words that a reason quotes.
const MAX_WORDS: usize = 400;

/// The stage of the conversation at which an answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SmtpStage {
    /// The greeting, and the answer to `EHLO`.
    Greeting,
    /// The answer to `HELO`.
    Hello,
    /// The answer to `STARTTLS`.
    StartTls,
    /// The answer to `AUTH`.
    Login,
    /// The answer to `MAIL`.
    Sender,
    /// The answer to `RCPT`.
    Recipient,
    /// The answer to `DATA`.
    Data,
    /// The answer to the final dot.
    Content,
}

/// A refusal: a code of 4xx or 5xx and the server's words for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SmtpReply {
    pub(crate) code: u16,
    pub(crate) words: String,
}

/// The failure of a step of the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SmtpFailure {
    /// The server refused.
    Refused(SmtpReply),
    /// The server hung up without a word.
    HungUp,
    /// The server did not say a word in time.
    Silent,
    /// The server is not one that we can speak to, which a person must mend.
    Misconfigured(String),
    /// No answer, or none that is SMTP; the connection cannot be used further.
    Lost(String),
}

/// The class of a refusal, before it is known whom it concerns: one for each reaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefusalClass {
    Transient,
    Throttled(Duration),
    Quota,
    Unsendable,
    Misconfigured,
}

impl SmtpReply {
    pub(crate) fn new(code: u16, words: &str) -> Self {
        Self { code, words: cut_to_bytes(&one_line(words), MAX_WORDS, "…") }
    }

    /// The class of the refusal at `stage`.
    pub(crate) fn class(&self, stage: SmtpStage) -> RefusalClass {
        let words = self.words.to_lowercase();
        PROVIDER_REPLIES
            .iter()
            .find(|(codes, phrase, _)| codes.contains(&self.code) && words.contains(phrase))
            .map(|(_, _, class)| *class)
            .or_else(|| self.is_about_their_number().then_some(RefusalClass::Transient))
            .unwrap_or_else(|| class_by_rfc(stage, self.code))
    }

    /// True if the recipients are more than the server takes in one mail, in whatever code:
    /// the rest can have one of their own.
    pub(crate) fn is_about_their_number(&self) -> bool {
        // RFC 3463 §3.6: "X.5.3 Too many recipients".
        let words = self.words.to_lowercase();
        self.enhanced_code() == Some((5, 3)) || TOO_MANY.iter().any(|phrase| words.contains(phrase))
    }

    /// True if a mail for several was refused for good, and so perhaps because of one of them: the
    /// others may get it without him.
    pub(crate) fn may_be_about_a_recipient(&self) -> bool {
        self.code >= 500 || self.is_about_their_number()
    }

    /// True if the refusal of a mail at `stage` is about nobody in particular: a limit, a login
    /// that is missing, or the end of the connection.
    pub(crate) fn concerns_everybody(&self, stage: SmtpStage) -> bool {
        self.class(stage).is_limit() || NO_LOGIN.contains(&self.code) || self.code == CLOSING
    }

    /// The remedy of the refusal at `stage`, for a person, where the words or the code tell it.
    pub(crate) fn remedy(&self, stage: SmtpStage) -> Option<&'static str> {
        let words = self.words.to_lowercase();
        let by_words = REMEDIES_BY_WORDS.iter().find(|(phrase, _)| words.contains(phrase));
        match (stage, by_words) {
            (SmtpStage::Login, Some((_, ENCRYPT))) => Some(ENCRYPT),
            (SmtpStage::Login, _) => Some(if self.code == 538 { ENCRYPT } else { CHECK_LOGIN }),
            (_, Some((_, remedy))) => Some(remedy),
            (_, None) => {
                self.remedy_by_code(stage).filter(|_| self.class(stage) == RefusalClass::Misconfigured)
            }
        }
    }

    fn remedy_by_code(&self, stage: SmtpStage) -> Option<&'static str> {
        match (stage, self.code, self.enhanced_code()) {
            (_, code, _) if NO_LOGIN.contains(&code) => Some(LOG_IN),
            (SmtpStage::Hello, _, _) => Some(NAME_THE_CLIENT),
            (SmtpStage::Sender, _, _) => {
                Some("most providers want `from` to be the address of `smtp.username`")
            }
            // RFC 3463 §3.2: X.1.x is about an address, and X.2.x about a mailbox.
            (SmtpStage::Recipient, _, Some((1 | 2, _))) => None,
            (SmtpStage::Recipient, 504, _) => Some(NAME_IN_FULL),
            (SmtpStage::Recipient, 554, _) | (SmtpStage::Recipient, _, Some((7, _))) => Some(ASK_FOR_LEAVE),
            (
                SmtpStage::Greeting
                | SmtpStage::StartTls
                | SmtpStage::Login
                | SmtpStage::Recipient
                | SmtpStage::Data
                | SmtpStage::Content,
                _,
                _,
            ) => None,
        }
    }

    /// Subject and detail of the enhanced code (RFC 3463) with which the words begin, if they do.
    fn enhanced_code(&self) -> Option<(u16, u16)> {
        let first = self.words.split_whitespace().next()?;
        let mut numbers = first.trim_start_matches('#').split('.').map(str::parse::<u16>);
        match (numbers.next()?, numbers.next()?, numbers.next()?, numbers.next()) {
            (Ok(4 | 5), Ok(subject), Ok(detail), None) => Some((subject, detail)),
            (Ok(_) | Err(_), Ok(_) | Err(_), Ok(_) | Err(_), Some(_) | None) => None,
        }
    }
}

const CHECK_LOGIN: &str = "check `smtp.username` and `smtp.password`; QQ, 163 and WeCom mail want an authorisation code, not the login password";

const LOG_IN: &str = "the server wants a login before it takes mail: set `smtp.username` and `smtp.password` to one that may send";

const ENCRYPT: &str = "the server wants an encrypted connection: set `smtp.tls` to starttls";

const NAME_THE_CLIENT: &str =
    "the server does not take the name of this machine: set `smtp.hello` to its full name, as DNS knows it";

const NAME_IN_FULL: &str =
    "the server wants full names: check the domains in `to` and `from`, and `smtp.hello`";

const ASK_TO_RELAY: &str = "the server passes no mail on to this domain for us: log in by `smtp.username` and `smtp.password`, have its administrator allow this machine to relay, or send through another server";

const ASK_FOR_LEAVE: &str = "the server's rules are against it: its administrator knows which, and can let this sender or machine through";

const MEND_FROM: &str =
    "the server does not take `from`: set it to an address that `smtp.username` may send as";

/// Phrases in the words of a refusal (in lower case), and the remedy where they occur. Postfix and
/// others say only at a recipient what they have against the client's name or the sender.
const REMEDIES_BY_WORDS: &[(&str, &str)] = &[
    ("starttls", ENCRYPT),
    ("encryption required", ENCRYPT),
    ("helo command rejected", NAME_THE_CLIENT),
    ("invalid helo", NAME_THE_CLIENT),
    ("sender address rejected", MEND_FROM),
    ("authentication required", LOG_IN),
    ("not authenticated", LOG_IN),
    // Postfix, Exim, Sendmail, Exchange, MDaemon and qmail.
    ("relay access denied", ASK_TO_RELAY),
    ("relay not permitted", ASK_TO_RELAY),
    ("relaying", ASK_TO_RELAY),
    ("unable to relay", ASK_TO_RELAY),
    ("not relay", ASK_TO_RELAY),
    ("rcpthosts", ASK_TO_RELAY),
];

/// Too many recipients of one mail, in the words of those who have no enhanced code for it; the last is NetEase's.
const TOO_MANY: [&str; 3] = ["too many recipients", "too many rcpt", "rp:rcl"];

/// "Service not available, closing transmission channel": nothing more can be
/// said on this connection.
pub(crate) const CLOSING: u16 = 421;

/// 530 authentication required, 534 mechanism too weak, 535 credentials invalid.
const NO_LOGIN: [u16; 3] = [530, 534, 535];

impl fmt::Display for SmtpReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, words } = self;
        if words.is_empty() { write!(f, "{code}") } else { write!(f, "{code} {words}") }
    }
}

impl SmtpFailure {
    /// The error of an attempt that failed at `stage`.
    pub(crate) fn at(self, stage: SmtpStage) -> SendError {
        match self {
            Self::Refused(reply) => {
                reply.class(stage).error(with_remedy(format!("{stage}: {reply}"), reply.remedy(stage)))
            }
            Self::Misconfigured(words) => SendError::Misconfigured { reason: format!("{stage}: {words}") },
            // The mail, or the better part of it, has left: the server may have kept it.
            Self::HungUp | Self::Silent | Self::Lost(_) if stage == SmtpStage::Content => {
                SendError::Unanswered { reason: format!("{stage}: {self}") }
            }
            Self::HungUp | Self::Silent | Self::Lost(_) => {
                SendError::Transient { reason: format!("{stage}: {self}") }
            }
        }
    }
}

impl fmt::Display for SmtpFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(reply) => reply.fmt(f),
            Self::HungUp => f.write_str("the server hung up"),
            Self::Silent => f.write_str("no answer in time"),
            Self::Misconfigured(words) | Self::Lost(words) => f.write_str(words),
        }
    }
}

/// `words`, and the remedy behind them.
pub(crate) fn with_remedy(words: String, remedy: Option<&'static str>) -> String {
    match remedy {
        Some(remedy) => format!("{words} ({remedy})"),
        None => words,
    }
}

impl RefusalClass {
    /// True if the same mail may be taken later.
    pub(crate) fn is_temporary(self) -> bool {
        match self {
            Self::Transient | Self::Throttled(_) | Self::Quota => true,
            Self::Unsendable | Self::Misconfigured => false,
        }
    }

    /// True if it is about the whole account, whoever the recipients are.
    pub(crate) fn is_limit(self) -> bool {
        match self {
            Self::Throttled(_) | Self::Quota => true,
            Self::Transient | Self::Unsendable | Self::Misconfigured => false,
        }
    }

    /// The position among refusals, the mildest first. A limit stands before a passing
    /// fault: it is about the whole account, and another attempt at once would make it worse.
    pub(crate) fn precedence(self) -> u8 {
        match self {
            Self::Quota => 0,
            Self::Throttled(_) => 1,
            Self::Transient => 2,
            Self::Unsendable => 3,
            Self::Misconfigured => 4,
        }
    }

    /// The error of an attempt that ends with this refusal.
    pub(crate) fn error(self, reason: String) -> SendError {
        match self {
            Self::Transient => SendError::Transient { reason },
            Self::Throttled(retry_after) => SendError::Throttled { retry_after, reason },
            Self::Quota => SendError::Quota { retry_after: QUOTA_PROBE, reason },
            Self::Unsendable => SendError::Unsendable { reason },
            Self::Misconfigured => SendError::Misconfigured { reason },
        }
    }
}

/// The class of a code by RFC 5321 §4.2 and RFC 4954 §6.
fn class_by_rfc(stage: SmtpStage, code: u16) -> RefusalClass {
    match (stage, code) {
        // RFC 4954 §4.7: 432 wants another password.
        (SmtpStage::Login, 432) => RefusalClass::Misconfigured,
        // "A server MUST NOT intentionally close the connection under normal operational
        // circumstances": 421 is about the connection, a new one may fare better.
        (_, 421) if stage != SmtpStage::Login => RefusalClass::Transient,
        (SmtpStage::Login, ..500) => RefusalClass::Throttled(LOGIN_PAUSE),
        (SmtpStage::Login | SmtpStage::Sender | SmtpStage::Data | SmtpStage::Content, code)
            if NO_LOGIN.contains(&code) =>
        {
            RefusalClass::Misconfigured
        }
        // Nothing of the mail is known yet: what is full is the sender's own allowance.
        (SmtpStage::Sender, 552) => RefusalClass::Quota,
        // "552 too many recipients": "the client SHOULD treat it as a temporary failure" (§4.5.3.1.10).
        (SmtpStage::Recipient, 552) => RefusalClass::Transient,
        (_, ..500) => RefusalClass::Transient,
        // A server that wants nobody today ("554 no SMTP service here") may want us tomorrow.
        (SmtpStage::Greeting, _) => RefusalClass::Transient,
        (
            SmtpStage::Hello
            | SmtpStage::StartTls
            | SmtpStage::Login
            | SmtpStage::Sender
            | SmtpStage::Recipient,
            _,
        ) => RefusalClass::Misconfigured,
        (SmtpStage::Data | SmtpStage::Content, _) => RefusalClass::Unsendable,
    }
}

/// Codes, a phrase in the server's words (in lower case), and the class of both together,
/// at any stage: providers use 550 and 554 for limits, too.
const PROVIDER_REPLIES: &[(&[u16], &str, RefusalClass)] = &[
    // QQ and exmail: "Connection frequency limited", "Ip frequency limited".
    (&[550], "frequency limited", RefusalClass::Throttled(SECRET_WINDOW)),
    (&[550], "mailbox unavailable or access denied", RefusalClass::Throttled(SECRET_WINDOW)),
    // NetEase (163, 126), <http://mail.163.com/help/help_spam_16.htm>: our address is banned for a while; …
    (&[421], "hl:", RefusalClass::Throttled(SECRET_WINDOW)),
    // … the sender has sent too much in fifteen minutes; …
    (&[451], "mi:sfq", RefusalClass::Throttled(Duration::from_secs(15 * 60))),
    // … the sender's connections or recipients of the day are used up.
    (&[550], "mi:stc", RefusalClass::Quota),
    (&[550], "rp:trc", RefusalClass::Quota),
    // Aliyun, with 454 as with 554; its windows are 180 s and 300 s long.
    (&[454, 554], "too frequently sending", RefusalClass::Throttled(Duration::from_secs(300))),
    // Aliyun DirectMail: `MAIL FROM` is not the login's own address.
    (&[436], "", RefusalClass::Misconfigured),
    (&[556], "too many", RefusalClass::Transient),
    // Amazon SES, <https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html>. The rate is by the second.
    (&[454], "maximum sending rate exceeded", RefusalClass::Throttled(Duration::from_secs(1))),
    (&[454], "daily message quota exceeded", RefusalClass::Quota),
    (&[554], "is not verified", RefusalClass::Misconfigured),
    // Gmail, "5.4.5 Daily user sending limit exceeded". <https://support.google.com/a/answer/3726730>
    (&[550], "5.4.5 daily", RefusalClass::Quota),
    // A full mailbox (RFC 3463, 5.2.2) can be emptied.
    (&[452, 552], "5.2.2", RefusalClass::Transient),
];

/// The wait where a provider keeps the length of its window secret, as QQ
/// does: the longest that another one publishes, NetEase's fifteen minutes.
const SECRET_WINDOW: Duration = Duration::from_secs(15 * 60);

/// The wait after a login that was refused for now, with 454 or 421. It should be the server's
/// own trouble, but servers say the same of a wrong password, and ban an address that
/// keeps trying one: as long as the first wait after a login refused for good.
const LOGIN_PAUSE: Duration = Duration::from_secs(60);

/// The interval of checks whether a day's allowance is back: providers count a
/// rolling day or their own calendar's, and say neither.
const QUOTA_PROBE: Duration = Duration::from_secs(3600);

impl fmt::Display for SmtpStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Greeting => "greeting",
            Self::Hello => "HELO",
            Self::StartTls => "STARTTLS",
            Self::Login => "AUTH",
            Self::Sender => "MAIL",
            Self::Recipient => "RCPT",
            Self::Data => "DATA",
            Self::Content => "end of mail",
        })
    }
}

#[cfg(test)]
mod tests;
