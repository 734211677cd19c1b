//! The words of `fanfare alerts` and `fanfare send`.

use fanfare_core::Language;

/// The words of `fanfare alerts` and `fanfare send`, in one language.
#[derive(Debug)]
pub struct AlertWords {
    language: Language,
    /// The columns of a list: number, acceptance, severity, status, source, title, contracts.
    pub columns: [&'static str; 7],
    /// The columns of what was sent: number, status, receivers that are told, receivers that are not.
    pub sent: [&'static str; 4],
    /// The sentence in the place of an empty list.
    pub none: &'static str,
    /// The text between two receivers.
    pub comma: &'static str,
}

impl AlertWords {
    /// The words in `language`.
    #[must_use]
    pub fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }

    /// A receiver with the state of its contract, or with the reason that it is not told.
    #[must_use]
    pub fn receiver(&self, name: &str, state: &str) -> String {
        match self.language {
            Language::En => format!("{name}: {state}"),
            Language::Zh => format!("{name}：{state}"),
        }
    }

    /// The command that tells more of an alert.
    #[must_use]
    pub fn next(&self, alert: i64) -> String {
        match self.language {
            Language::En => format!("next: `fanfare explain {alert}` tells who has got it"),
            Language::Zh => format!("下一步：`fanfare explain {alert}` 查看送达情况"),
        }
    }
}

static ENGLISH: AlertWords = AlertWords {
    language: Language::En,
    columns: ["ID", "RECEIVED", "SEVERITY", "STATUS", "SOURCE", "TITLE", "CONTRACTS"],
    sent: ["ALERT", "STATUS", "TOLD", "NOT TOLD"],
    none: "no alerts",
    comma: ", ",
};

static CHINESE: AlertWords = AlertWords {
    language: Language::Zh,
    columns: ["编号", "受理时间", "级别", "状态", "来源", "标题", "约定"],
    sent: ["告警", "状态", "通知", "不通知"],
    none: "没有告警",
    comma: "，",
};

#[cfg(test)]
mod tests;
