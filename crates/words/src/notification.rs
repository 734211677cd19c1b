//! A notification in words.

use fanfare_core::{
    Acknowledgement, Alert, GroupedAlert, Kind, Language, Locale, Notification, Status, Why, keep_lines,
    one_line, space_after_addresses,
};

use crate::alert_name::AlertName;
use crate::annotation::in_language;
use crate::fact::Fact;
use crate::local_time::local_time;
use crate::message::Message;
use crate::message_words::MessageWords;
use crate::other_alerts::OtherAlerts;

/// The message of `notification`.
pub(crate) fn notification(notification: &Notification, locale: &Locale) -> Message {
    let Notification {
        id: _,
        alert_id,
        incident: _,
        group: _,
        receiver: _,
        why,
        alert,
        others: _,
        since,
        owed_at: _,
        acknowledged_by,
        ack_url,
        escalated,
    } = notification;
    let words = MessageWords::in_language(locale.language);
    let (description, content) = longer_texts(alert, locale.language, words);
    let mut facts = Vec::new();
    let mut add = |name, text: &str| {
        let text = space_after_addresses(&one_line(text));
        if !text.is_empty() {
            facts.push(Fact { name, text, link: None });
        }
    };
    add(words.severity, &severity_line(alert, *why, words));
    if let Some(Acknowledgement { by, at }) = acknowledged_by {
        add(words.acknowledged_by, &format!("{by}, {}", local_time(*at, &locale.timezone)));
    }
    if let Some(unless) = escalated {
        add(words.escalated, words.not_yet(*unless));
    }
    add(words.device, alert.text_of("device"));
    add("EUI", alert.text_of("eui"));
    add(words.alarm, alert.text_of("alertname"));
    add(words.description, &description);
    add(if *why == Why::Notice { words.time } else { words.since }, &local_time(*since, &locale.timezone));
    if *why == Why::Resolved {
        add(words.resolved_at, &local_time(alert.ends_at.unwrap_or(alert.starts_at), &locale.timezone));
    }
    add(words.groups, alert.text_of("notice_groups"));
    add(words.source, alert.text_of("source"));
    add(words.number, &alert_id.to_string());
    if let Some(url) = ack_url {
        facts.push(words.acknowledge(url));
    }
    Message {
        title: title(notification, locale.language),
        facts,
        others: OtherAlerts::new(other_lines(notification, locale.language, words), locale.language),
        content,
        link: alert.generator_url.as_deref().map(one_line),
    }
}

/// The title of a message, e.g. `[URGENT] Temperature too high - Cold room 3`; with the number
/// of the other alerts of its group.
pub(crate) fn title(notification: &Notification, language: Language) -> String {
    let Notification { alert, why, others, .. } = notification;
    let words = MessageWords::in_language(language);
    let tag = match (alert.kind, why) {
        (_, Why::Acknowledged) => words.acknowledged.to_owned(),
        (Kind::Notice, _) | (Kind::Alarm, Why::Notice) => words.notice.to_owned(),
        (Kind::Alarm, Why::Resolved) => words.resolved.to_owned(),
        (Kind::Alarm, Why::Started | Why::Worsened { .. } | Why::StillFiring) => {
            words.severity_tag(alert.severity).to_owned()
        }
    };
    let more = words.more(others.len()).map(|more| format!(" ({more})")).unwrap_or_default();
    space_after_addresses(&one_line(&format!("[{tag}] {}{more}", subject(alert, language))))
}

/// The description of `alert` if it is one line, and its longer text. A description of several lines
/// stands at the beginning of that, under its name: among the facts nobody could see where it ends.
fn longer_texts(alert: &Alert, language: Language, words: &MessageWords) -> (String, Option<String>) {
    let text = |name| {
        let text = in_language(alert, name, language).map(|text| space_after_addresses(&keep_lines(text)));
        text.filter(|text| !text.is_empty())
    };
    let (description, content) = (text("description"), text("content"));
    match description {
        Some(lines) if lines.contains('\n') => {
            let named = format!("{}:\n{lines}", words.description);
            (
                String::new(),
                Some([Some(named), content].into_iter().flatten().collect::<Vec<_>>().join("\n\n")),
            )
        }
        line => (line.unwrap_or_default(), content),
    }
}

/// The title of `alert`, and its device where the title does not name it.
fn subject(alert: &Alert, language: Language) -> String {
    let what = in_language(alert, "title", language).unwrap_or_else(|| alert.text_of("alertname"));
    let device = alert.text_of("device");
    let place = if device.is_empty() || what.contains(device) { "" } else { device };
    let dash = if what.is_empty() || place.is_empty() { "" } else { "-" };
    format!("{what} {dash} {place}")
}

/// A line for each other alert of the group, e.g. `HIGH: Temperature too high - Cold room 4 · Alert no. 43`.
fn other_lines(notification: &Notification, language: Language, words: &MessageWords) -> Vec<Fact> {
    let line = |GroupedAlert { id, alert }: &GroupedAlert| {
        let tag = match (alert.kind, alert.status) {
            (Kind::Notice, _) => words.notice,
            (Kind::Alarm, Status::Resolved) => words.resolved,
            (Kind::Alarm, Status::Firing) => words.severity_tag(alert.severity),
        };
        let name = space_after_addresses(&AlertName::new(alert, language).full);
        Fact { name: tag, text: format!("{name} · {} {id}", words.number), link: None }
    };
    notification.others_worst_first().into_iter().map(line).collect()
}

fn severity_line(alert: &Alert, why: Why, words: &MessageWords) -> String {
    let now = words.severity_tag(alert.severity);
    let line = match why {
        Why::Worsened { from } => format!("{} → {now}", words.severity_tag(from)),
        Why::StillFiring => format!("{now} ({})", words.still_firing),
        Why::Started | Why::Acknowledged | Why::Resolved | Why::Notice => now.to_owned(),
    };
    match alert.unknown_level() {
        Some(level) => format!("{line} ({})", words.unknown_level(level)),
        None => line,
    }
}

#[cfg(test)]
mod tests;
