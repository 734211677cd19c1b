//! The points in which Feishu's behaviour varies or has changed.

/// The behaviour of Feishu where sources or years differ.
#[derive(Debug, Clone)]
pub struct FeishuRules {
    /// The form of a success.
    pub success: SuccessForm,
    /// The code for a body over 20,000 bytes: 9499 with HTTP 400 (documented as a bad request), 19036 (2021).
    pub too_long_code: i64,
    /// The code for too many messages: 11232 (documented), or 9499 with HTTP 400 (2023).
    pub too_fast_code: i64,
}

impl Default for FeishuRules {
    fn default() -> Self {
        Self { success: SuccessForm::default(), too_long_code: 9_499, too_fast_code: 11_232 }
    }
}

/// The form of a success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SuccessForm {
    /// `code` beside the older `StatusCode`.
    #[default]
    Present,
    /// A success with `StatusCode` alone, as from older bots.
    Legacy,
}
