//! The words of `fanfare ack` and `fanfare reload`: what became of a request.

use fanfare_core::Language;

/// The words about what became of a request, in one language.
#[derive(Debug)]
pub struct RequestWords {
    language: Language,
    /// The result of a reload of a config that can be used.
    pub in_force: &'static str,
    /// The result of a reload of a config that cannot be used.
    pub nothing_changed: &'static str,
}

impl RequestWords {
    /// The words in `language`.
    #[must_use]
    pub fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }

    /// The result of an acknowledgement.
    #[must_use]
    pub fn acknowledged(&self, alert: i64, by: &str) -> String {
        match self.language {
            Language::En => format!("alert {alert} is acknowledged by {by}"),
            Language::Zh => format!("告警 {alert} 已由 {by} 确认"),
        }
    }

    /// The result of an acknowledgement that came after another.
    #[must_use]
    pub fn acknowledged_before(&self, alert: i64, by: &str, at: &str) -> String {
        match self.language {
            Language::En => format!("alert {alert} was acknowledged before, by {by} at {at}"),
            Language::Zh => format!("告警 {alert} 此前已由 {by} 于 {at} 确认"),
        }
    }
}

static ENGLISH: RequestWords = RequestWords {
    language: Language::En,
    in_force: "the config is in force",
    nothing_changed: "the config cannot be used; nothing has changed",
};

static CHINESE: RequestWords = RequestWords {
    language: Language::Zh,
    in_force: "配置已生效",
    nothing_changed: "配置不可用，未作任何改动",
};

#[cfg(test)]
mod tests;
