//! The words of `fanfare channels`.

use fanfare_api::{AttemptVerdict, ChannelCondition, TestVerdict};
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

    /// The last trouble of a channel: its time, and the provider's words.
    #[must_use]
    pub fn last_trouble(&self, at: &str, words: &str) -> String {
        match self.language {
            Language::En => format!("{at}: {words}"),
            Language::Zh => format!("{at}：{words}"),
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

    /// The result of a test whose turn did not come.
    #[must_use]
    pub fn test_waits(&self, channel: &str, outcome: TestVerdict, alert: i64) -> String {
        let outcome = Vocabulary::in_language(self.language).test_verdict(outcome);
        match self.language {
            Language::En => format!(
                "{channel}: {outcome}: the channel is busy, or must be silent; nothing was sent, and nothing waits \
                 (alert {alert}). `fanfare channels list` tells until when"
            ),
            Language::Zh => format!(
                "{channel}：{outcome}，渠道正忙或须静默；测试消息未发送，也不再等待（告警 {alert}）。\
                 恢复时间见 `fanfare channels list`"
            ),
        }
    }

    /// The remedy for a test that did not succeed; `None` if it did.
    #[must_use]
    pub fn remedy(&self, outcome: TestVerdict) -> Option<&'static str> {
        let TestVerdict::Attempted(outcome) = outcome else { return None };
        let [english, chinese] = match outcome {
            AttemptVerdict::Delivered => return None,
            AttemptVerdict::Partial => {
                ["Remove or mend the recipients that it names.", "请移除或更正其中列出的收件人。"]
            }
            AttemptVerdict::Transient => [
                "Check the network and the channel's endpoint and proxy, then test again.",
                "请检查网络以及该渠道的 endpoint 和 proxy，然后重新测试。",
            ],
            AttemptVerdict::Local => [
                "This machine lacks descriptors, memory or a name server: mend that, then test again.",
                "本机缺少文件描述符、内存或域名服务器，请先处理，然后重新测试。",
            ],
            AttemptVerdict::Throttled => [
                "The provider asks for silence: test again later, or spread messages over more channels.",
                "服务商要求暂停发送，请稍后重新测试，或将消息分散到更多渠道。",
            ],
            AttemptVerdict::Blocked => [
                "The provider blocks this machine's address: put the address on its list, or wait.",
                "服务商封禁了本机地址，请将该地址加入其可信列表，或等待解除。",
            ],
            AttemptVerdict::Quota => [
                "The quota is used up: have the provider raise it, or wait for the next period.",
                "额度已用完，请向服务商提高额度，或等待下一周期。",
            ],
            AttemptVerdict::Unsendable => [
                "The provider does not take this text: check its rules for keywords and content.",
                "服务商不接受该内容，请检查其关键词和内容规则。",
            ],
            AttemptVerdict::Misconfigured => [
                "Mend the channel's settings or secret, run fanfare reload, then test again.",
                "请更正该渠道的设置或密钥，执行 fanfare reload，然后重新测试。",
            ],
            AttemptVerdict::Unanswered => [
                "The message may have arrived: look there before you test again.",
                "消息可能已经送达，请先查看，再重新测试。",
            ],
        };
        Some(match self.language {
            Language::En => english,
            Language::Zh => chinese,
        })
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
