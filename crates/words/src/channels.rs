//! The words of `fanfare channels`.

use fanfare_api::{ChannelCondition, TestVerdict};
use fanfare_core::Language;

use crate::vocabulary::Vocabulary;

/// The words of `fanfare channels`, in one language.
#[derive(Debug)]
pub struct ChannelWords {
    language: Language,
    /// The columns: name, kind, health, end of a silence, pending deliveries, quota, last proof,
    /// last trouble.
    pub columns: [&'static str; 8],
    /// The health of a channel that works.
    pub working: &'static str,
    /// The condition of a channel on which no message has ever gone out.
    pub never_proven: &'static str,
    /// The health of a channel through which nothing gets.
    pub broken: &'static str,
    /// The health of a channel that sends again, but not yet for long enough to count as working.
    pub recovering: &'static str,
}

impl ChannelWords {
    /// The words in `language`.
    #[must_use]
    pub fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }

    /// The word for the condition of a channel.
    #[must_use]
    pub fn health(&self, health: ChannelCondition) -> &'static str {
        match health {
            ChannelCondition::Working => self.working,
            ChannelCondition::NeverProven => self.never_proven,
            ChannelCondition::Broken => self.broken,
        }
    }

    /// The part of a quota that is used: `4100 of 5000, 2026-03`.
    #[must_use]
    pub fn quota(&self, used: u64, messages: u32, period: &str) -> String {
        match self.language {
            Language::En => format!("{used} of {messages}, {period}"),
            Language::Zh => format!("{period} 已用 {used}，共 {messages}"),
        }
    }

    /// The result of a test, with the provider's words.
    #[must_use]
    pub fn tested(&self, channel: &str, outcome: TestVerdict, latency_ms: i64, words: &str) -> String {
        let outcome = Vocabulary::in_language(self.language).test_verdict(outcome);
        match self.language {
            Language::En => format!("{channel}: {outcome} after {latency_ms} ms: {words}"),
            Language::Zh => format!("{channel}：{outcome}，{latency_ms} 毫秒：{words}"),
        }
    }

    /// The result of a test that waits for its turn.
    #[must_use]
    pub fn test_waits(&self, channel: &str, outcome: TestVerdict, alert: i64) -> String {
        let outcome = Vocabulary::in_language(self.language).test_verdict(outcome);
        match self.language {
            Language::En => format!(
                "{channel}: {outcome}: the channel is busy, or must be silent; `fanfare explain {alert}` will tell"
            ),
            Language::Zh => {
                format!("{channel}：{outcome}，渠道正忙或须静默；结果见 `fanfare explain {alert}`")
            }
        }
    }
}

static ENGLISH: ChannelWords = ChannelWords {
    language: Language::En,
    columns: ["CHANNEL", "KIND", "HEALTH", "SILENT UNTIL", "PENDING", "QUOTA", "LAST PROVEN", "LAST TROUBLE"],
    working: "working",
    never_proven: "never proven",
    broken: "broken",
    recovering: "recovering",
};

static CHINESE: ChannelWords = ChannelWords {
    language: Language::Zh,
    columns: ["渠道", "类型", "状况", "静默至", "待发送", "额度", "最近送达", "最近故障"],
    working: "正常",
    never_proven: "从未验证",
    broken: "故障",
    recovering: "恢复中",
};

#[cfg(test)]
mod tests;
