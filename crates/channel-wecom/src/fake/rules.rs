//! The points in which WeCom's behaviour varies or has changed.

/// The behaviour of WeCom where sources or years differ.
#[derive(Debug, Clone)]
pub struct WeComRules {
    /// Bytes in a bot's text: 2,048 (documented), 5,120 (seen in 2021).
    pub bot_text_limit: usize,
    /// The client in which people read.
    pub reader: WeComReader,
    /// Wrong secrets from one address before it is banned from `gettoken` for an hour.
    pub wrong_secrets: usize,
    /// The JSON types that `safe` may have.
    pub safe: SafeForm,
}

impl Default for WeComRules {
    fn default() -> Self {
        let (reader, safe) = (WeComReader::default(), SafeForm::default());
        Self { bot_text_limit: 2_048, reader, wrong_secrets: 5, safe }
    }
}

/// The client in which people read their WeCom messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WeComReader {
    /// WeCom's own client.
    #[default]
    WeCom,
    /// The plug-in in WeChat, which shows nothing but text.
    WeChat,
}

/// The JSON types that `safe` may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SafeForm {
    /// An integer, as documented.
    #[default]
    Integer,
    /// An integer, or the string that some clients send.
    IntegerOrText,
}
