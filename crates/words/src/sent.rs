//! Words of what was sent: who is told of it, and what of it was not understood.

use fanfare_core::Language;

/// The words of what was sent.
#[derive(Debug)]
pub struct SentWords {
    language: Language,
    /// The columns of alerts that were accepted: number, status, receivers that are told, receivers that are not.
    pub accepted: [&'static str; 4],
    /// The columns of alerts that would be accepted: place in the body, status, severity, alarm, device, text,
    /// receivers that would be told.
    pub previewed: [&'static str; 7],
    /// The sentence in the place of an empty list.
    pub none: &'static str,
    /// The sentence below what would be accepted.
    pub dry_run: &'static str,
    /// The text between two names.
    pub comma: &'static str,
}

impl SentWords {
    /// The words in `language`.
    #[must_use]
    pub fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }

    /// A receiver with the reason that it is not told.
    #[must_use]
    pub fn held(&self, receiver: &str, reason: &str) -> String {
        match self.language {
            Language::En => format!("{receiver}: {reason}"),
            Language::Zh => format!("{receiver}：{reason}"),
        }
    }

    /// The fields of the part at `path` that were not understood.
    #[must_use]
    pub fn unread(&self, path: &str, fields: &[String]) -> String {
        let fields = fields.join(self.comma);
        match self.language {
            Language::En => format!("{path}: not understood, kept as it is: {fields}"),
            Language::Zh => format!("{path}：以下字段未识别，按原样保留：{fields}"),
        }
    }

    /// The level of the part at `path`, which no table has.
    #[must_use]
    pub fn unknown_level(&self, path: &str, level: &str, instead: &str) -> String {
        match self.language {
            Language::En => format!("{path}: `{level}` is no level that is known, taken for {instead}"),
            Language::Zh => format!("{path}：未知的级别“{level}”，按{instead}处理"),
        }
    }

    /// An entry of a list that was refused, for `reason`.
    #[must_use]
    pub fn refused(&self, path: &str, reason: &str) -> String {
        match self.language {
            Language::En => format!("{path}: refused: {reason}"),
            Language::Zh => format!("{path}：拒收：{reason}"),
        }
    }

    /// A heartbeat in a body, with the time up to which it is expected again if a rule of the source expects it.
    #[must_use]
    pub fn heartbeat(&self, name: &str, until: Option<&str>) -> String {
        match (self.language, until) {
            (Language::En, Some(until)) => format!("heartbeat {name}: heard, expected again by {until}"),
            (Language::En, None) => format!("heartbeat {name}: no rule of the source expects it"),
            (Language::Zh, Some(until)) => format!("心跳 {name}：已收到，应在 {until} 前再次收到"),
            (Language::Zh, None) => format!("心跳 {name}：该来源未配置此心跳"),
        }
    }

    /// The names of the heartbeats that a body would be.
    #[must_use]
    pub fn heartbeats(&self, names: &[String]) -> String {
        let names = names.join(self.comma);
        match self.language {
            Language::En => format!("heartbeats: {names}"),
            Language::Zh => format!("心跳：{names}"),
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

static ENGLISH: SentWords = SentWords {
    language: Language::En,
    accepted: ["ALERT", "STATUS", "TOLD", "NOT TOLD"],
    previewed: ["AT", "STATUS", "SEVERITY", "ALARM", "DEVICE", "TEXT", "WOULD TELL"],
    none: "no alerts",
    dry_run: "nothing was stored, and nobody was told",
    comma: ", ",
};

static CHINESE: SentWords = SentWords {
    language: Language::Zh,
    accepted: ["告警", "状态", "通知", "不通知"],
    previewed: ["位置", "状态", "级别", "告警", "设备", "内容", "将通知"],
    none: "没有告警",
    dry_run: "未保存任何内容，也未通知任何人",
    comma: "，",
};

#[cfg(test)]
mod tests;
