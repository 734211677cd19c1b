//! The points in which DingTalk's behaviour varies or has changed.

/// The behaviour of DingTalk where sources or years differ.
#[derive(Debug, Clone)]
pub struct DingTalkRules {
    /// The code for an unknown token: 400101 (documented), 300005 (seen 2024–2026), 300001 (2020).
    pub unknown_token_code: i64,
    /// The code for a body over 20,000 bytes: 460101 (2020–2023), 101002 (2019).
    pub too_long_code: i64,
    /// The code in the ten minutes after the 21st message: 410100 (documented), 130101 (seen).
    pub too_fast_code: i64,
    /// The language of a 310000.
    pub language: ErrorLanguage,
    /// The JSON type of `errcode`.
    pub errcode: ErrcodeForm,
    /// The parts of a message in which a keyword is looked for.
    pub keyword_scope: KeywordScope,
    /// Calls from one address in 20 s before its ban: 10,000, or no limit.
    pub calls_per_address: Option<usize>,
    /// The answer to an address that is banned.
    pub edge: EdgeForm,
}

impl Default for DingTalkRules {
    fn default() -> Self {
        Self {
            unknown_token_code: 400_101,
            too_long_code: 460_101,
            too_fast_code: 410_100,
            language: ErrorLanguage::default(),
            errcode: ErrcodeForm::default(),
            keyword_scope: KeywordScope::default(),
            calls_per_address: Some(10_000),
            edge: EdgeForm::default(),
        }
    }
}

/// The language of DingTalk's error texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ErrorLanguage {
    /// English, e.g. `sign not match`.
    #[default]
    English,
    /// Chinese, e.g. `机器人发送签名不匹配`.
    Chinese,
}

/// The JSON type of `errcode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ErrcodeForm {
    /// A number: `0`.
    #[default]
    Number,
    /// A string, `"0"`, as in the documentation's sample.
    Text,
}

/// The parts of a message in which a keyword is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeywordScope {
    /// The title and the text.
    #[default]
    TitleAndText,
    /// The text alone, which the group sees.
    TextOnly,
}

/// The answer of DingTalk's edge to an address it has banned. Both forms come with
/// HTTP 200 and without `errcode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EdgeForm {
    /// A JSON object, `{"status":1111,…}`.
    #[default]
    Json,
    /// An HTML page.
    Html,
}
