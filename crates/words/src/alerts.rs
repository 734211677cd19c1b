//! The words of `fanfare alerts` and `fanfare send`.

use fanfare_core::Language;

/// The words of `fanfare alerts` and `fanfare send`, in one language.
#[derive(Debug)]
pub struct AlertWords {
    language: Language,
    /// The columns of a list: number, acceptance, severity, status, source, title, contracts.
    pub columns: [&'static str; 7],
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
}

static ENGLISH: AlertWords = AlertWords {
    language: Language::En,
    columns: ["ID", "RECEIVED", "SEVERITY", "STATUS", "SOURCE", "TITLE", "CONTRACTS"],
    none: "no alerts",
    comma: ", ",
};

static CHINESE: AlertWords = AlertWords {
    language: Language::Zh,
    columns: ["编号", "受理时间", "级别", "状态", "来源", "标题", "约定"],
    none: "没有告警",
    comma: "，",
};

#[cfg(test)]
mod tests;
