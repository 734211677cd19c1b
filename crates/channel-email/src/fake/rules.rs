//! The points in which mail servers differ.

use std::collections::BTreeSet;

use jiff::SignedDuration;

/// The behaviour of the mail server where servers differ.
#[derive(Debug, Clone)]
pub struct SmtpRules {
    /// The name in its greeting.
    pub hostname: String,
    /// The use of TLS.
    pub tls: SmtpTls,
    /// The answer to a password in clear.
    pub clear_auth: ClearAuth,
    /// The extensions that EHLO offers, besides STARTTLS.
    pub capabilities: BTreeSet<SmtpCapability>,
    /// The largest mail in bytes.
    pub size_limit: usize,
    /// Mails on one connection, then 421; or no limit.
    pub mails_per_connection: Option<u32>,
    /// Mails to one address in any hour, then 450 for that address; or no limit.
    pub mails_per_recipient_and_hour: Option<usize>,
    /// The time a connection may idle before the server hangs up; or no limit.
    pub idle_timeout: Option<SignedDuration>,
}

impl Default for SmtpRules {
    fn default() -> Self {
        use SmtpCapability::{AuthLogin, AuthPlain, EightBitMime, Pipelining, Size, SmtpUtf8};
        Self {
            hostname: "sandbox.test".to_owned(),
            tls: SmtpTls::None,
            clear_auth: ClearAuth::Allowed,
            capabilities: [AuthPlain, AuthLogin, Size, EightBitMime, SmtpUtf8, Pipelining].into(),
            size_limit: 10 * 1024 * 1024,
            mails_per_connection: None,
            mails_per_recipient_and_hour: None,
            idle_timeout: None,
        }
    }
}

/// The mail server's use of TLS, with a certificate of the sandbox's own authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SmtpTls {
    /// No TLS at all.
    #[default]
    None,
    /// TLS after the command STARTTLS.
    StartTls,
    /// TLS from the first byte.
    Implicit,
}

/// The answer to a password in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClearAuth {
    /// Allowed: this server is on loopback and holds no secrets.
    #[default]
    Allowed,
    /// Refused, as by a provider: AUTH only after TLS.
    Refused,
}

/// An extension that EHLO offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SmtpCapability {
    /// The mechanism `AUTH PLAIN`.
    AuthPlain,
    /// The mechanism `AUTH LOGIN`.
    AuthLogin,
    /// The mechanism `AUTH XOAUTH2`.
    AuthXOAuth2,
    /// The extension `SIZE`.
    Size,
    /// The extension `8BITMIME`.
    EightBitMime,
    /// The extension `SMTPUTF8`.
    SmtpUtf8,
    /// The extension `PIPELINING`.
    Pipelining,
}
