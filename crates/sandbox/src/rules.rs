//! Where a provider's behaviour varies or changes, which of the ways it takes.

use std::collections::BTreeSet;

use jiff::SignedDuration;

/// How each provider behaves where sources or years differ.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// DingTalk.
    pub dingtalk: DingTalkRules,
    /// WeCom.
    pub wecom: WeComRules,
    /// The mail server.
    pub smtp: SmtpRules,
}

/// How DingTalk behaves where sources or years differ.
#[derive(Debug, Clone)]
pub struct DingTalkRules {
    /// For an unknown token: 400101 (documented), 300005 (seen 2024–2026), 300001 (2020).
    pub unknown_token_code: i64,
    /// For a body over 20,000 bytes: 460101 (2020–2023), 101002 (2019).
    pub too_long_code: i64,
    /// In the ten minutes after the 21st message: 410100 (documented), 130101 (seen).
    pub too_fast_code: i64,
    /// The language of a 310000.
    pub language: Language,
    /// How `errcode` is written.
    pub errcode: ErrcodeForm,
    /// Where a keyword is looked for.
    pub keyword_scope: KeywordScope,
    /// Calls from one address in 20 s before its ban: 10,000, or no limit.
    pub calls_per_address: Option<usize>,
    /// What a banned address is answered.
    pub edge: EdgeForm,
}

impl Default for DingTalkRules {
    fn default() -> Self {
        Self {
            unknown_token_code: 400_101,
            too_long_code: 460_101,
            too_fast_code: 410_100,
            language: Language::default(),
            errcode: ErrcodeForm::default(),
            keyword_scope: KeywordScope::default(),
            calls_per_address: Some(10_000),
            edge: EdgeForm::default(),
        }
    }
}

/// The language of a provider's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// `sign not match`
    #[default]
    English,
    /// `机器人发送签名不匹配`
    Chinese,
}

/// How `errcode` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ErrcodeForm {
    /// `0`
    #[default]
    Number,
    /// `"0"`, as in the documentation's sample.
    Text,
}

/// Where a keyword is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeywordScope {
    /// In everything the message says.
    #[default]
    TitleAndText,
    /// Only in what the group sees.
    TextOnly,
}

/// What DingTalk's edge answers an address it has banned: both forms come with
/// HTTP 200 and without `errcode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EdgeForm {
    /// `{"status":1111,…}`
    #[default]
    Json,
    /// A page.
    Html,
}

/// How WeCom behaves where sources or years differ.
#[derive(Debug, Clone)]
pub struct WeComRules {
    /// Bytes in a bot's text: 2,048 (documented), 5,120 (seen in 2021).
    pub bot_text_limit: usize,
    /// What people read with.
    pub client: Client,
    /// Wrong secrets from one address before it is banned from `gettoken` for an hour.
    pub wrong_secrets: usize,
    /// Whether `"safe":"0"` passes.
    pub safe: SafeForm,
}

impl Default for WeComRules {
    fn default() -> Self {
        Self { bot_text_limit: 2_048, client: Client::default(), wrong_secrets: 5, safe: SafeForm::default() }
    }
}

/// What people read their WeCom messages with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Client {
    /// WeCom's own client.
    #[default]
    WeCom,
    /// The plug-in in WeChat, which shows text and nothing else.
    WeChat,
}

/// Which JSON types `safe` may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SafeForm {
    /// The documented one.
    #[default]
    Integer,
    /// Also the string that some clients send.
    IntegerOrText,
}

/// How the mail server behaves.
#[derive(Debug, Clone)]
pub struct SmtpRules {
    /// The name in its greeting.
    pub hostname: String,
    /// Whether and how it speaks TLS.
    pub tls: SmtpTls,
    /// Whether a password may come in clear.
    pub clear_auth: ClearAuth,
    /// What EHLO offers, besides STARTTLS.
    pub capabilities: BTreeSet<Capability>,
    /// The largest mail in bytes.
    pub size_limit: usize,
    /// Mails on one connection, then 421.
    pub mails_per_connection: Option<u32>,
    /// Mails to one address in any hour, then 450 for that address.
    pub mails_per_recipient_and_hour: Option<usize>,
    /// How long a connection may idle before the server hangs up.
    pub idle_timeout: Option<SignedDuration>,
}

impl Default for SmtpRules {
    fn default() -> Self {
        use Capability::{AuthLogin, AuthPlain, EightBitMime, Pipelining, Size, SmtpUtf8};
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

/// Whether and how the mail server speaks TLS, with a certificate of the sandbox's
/// own authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SmtpTls {
    /// Not at all.
    #[default]
    None,
    /// After STARTTLS.
    StartTls,
    /// From the first byte.
    Implicit,
}

/// Whether a password may come in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClearAuth {
    /// It may: this server is on loopback and holds no secrets.
    #[default]
    Allowed,
    /// As a provider has it: AUTH only after TLS.
    Refused,
}

/// What EHLO offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Capability {
    /// `AUTH PLAIN`
    AuthPlain,
    /// `AUTH LOGIN`
    AuthLogin,
    /// `AUTH XOAUTH2`
    AuthXOAuth2,
    /// `SIZE`
    Size,
    /// `8BITMIME`
    EightBitMime,
    /// `SMTPUTF8`
    SmtpUtf8,
    /// `PIPELINING`
    Pipelining,
}
