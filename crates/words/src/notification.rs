//! A notification in words.

use fanfare_core::{Acknowledgement, Alert, Kind, Language, Locale, Notification, Severity, Why, one_line};

use crate::annotation::in_language;
use crate::local_time::local_time;
use crate::message::{Fact, Message};
use crate::message_words::MessageWords;

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
        others,
        since,
        owed_at: _,
        acknowledged_by,
        ack_url,
        escalated,
    } = notification;
    let words = MessageWords::in_language(locale.language);
    let description = in_language(alert, "description", locale.language).unwrap_or_default();
    let mut facts = Vec::new();
    let mut add = |name, text: &str| {
        let text = one_line(text);
        if !text.is_empty() {
            facts.push(Fact { name, text, link: None });
        }
    };
    add(words.severity, &severity_line(alert.severity, *why, words));
    if let Some(Acknowledgement { by, at }) = acknowledged_by {
        add(words.acknowledged_by, &format!("{by}, {}", local_time(*at, &locale.timezone)));
    }
    if let Some(unless) = escalated {
        add(words.escalated, words.not_yet(*unless));
    }
    add(words.device, alert.text_of("device"));
    add("EUI", alert.text_of("eui"));
    add(words.alarm, alert.text_of("alertname"));
    add(words.description, description);
    others.iter().for_each(|it| add(words.alarm, &subject(&it.alert, locale.language)));
    add(if *why == Why::Notice { words.time } else { words.since }, &local_time(*since, &locale.timezone));
    if *why == Why::Resolved {
        add(words.resolved_at, &local_time(alert.starts_at, &locale.timezone));
    }
    add(words.groups, alert.text_of("notice_groups"));
    add(words.source, alert.text_of("source"));
    add(words.number, &alert_id.to_string());
    if let Some(url) = ack_url {
        facts.push(words.acknowledge(url));
    }
    Message {
        title: title(alert, *why, locale.language),
        facts,
        content: in_language(alert, "content", locale.language).map(str::to_owned),
        link: alert.generator_url.as_deref().map(one_line),
    }
}

/// The title of a message about `alert`, e.g. `[URGENT] Temperature too high - Cold room 3`.
pub(crate) fn title(alert: &Alert, why: Why, language: Language) -> String {
    let words = MessageWords::in_language(language);
    let tag = match (alert.kind, why) {
        (_, Why::Acknowledged) => words.acknowledged.to_owned(),
        (Kind::Notice, _) | (Kind::Alarm, Why::Notice) => words.notice.to_owned(),
        (Kind::Alarm, Why::Resolved) => words.resolved.to_owned(),
        (Kind::Alarm, Why::Started | Why::Worsened { .. } | Why::StillFiring) => {
            words.severity_tag(alert.severity).to_owned()
        }
    };
    one_line(&format!("[{tag}] {}", subject(alert, language)))
}

/// The title of `alert`, and its device where the title does not name it.
fn subject(alert: &Alert, language: Language) -> String {
    let what = in_language(alert, "title", language).unwrap_or_else(|| alert.text_of("alertname"));
    let device = alert.text_of("device");
    let place = if device.is_empty() || what.contains(device) { "" } else { device };
    let dash = if what.is_empty() || place.is_empty() { "" } else { "-" };
    format!("{what} {dash} {place}")
}

fn severity_line(severity: Severity, why: Why, words: &MessageWords) -> String {
    let now = words.severity_tag(severity);
    match why {
        Why::Worsened { from } => format!("{} → {now}", words.severity_tag(from)),
        Why::StillFiring => format!("{now} ({})", words.still_firing),
        Why::Started | Why::Acknowledged | Why::Resolved | Why::Notice => now.to_owned(),
    }
}

#[cfg(test)]
mod tests;
