//! The words of `fanfare heartbeats`.

use fanfare_api::HeartbeatCondition;
use fanfare_core::Language;

/// The words of `fanfare heartbeats`, in one language.
#[derive(Debug)]
pub struct HeartbeatWords {
    /// The columns: source, name, status, interval, grace, last time, time at which it is missing.
    pub columns: [&'static str; 7],
    /// The name of a source's heartbeat that any alert of it is.
    pub any_alert: &'static str,
    awaited: &'static str,
    heard: &'static str,
    missing: &'static str,
    away: &'static str,
    forgotten: &'static str,
}

impl HeartbeatWords {
    /// The words in `language`.
    #[must_use]
    pub fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }

    /// The word for the condition of a heartbeat.
    #[must_use]
    pub fn condition(&self, condition: HeartbeatCondition) -> &'static str {
        match condition {
            HeartbeatCondition::Awaited => self.awaited,
            HeartbeatCondition::Heard => self.heard,
            HeartbeatCondition::Missing => self.missing,
            HeartbeatCondition::Away => self.away,
        }
    }

    /// The sentence that a heartbeat is forgotten.
    #[must_use]
    pub fn forgotten(&self, heartbeat: &str) -> String {
        self.forgotten.replace("{}", heartbeat)
    }
}

const ENGLISH: HeartbeatWords = HeartbeatWords {
    columns: ["SOURCE", "HEARTBEAT", "STATUS", "EVERY", "GRACE", "LAST HEARD", "MISSING FROM"],
    any_alert: "(any alert)",
    awaited: "awaited",
    heard: "heard",
    missing: "missing",
    away: "broker away",
    forgotten: "{} is forgotten until it is heard again",
};

const CHINESE: HeartbeatWords = HeartbeatWords {
    columns: ["来源", "心跳", "状态", "间隔", "宽限", "最近一次", "超时时间"],
    any_alert: "（任意告警）",
    awaited: "等待中",
    heard: "正常",
    missing: "丢失",
    away: "服务器断开",
    forgotten: "{} 已移除，再次收到心跳后重新监视",
};

#[cfg(test)]
mod tests;
