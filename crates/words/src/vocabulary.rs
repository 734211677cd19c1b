//! The words of the API as people read them, in each language.

use fanfare_api::{
    AlertSeverity, AlertState, AttemptVerdict, ContractProgress, DeliveryStage, EscalationCondition,
    NotificationReason, SuppressionReason, TestVerdict,
};
use fanfare_core::Language;

use crate::annotation::annotation_in;
use crate::kept_words;

/// The words of the API as people read them, in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vocabulary {
    language: Language,
}

impl Vocabulary {
    /// The words in `language`.
    #[must_use]
    pub const fn in_language(language: Language) -> Self {
        Self { language }
    }

    /// The word for a severity.
    #[must_use]
    pub fn severity(self, severity: AlertSeverity) -> String {
        let chinese = match severity {
            AlertSeverity::Low => "提示",
            AlertSeverity::Mid => "警告",
            AlertSeverity::High => "严重",
            AlertSeverity::Urgent => "紧急",
        };
        self.choose(severity.to_string(), chinese)
    }

    /// The word for the state that an alert reports.
    #[must_use]
    pub fn state(self, state: AlertState) -> String {
        let chinese = match state {
            AlertState::Firing => "告警中",
            AlertState::Resolved => "已恢复",
        };
        self.choose(state.to_string(), chinese)
    }

    /// The reason that a receiver is notified.
    #[must_use]
    pub fn notification_reason(self, reason: NotificationReason) -> String {
        let chinese = match reason {
            NotificationReason::WorsenedFrom(severity) => {
                &format!("级别上升（原为{}）", Self::in_language(Language::Zh).severity(severity))
            }
            NotificationReason::Started => "告警开始",
            NotificationReason::StillFiring => "仍在告警",
            NotificationReason::Acknowledged => "已确认",
            NotificationReason::Resolved => "已恢复",
            NotificationReason::Notice => "通知",
        };
        self.choose(reason.to_string(), chinese)
    }

    /// The reason that a receiver is not notified; one that an earlier version wrote stands
    /// as it was written.
    #[must_use]
    pub fn suppression_reason(self, reason: &SuppressionReason) -> String {
        let chinese = match reason {
            SuppressionReason::Unchanged => "已通知过，重复间隔未到",
            SuppressionReason::Acknowledged => "已通知过，且已有人处理",
            SuppressionReason::NeverTold => "告警时未通知过任何人，恢复也不通知",
            SuppressionReason::SeveralOpen(alarms) => {
                let chinese = format!("可能对应多条未结束的告警（{alarms}），请指明结束的是哪一条");
                return self.choose(reason.to_string(), &chinese);
            }
            SuppressionReason::ReceiverGone => "通知过的接收者已不在配置中",
            SuppressionReason::Other(written) => written,
        };
        self.choose(reason.to_string(), chinese)
    }

    /// An alert's own text `name`, in this language where its source gives several; `text_of` finds its annotations.
    #[must_use]
    pub fn own_text<'a>(
        self,
        name: &str,
        text_of: impl Fn(&str) -> Option<&'a String>,
    ) -> Option<&'a String> {
        text_of(&annotation_in(name, self.language)).or_else(|| text_of(name))
    }

    /// The title of an alert, of which `in_chinese` is the text in Chinese if there is one.
    #[must_use]
    pub fn title<'a>(self, plain: &'a str, in_chinese: Option<&'a str>) -> &'a str {
        match self.language {
            Language::En => plain,
            Language::Zh => in_chinese.unwrap_or(plain),
        }
    }

    /// The name of somebody who uses the command line and has no other.
    #[must_use]
    pub fn command_line(self) -> String {
        self.choose("the command line".to_owned(), "命令行")
    }

    /// The word for the stage of a delivery.
    #[must_use]
    pub fn stage(self, stage: DeliveryStage) -> String {
        let chinese = match stage {
            DeliveryStage::Pending => "待发送",
            DeliveryStage::Delivered => "已送达",
            DeliveryStage::Dead => "已放弃",
            DeliveryStage::Discarded => "已作废",
        };
        self.choose(stage.to_string(), chinese)
    }

    /// The word for the outcome of an attempt.
    #[must_use]
    pub fn verdict(self, verdict: AttemptVerdict) -> String {
        let chinese = match verdict {
            AttemptVerdict::Delivered => "已送达",
            AttemptVerdict::Partial => "部分送达",
            AttemptVerdict::Transient => "暂时失败",
            AttemptVerdict::Local => "本机故障",
            AttemptVerdict::Throttled => "被限流",
            AttemptVerdict::Blocked => "被封禁",
            AttemptVerdict::Quota => "额度用尽",
            AttemptVerdict::Unsendable => "内容无法发送",
            AttemptVerdict::Misconfigured => "配置有误",
            AttemptVerdict::Unanswered => "未得到答复",
        };
        self.choose(verdict.to_string(), chinese)
    }

    /// The word for the outcome of a channel's test.
    #[must_use]
    pub fn test_verdict(self, verdict: TestVerdict) -> String {
        match verdict {
            TestVerdict::Waiting => self.choose(verdict.to_string(), "等待中"),
            TestVerdict::Attempted(attempted) => self.verdict(attempted),
        }
    }

    /// The word for the progress of a contract.
    #[must_use]
    pub fn progress(self, progress: ContractProgress) -> String {
        let chinese = match progress {
            ContractProgress::Open => "进行中",
            ContractProgress::Kept => "已履行",
            ContractProgress::Broken => "未按时履行",
            ContractProgress::Abandoned => "已落空",
            ContractProgress::Late => "超时履行",
        };
        self.choose(progress.to_string(), chinese)
    }

    /// The reason that a channel of the escalation was told.
    #[must_use]
    pub fn escalated(self, unless: EscalationCondition) -> String {
        let chinese = match unless {
            EscalationCondition::Delivered => "升级：未送达足够的渠道",
            EscalationCondition::Acknowledged => "升级：未确认",
            EscalationCondition::Resolved => "升级：未恢复",
        };
        self.choose(format!("escalated: not {unless}"), chinese)
    }

    /// A reason or an answer that the ledger keeps: sentences of the gateway's own in the language, the words of
    /// providers and people as they are.
    #[must_use]
    pub fn kept_words(self, kept: &str) -> String {
        match self.language {
            Language::En => kept.to_owned(),
            Language::Zh => kept_words::in_chinese(kept),
        }
    }

    /// The same of an answer, for a line that names its outcome.
    #[must_use]
    pub fn answer(self, outcome: &str, kept: &str) -> String {
        match self.language {
            Language::En => kept_words::in_english_without_outcome(outcome, kept).to_owned(),
            Language::Zh => kept_words::in_chinese_without_outcome(kept),
        }
    }

    fn choose(self, english: String, chinese: &str) -> String {
        match self.language {
            Language::En => english,
            Language::Zh => chinese.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
