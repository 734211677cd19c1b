//! What people read: a notification in words, before a channel gives it its form.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::{Acknowledgement, Alert, Kind, Notification, Severity, Unless, Why, one_line};

mod gathered;

/// How messages read: in which language, and by which clock.
#[derive(Debug, Clone, PartialEq)]
pub struct Locale {
    /// The language of what we add; the alert's own texts are left as they are.
    pub language: Language,
    /// Times are shown in this zone, with its offset.
    pub timezone: TimeZone,
}

impl Default for Locale {
    fn default() -> Self {
        Self { language: Language::En, timezone: TimeZone::UTC }
    }
}

/// A language our messages come in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Chinese.
    Zh,
}

/// Why a text is not a [`Language`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a language of our messages: expected en or zh")]
pub struct InvalidLanguage(String);

impl FromStr for Language {
    type Err = InvalidLanguage;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "en" => Ok(Self::En),
            "zh" => Ok(Self::Zh),
            _ => Err(InvalidLanguage(text.to_owned())),
        }
    }
}

/// A notification in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// One line: how bad, what, where. E.g. `[URGENT] Temperature too high - Cold room 3`.
    pub title: String,
    /// Names and texts, the most important first.
    pub facts: Vec<Fact>,
    /// The sender's own longer text, as it came.
    pub content: Option<String>,
    /// A page about the alert at its source.
    pub link: Option<String>,
}

/// One line of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is, in the message's language.
    pub name: &'static str,
    /// The text, on one line.
    pub text: String,
    /// Where the text leads, where the channel can show links.
    pub link: Option<String>,
}

impl Message {
    /// `notification` in the words of `style`.
    #[must_use]
    pub fn of(notification: &Notification, style: &Locale) -> Self {
        let Notification {
            id: _,
            alert_id,
            incident: _,
            receiver: _,
            why,
            alert,
            since,
            owed_at: _,
            acknowledged_by,
            ack_url,
            escalated,
        } = notification;
        let words = Words::of(style.language);
        let description = alert.annotations.get("description").unwrap_or_default();
        let mut facts = Vec::new();
        let mut add = |name, text: &str| {
            let text = one_line(text);
            if !text.is_empty() {
                facts.push(Fact { name, text, link: None });
            }
        };
        add(words.severity, &severity_line(alert.severity, *why, words));
        if let Some(Acknowledgement { by, at }) = acknowledged_by {
            add(words.acknowledged_by, &format!("{by}, {}", local_time(*at, &style.timezone)));
        }
        if let Some(unless) = escalated {
            add(words.escalated, words.not_yet(*unless));
        }
        add(words.device, alert.text_of("device"));
        add("EUI", alert.text_of("eui"));
        add(words.alarm, alert.text_of("alertname"));
        add(words.description, description);
        add(if *why == Why::Notice { words.time } else { words.since }, &local_time(*since, &style.timezone));
        if *why == Why::Resolved {
            add(words.resolved_at, &local_time(alert.starts_at, &style.timezone));
        }
        add(words.groups, alert.text_of("notice_groups"));
        add(words.source, alert.text_of("source"));
        add(words.number, &alert_id.to_string());
        if let Some(url) = ack_url {
            facts.push(words.acknowledge(url));
        }
        Self {
            title: title(alert, *why, words),
            facts,
            content: alert.annotations.get("content").map(str::to_owned),
            link: alert.generator_url.as_deref().map(one_line),
        }
    }
}

fn title(alert: &Alert, why: Why, words: &Words) -> String {
    let tag = match (alert.kind, why) {
        (_, Why::Acknowledged) => words.acknowledged.to_owned(),
        (Kind::Notice, _) | (Kind::Alarm, Why::Notice) => words.notice.to_owned(),
        (Kind::Alarm, Why::Resolved) => words.resolved.to_owned(),
        (Kind::Alarm, Why::Started | Why::Worsened { .. } | Why::StillFiring) => {
            words.severity_tag(alert.severity).to_owned()
        }
    };
    let what = alert.annotations.get("title").unwrap_or_else(|| alert.text_of("alertname"));
    let device = alert.text_of("device");
    let place = if device.is_empty() || what.contains(device) { "" } else { device };
    let dash = if what.is_empty() || place.is_empty() { "" } else { "-" };
    one_line(&format!("[{tag}] {what} {dash} {place}"))
}

fn severity_line(severity: Severity, why: Why, words: &Words) -> String {
    let now = words.severity_tag(severity);
    match why {
        Why::Worsened { from } => format!("{} → {now}", words.severity_tag(from)),
        Why::StillFiring => format!("{now} ({})", words.still_firing),
        Why::Started | Why::Acknowledged | Why::Resolved | Why::Notice => now.to_owned(),
    }
}

/// E.g. `2026-03-08 16:40:38 +08:00`.
fn local_time(at: Timestamp, timezone: &TimeZone) -> String {
    at.to_zoned(timezone.clone()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}

/// What we add to messages, in one language.
struct Words {
    low: &'static str,
    mid: &'static str,
    high: &'static str,
    urgent: &'static str,
    notice: &'static str,
    resolved: &'static str,
    still_firing: &'static str,
    severity: &'static str,
    device: &'static str,
    alarm: &'static str,
    description: &'static str,
    since: &'static str,
    time: &'static str,
    resolved_at: &'static str,
    groups: &'static str,
    source: &'static str,
    number: &'static str,
    acknowledged: &'static str,
    acknowledged_by: &'static str,
    acknowledge: &'static str,
    i_take_care: &'static str,
    escalated: &'static str,
    not_delivered: &'static str,
    not_acknowledged: &'static str,
    not_resolved: &'static str,
    alerts: &'static str,
}

impl Words {
    fn not_yet(&self, unless: Unless) -> &'static str {
        match unless {
            Unless::Delivered => self.not_delivered,
            Unless::Acknowledged => self.not_acknowledged,
            Unless::Resolved => self.not_resolved,
        }
    }

    fn acknowledge(&self, url: &str) -> Fact {
        Fact { name: self.acknowledge, text: self.i_take_care.to_owned(), link: Some(url.to_owned()) }
    }

    fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }

    fn severity_tag(&self, severity: Severity) -> &'static str {
        match severity {
            Severity::Low => self.low,
            Severity::Mid => self.mid,
            Severity::High => self.high,
            Severity::Urgent => self.urgent,
        }
    }
}

static ENGLISH: Words = Words {
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
};

static CHINESE: Words = Words {
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
};

impl fmt::Display for Message {
    /// The message as plain text, one fact a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { title, facts, content, link } = self;
        writeln!(f, "{title}")?;
        for Fact { name, text, link } in facts {
            write!(f, "\n{name}: {text}")?;
            link.as_ref().map_or(Ok(()), |link| write!(f, " {link}"))?;
        }
        if let Some(content) = content {
            write!(f, "\n\n{content}")?;
        }
        if let Some(link) = link {
            write!(f, "\n\n{link}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
