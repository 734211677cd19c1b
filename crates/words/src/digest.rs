//! A digest in words: one line for each incident, with all that is told of it.

use std::collections::HashMap;

use fanfare_core::{
    Alert, AlertId, Digest, Language, Locale, Notification, Severity, Why, cut_to_bytes, keep_lines,
    one_line, space_after_addresses,
};
use jiff::tz::TimeZone;

use crate::alert_name::{AlertName, LONGEST_NAME};
use crate::annotation::in_language;
use crate::fact::Fact;
use crate::local_time::local_time;
use crate::message::Message;
use crate::message_words::MessageWords;
use crate::notification::title;
use crate::other_alerts::OtherAlerts;

/// A description shorter than this, a few words, says nothing.
const SHORTEST_DESCRIPTION: usize = 24;

/// The message of `digest`: everything told of one incident stands in one line.
pub(crate) fn digest(digest: &Digest, locale: &Locale) -> Message {
    let words = MessageWords::in_language(locale.language);
    let incidents = by_incident(digest);
    let facts = incidents.iter().map(|told| told.line(locale, words)).collect();
    let title = match incidents.as_slice() {
        [only] => title(only.last, locale.language),
        several => title_of(several, locale.language, words),
    };
    Message { title, facts, others: OtherAlerts::default(), content: None, link: None }
}

/// The notifications about one incident.
struct DigestIncident<'a> {
    earlier: Vec<&'a Notification>,
    last: &'a Notification,
}

/// The notifications of each incident, in the order of the first of each.
fn by_incident(digest: &Digest) -> Vec<DigestIncident<'_>> {
    let mut incidents: Vec<DigestIncident<'_>> = Vec::new();
    let mut places: HashMap<AlertId, usize> = HashMap::new();
    for notification in digest.notifications() {
        let place = *places.entry(notification.incident).or_insert(incidents.len());
        match incidents.get_mut(place) {
            Some(told) => told.earlier.push(std::mem::replace(&mut told.last, notification)),
            None => incidents.push(DigestIncident { earlier: Vec::new(), last: notification }),
        }
    }
    incidents
}

