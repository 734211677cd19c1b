//! The words of notifications and digests.

use fanfare_core::{Language, Severity, Unless};

use crate::fact::Fact;

/// The words of notifications and digests, in one language.
#[derive(Debug)]
pub(crate) struct MessageWords {
    pub(crate) low: &'static str,
    pub(crate) mid: &'static str,
    pub(crate) high: &'static str,
    pub(crate) urgent: &'static str,
    pub(crate) notice: &'static str,
    pub(crate) resolved: &'static str,
    pub(crate) still_firing: &'static str,
    pub(crate) severity: &'static str,
    pub(crate) device: &'static str,
    pub(crate) alarm: &'static str,
    pub(crate) description: &'static str,
    pub(crate) since: &'static str,
    pub(crate) time: &'static str,
    pub(crate) resolved_at: &'static str,
    pub(crate) groups: &'static str,
    pub(crate) source: &'static str,
    pub(crate) number: &'static str,
    pub(crate) acknowledged: &'static str,
    pub(crate) acknowledged_by: &'static str,
    pub(crate) acknowledge: &'static str,
    pub(crate) i_take_care: &'static str,
    pub(crate) escalated: &'static str,
    pub(crate) not_delivered: &'static str,
    pub(crate) not_acknowledged: &'static str,
    pub(crate) not_resolved: &'static str,
    pub(crate) alerts: &'static str,
    /// The number of further alerts, in place of `{}`.
    more: &'static str,
    /// The sender's word for a level, in place of `{}`.
    unknown_level: &'static str,
}

impl MessageWords {
    pub(crate) fn not_yet(&self, unless: Unless) -> &'static str {
        match unless {
            Unless::Delivered => self.not_delivered,
            Unless::Acknowledged => self.not_acknowledged,
            Unless::Resolved => self.not_resolved,
        }
    }

    /// The number of further alerts of a group, e.g. `+2 more`; `None` if there are none.
    pub(crate) fn more(&self, number: usize) -> Option<String> {
        (number > 0).then(|| self.more.replace("{}", &number.to_string()))
    }

    /// The sender's word for a level that is none we know.
    pub(crate) fn unknown_level(&self, level: &str) -> String {
        self.unknown_level.replace("{}", level)
    }

    pub(crate) fn acknowledge(&self, url: &str) -> Fact {
        Fact { name: self.acknowledge, text: self.i_take_care.to_owned(), link: Some(url.to_owned()) }
    }

    pub(crate) fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }

    pub(crate) fn severity_tag(&self, severity: Severity) -> &'static str {
        match severity {
            Severity::Low => self.low,
            Severity::Mid => self.mid,
            Severity::High => self.high,
            Severity::Urgent => self.urgent,
        }
    }
}

static ENGLISH: MessageWords = MessageWords {
    low: "LOW",
    mid: "MID",
    high: "HIGH",
    urgent: "URGENT",
    notice: "NOTICE",
    resolved: "RESOLVED",
    still_firing: "still firing",
    severity: "Level",
    device: "Device",
    alarm: "Alarm",
    description: "Description",
    since: "Since",
    time: "Time",
    resolved_at: "Resolved at",
    groups: "Groups",
    source: "Source",
    number: "Alert no.",
    acknowledged: "ACKNOWLEDGED",
    acknowledged_by: "Taken care of by",
    acknowledge: "Acknowledge",
    i_take_care: "I take care of it",
    escalated: "Escalated",
    not_delivered: "it did not get through on enough channels",
    not_acknowledged: "nobody has acknowledged it in time",
    not_resolved: "it has not been resolved in time",
    alerts: "alerts",
    more: "+{} more",
    unknown_level: "unknown level “{}”",
};

static CHINESE: MessageWords = MessageWords {
    low: "提示",
    mid: "警告",
    high: "严重",
    urgent: "紧急",
    notice: "通知",
    resolved: "已恢复",
    still_firing: "仍在告警",
    severity: "级别",
    device: "设备",
    alarm: "告警",
    description: "描述",
    since: "开始时间",
    time: "时间",
    resolved_at: "恢复时间",
    groups: "通知组",
    source: "来源",
    number: "告警编号",
    acknowledged: "已确认",
    acknowledged_by: "处理人",
    acknowledge: "确认",
    i_take_care: "由我处理",
    escalated: "升级通知",
    not_delivered: "未能送达足够的渠道",
    not_acknowledged: "未在规定时间内确认",
    not_resolved: "未在规定时间内恢复",
    alerts: "条告警",
    more: "另有 {} 条",
    unknown_level: "未知级别“{}”",
};

#[cfg(test)]
mod tests;
