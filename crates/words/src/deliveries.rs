//! The words of `fanfare deliveries`.

use fanfare_core::Language;

/// The words of `fanfare deliveries`, in one language.
#[derive(Debug)]
pub struct DeliveryWords {
    language: Language,
    /// The columns: number, alert, receiver, channel, severity, state, beginning, attempts, end,
    /// contract, way, last answer.
    pub columns: [&'static str; 12],
    /// The text between two remarks.
    pub comma: &'static str,
}

impl DeliveryWords {
    /// The words in `language`.
    #[must_use]
    pub fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }

    /// A remark that the delivery went out in a digest.
    #[must_use]
    pub fn in_digest(&self, number: i64) -> String {
        match self.language {
            Language::En => format!("in digest {number}"),
            Language::Zh => format!("汇总 {number}"),
        }
    }
}

static ENGLISH: DeliveryWords = DeliveryWords {
    language: Language::En,
    columns: [
        "ID",
        "ALERT",
        "RECEIVER",
        "CHANNEL",
        "SEVERITY",
        "STATE",
        "OWED AT",
        "TRIES",
        "SETTLED AT",
        "CONTRACT",
        "HOW",
        "WHY",
    ],
    comma: ", ",
};

static CHINESE: DeliveryWords = DeliveryWords {
    language: Language::Zh,
    columns: [
        "编号",
        "告警",
        "接收者",
        "渠道",
        "级别",
        "状态",
        "受理时间",
        "尝试次数",
        "结束时间",
        "约定",
        "方式",
        "原因",
    ],
    comma: "，",
};

#[cfg(test)]
mod tests;