/// E.g. `[URGENT] 40 alerts: 3 URGENT, 30 MID, 7 RESOLVED`: how bad the worst is that
/// still fires, and how many lines there are of which kind.
fn title_of(incidents: &[DigestIncident<'_>], language: Language, words: &MessageWords) -> String {
    let severities = Severity::ALL.iter().rev().map(|severity| words.severity_tag(*severity));
    let tags = severities.chain([words.notice, words.acknowledged, words.resolved]);
    let counts: Vec<(&str, usize)> = tags
        .map(|tag| (tag, incidents.iter().filter(|told| told.tag(words) == tag).count()))
        .filter(|(_, number)| *number > 0)
        .collect();
    let worst = counts.first().map_or(words.notice, |(tag, _)| tag);
    let number = incidents.len();
    match language {
        Language::En => {
            let counts: Vec<String> = counts.iter().map(|(tag, number)| format!("{number} {tag}")).collect();
            format!("[{worst}] {number} {}: {}", words.alerts, counts.join(", "))
        }
        Language::Zh => {
            let counts: Vec<String> = counts.iter().map(|(tag, number)| format!("{tag} {number}")).collect();
            format!("[{worst}] {number} {}：{}", words.alerts, counts.join("，"))
        }
    }
}

impl DigestIncident<'_> {
    /// E.g. `RESOLVED: Too warm - Cold room 3 · Level URGENT · 2026-03-08 12:00:00 → 12:05:00 +00:00 · Alert no. 5, 9`.
    fn line(&self, locale: &Locale, words: &MessageWords) -> Fact {
        let parts = [
            Some(name(&self.last.alert, locale.language)),
            words.more(self.last.others.len()),
            self.level(words),
            self.last.escalated.map(|unless| format!("{}: {}", words.escalated, words.not_yet(unless))),
            Some(self.times(&locale.timezone, words)),
            Some(format!("{} {}", words.number, self.numbers())),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().filter(|it| !it.is_empty()).collect();
        Fact {
            name: self.tag(words),
            text: space_after_addresses(&one_line(&parts.join(" · "))),
            link: self.acknowledge(),
        }
    }

    fn tag(&self, words: &MessageWords) -> &'static str {
        match self.last.why {
            Why::Resolved => words.resolved,
            Why::Acknowledged => words.acknowledged,
            Why::Notice => words.notice,
            Why::Started | Why::Worsened { .. } | Why::StillFiring => {
                words.severity_tag(self.last.alert.severity)
            }
        }
    }

    /// The severity, where the tag does not say all of it, and who takes care.
    fn level(&self, words: &MessageWords) -> Option<String> {
        let now = words.severity_tag(self.last.alert.severity);
        match self.last.why {
            Why::Started | Why::Notice => None,
            Why::Worsened { from } => Some(format!("{} → {now}", words.severity_tag(from))),
            Why::StillFiring => Some(words.still_firing.to_owned()),
            Why::Resolved => Some(format!("{} {now}", words.severity)),
            Why::Acknowledged => {
                let by = self.last.acknowledged_by.as_ref().map(|it| it.by.as_str()).unwrap_or_default();
                Some(format!("{} {now} · {} {by}", words.severity, words.acknowledged_by))
            }
        }
    }

    /// The beginning of the incident, and its end if that is told too.
    fn times(&self, timezone: &TimeZone, words: &MessageWords) -> String {
        let Notification { since, alert, why, .. } = self.last;
        let began = local_time(*since, timezone);
        match why {
            Why::Started | Why::Worsened { .. } | Why::StillFiring | Why::Acknowledged => {
                format!("{} {began}", words.since)
            }
            Why::Notice => began,
            Why::Resolved => {
                let [from, to] = [*since, alert.starts_at].map(|at| at.to_zoned(timezone.clone()));
                if from.date() == to.date() && from.offset() == to.offset() {
                    format!("{} → {}", from.strftime("%Y-%m-%d %H:%M:%S"), to.strftime("%H:%M:%S %:z"))
                } else {
                    format!("{began} → {}", local_time(alert.starts_at, timezone))
                }
            }
        }
    }

    /// The number of every alert, once: two receivers may share a channel.
    fn numbers(&self) -> String {
        let mut numbers: Vec<AlertId> = self.earlier.iter().map(|it| it.alert_id).collect();
        numbers.push(self.last.alert_id);
        numbers.sort_unstable();
        numbers.dedup();
        numbers.iter().map(AlertId::to_string).collect::<Vec<_>>().join(", ")
    }

    /// The link that acknowledges, unless there is nothing left to take care of.
    fn acknowledge(&self) -> Option<String> {
        match self.last.why {
            Why::Started | Why::Worsened { .. } | Why::StillFiring | Why::Notice => {
                let newest_first = [self.last].into_iter().chain(self.earlier.iter().rev().copied());
                newest_first.into_iter().find_map(|it| it.ack_url.clone())
            }
            Why::Acknowledged | Why::Resolved => None,
        }
    }
}

/// The name of the alert, and in the rest of the room its description.
fn name(alert: &Alert, language: Language) -> String {
    let AlertName { what, full: mut name } = AlertName::new(alert, language);
    let described = joined_lines(in_language(alert, "description", language).unwrap_or_default());
    if name.is_empty() {
        return cut_to_bytes(&described, LONGEST_NAME, "…");
    }
    let room = LONGEST_NAME.saturating_sub(name.len() + ": ".len());
    if !described.is_empty() && described != what && room >= SHORTEST_DESCRIPTION.min(described.len()) {
        name.push_str(": ");
        name.push_str(&cut_to_bytes(&described, room, "…"));
    }
    name
}

/// `text` on one line, with a sign where its lines end: `A: -18 / B: -9` are two rooms, not one.
fn joined_lines(text: &str) -> String {
    let lines = keep_lines(text);
    lines.lines().map(one_line).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" / ")
}

#[cfg(test)]
mod tests;
