//! Plain text: the first line is the title, the rest the text.
//!
//! A title with the mark of an end, `[OK] Disk full`, ends the text without it.

use fanfare_core::{
    AlarmNaming, Alert, Fingerprint, Identity, Kind, Labels, Mention, Status, StatusBasis, keep_lines,
    one_line,
};
use jiff::Timestamp;

use crate::extra::bounded;
use crate::scrub::scrub_text;
use crate::spoken_status::{TextPart, spoken_status, without_marks};
use crate::weight::weigh;
use crate::{BodyFault, Hints, ReadAlert, Reading, SourceSettings, Unreadable};

/// The name of an alert that has none: its title differs from text to text, and a name is what routes match.
const NAME: &str = "message";

/// Reads a text. The address may name the alarm and its level: `?alarm=backup&level=high`.
pub(crate) fn read(
    body: &[u8],
    hints: &Hints,
    source: &SourceSettings,
    now: Timestamp,
) -> Result<Reading, Unreadable> {
    let sent = String::from_utf8_lossy(body);
    let sent = sent.trim_start_matches('\u{feff}').trim();
    if sent.is_empty() {
        return Err(Unreadable {
            fault: BodyFault::NotAnAlert,
            path: "$".to_owned(),
            message: "found nothing, expected a text whose first line is the title".to_owned(),
        });
    }
    let text = bounded(&keep_lines(&scrub_text(sent)));
    let (title, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let hinted = [("alertname", &hints.alarm), ("device", &hints.name), ("eui", &hints.eui)];
    let mut labels: Labels = [("alertname", NAME.to_owned())].into_iter().collect();
    for (name, hint) in hinted {
        if let Some(hint) = hint.as_deref().filter(|it| !it.trim().is_empty()) {
            labels.set(name, bounded(&one_line(&scrub_text(hint))));
        }
    }
    let status = spoken_status([(TextPart::Head, title)]).unwrap_or(Status::Firing);
    let fingerprint = match status {
        Status::Firing => fingerprint(&labels, &text, sent),
        Status::Resolved => fingerprint(&labels, &without_marks(&text), &without_marks(sent)),
    };
    let naming = if labels.get("alertname") == Some(NAME) { AlarmNaming::Text } else { AlarmNaming::Name };
    source.labels.iter().for_each(|(name, text)| labels.set(name, text));
    let kind = Kind::Alarm;
    let (severity, unknown_level) = weigh(hints.level.as_deref(), kind, source);
    let alert = Alert {
        source: source.name.clone(),
        fingerprint,
        kind,
        status,
        status_basis: StatusBasis::Words,
        naming,
        severity,
        severity_sent: hints.level.clone(),
        labels,
        annotations: [("title", one_line(title)), ("content", rest.trim().to_owned())].into_iter().collect(),
        extra: Labels::default(),
        mention: Mention::default(),
        starts_at: now,
        ends_at: match status {
            Status::Firing => source.text_ends_at(now),
            Status::Resolved => Some(now),
        },
        generator_url: None,
    };
    let read = ReadAlert { alert, path: "$".to_owned(), unread: Vec::new(), unknown_level };
    Ok(Reading { alerts: vec![read], ..Reading::default() })
}

/// The fingerprint: the same text with the same name is the same alert.
fn fingerprint(labels: &Labels, shown: &str, sent: &str) -> Fingerprint {
    let with = |text: &str| {
        let mut identity = labels.clone();
        identity.set("text", text);
        identity
    };
    Fingerprint::from_labels(&with(shown)).with_identity(Some(Identity::from_labels(&with(sent))))
}

#[cfg(test)]
mod tests;
