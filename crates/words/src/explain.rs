//! The words of `fanfare explain`: headings, and a sentence for each event.

mod chinese;
mod english;
mod channels;

use fanfare_api::{EscalationRung, EventDetails, LeftOutRows, PolicyGap};
use fanfare_core::Language;

/// The words of `fanfare explain`, in one language.
#[derive(Debug)]
pub struct ExplainWords {
    language: Language,
    /// The word before an alert's number.
    pub alert: &'static str,
    /// The name of the time of acceptance.
    pub received: &'static str,
    /// The name of the number of repeats of which nobody was told.
    pub repeats: &'static str,
    /// The word before the time of the last repeat.
    pub last_repeat: &'static str,
    /// The name of the incident's number.
    pub incident: &'static str,
    /// The word before the incident's beginning.
    pub since: &'static str,
    /// The name of the labels.
    pub labels: &'static str,
    /// The name of the earlier alerts.
    pub before: &'static str,
    /// The name of the later alerts.
    pub after: &'static str,
    /// The heading of the routing.
    pub why_whom: &'static str,
    /// The routing of an alert whose receivers were told before.
    pub told_before: &'static str,
    /// The routing of an alert that its sender directed.
    pub chosen: &'static str,
    /// The heading of the timeline.
    pub what_happened: &'static str,
    /// The heading of the deliveries.
    pub how_it_stands: &'static str,
    /// The column of times.
    pub time: &'static str,
    /// The column of receivers.
    pub receiver: &'static str,
    /// The column of channels.
    pub channel: &'static str,
    /// The column of events.
    pub what: &'static str,
    /// The column of reasons.
    pub why: &'static str,
    /// The column of contracts.
    pub contract: &'static str,
    /// The column of states.
    pub state: &'static str,
    /// The column of attempts.
    pub tries: &'static str,
    /// The column of escalations.
    pub how: &'static str,
    /// The column of next attempts.
    pub next: &'static str,
    /// The heading of the rungs to come.
    pub to_come: &'static str,
    /// The text between a name and what it names.
    pub colon: &'static str,
    /// The text between two remarks.
    pub comma: &'static str,
}

impl ExplainWords {
    /// The words in `language`.
    #[must_use]
    pub fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }

    /// `text` with `remarks` about it: `40 (firing, 12:00)`.
    #[must_use]
    pub fn with_remarks(&self, text: &str, remarks: &[&str]) -> String {
        let remarks = remarks.join(self.comma);
        match self.language {
            Language::En => format!("{text} ({remarks})"),
            Language::Zh => format!("{text}（{remarks}）"),
        }
    }

    /// A sentence about an event; receiver and channel stand beside it.
    #[must_use]
    pub fn event(&self, event: &EventDetails) -> String {
        match self.language {
            Language::En => english::event(event),
            Language::Zh => chinese::event(event),
        }
    }

    /// The beginning of an attempt that is under way, in the place of the next one.
    #[must_use]
    pub fn under_way(&self, since: &str) -> String {
        match self.language {
            Language::En => format!("under way since {since}"),
            Language::Zh => format!("{since} 起发送中"),
        }
    }

    /// A rung that is still to come, with its condition.
    #[must_use]
    pub fn rung(&self, rung: &EscalationRung) -> String {
        match self.language {
            Language::En => english::rung(rung),
            Language::Zh => chinese::rung(rung),
        }
    }

    /// A sentence about the rows that are left out between the beginnings and the ends of long lists.
    #[must_use]
    pub fn left_out(&self, rows: &LeftOutRows) -> String {
        let LeftOutRows { notifications, alerts, deliveries, attempts, steps, acknowledgements } = rows;
        let name = |english, chinese| match self.language {
            Language::En => english,
            Language::Zh => chinese,
        };
        let counts = [
            (notifications, name("notifications", "条通知")),
            (alerts, name("alerts of a notification", "条通知所含告警")),
            (deliveries, name("deliveries", "条投递")),
            (attempts, name("attempts", "次发送")),
            (steps, name("steps", "个步骤")),
            (acknowledgements, name("acknowledgements", "次确认")),
        ];
        let counts = counts.iter().filter(|(number, _)| **number > 0);
        let counts: Vec<String> = counts.map(|(number, name)| format!("{number} {name}")).collect();
        match self.language {
            Language::En => format!(
                "left out between the beginning and the end of long lists: {}",
                counts.join(self.comma)
            ),
            Language::Zh => format!("过长的列表只显示首尾，省略了：{}", counts.join(self.comma)),
        }
    }

    /// The routing of an alert whose policy is not known, with the gateway's own words for why.
    #[must_use]
    pub fn unknown_policy(&self, why: &str, because: PolicyGap) -> String {
        match self.language {
            Language::En => format!("the policy it was decided by is not known: {why}"),
            Language::Zh => match because {
                PolicyGap::NotKept => "当时的路由策略未知：告警到达时没有保存".to_owned(),
                PolicyGap::Unreadable => "当时的路由策略未知：保存的内容无法读取".to_owned(),
            },
        }
    }
}

static ENGLISH: ExplainWords = ExplainWords {
    language: Language::En,
    alert: "Alert",
    received: "Received",
    repeats: "Repeats of which nobody was told",
    last_repeat: "the last one at",
    incident: "Incident",
    since: "since",
    labels: "Labels",
    before: "Before it",
    after: "After it",
    why_whom: "WHO MUST KNOW",
    told_before: "those who were told that it fired, wherever it would be routed now",
    chosen: "whom it was made for: it is a test, or the gateway speaks of itself",
    what_happened: "WHAT HAPPENED",
    how_it_stands: "HOW IT STANDS",
    time: "TIME",
    receiver: "RECEIVER",
    channel: "CHANNEL",
    what: "WHAT",
    why: "WHY",
    contract: "CONTRACT",
    state: "STATE",
    tries: "TRIES",
    how: "HOW",
    next: "NOT BEFORE",
    to_come: "STILL TO COME",
    colon: ": ",
    comma: ", ",
};

static CHINESE: ExplainWords = ExplainWords {
    language: Language::Zh,
    alert: "告警",
    received: "接收时间",
    repeats: "未另行通知的重复次数",
    last_repeat: "最近一次",
    incident: "事件",
    since: "开始于",
    labels: "标签",
    before: "此前",
    after: "此后",
    why_whom: "应通知谁",
    told_before: "告警时已通知过的接收者，与当前路由无关",
    chosen: "测试消息或网关自身的告警，直接指定了渠道",
    what_happened: "经过",
    how_it_stands: "当前状态",
    time: "时间",
    receiver: "接收者",
    channel: "渠道",
    what: "内容",
    why: "原因",
    contract: "约定",
    state: "状态",
    tries: "尝试次数",
    how: "方式",
    next: "最早重试",
    to_come: "后续升级",
    colon: "：",
    comma: "，",
};

#[cfg(test)]
mod tests;
