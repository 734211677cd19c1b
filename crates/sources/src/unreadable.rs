//! Bodies that cannot be read, as alerts for people.

use fanfare_core::{
    AlarmNaming, Alert, Fingerprint, Identity, Kind, Labels, Mention, Severity, Status, StatusBasis,
    cut_to_bytes, keep_lines,
};
use jiff::Timestamp;

use crate::json::Json;
use crate::privacy::redact;
use crate::scrub::{scrub, scrub_text};
use crate::{BodyFault, ReadAlert, SourceSettings, Unreadable};

/// The length of a body that people are shown, at most, in bytes: its beginning says what was sent.
const MAX_BODY_BYTES: usize = 2048;

/// The alert that `source` sent `body`, which cannot be read because of `fault`. What the body says may matter, and
/// its sender reads no answer. The same body again is the same alert.
#[must_use]
pub fn unreadable_alert(
    source: &SourceSettings,
    body: &[u8],
    fault: &Unreadable,
    now: Timestamp,
) -> ReadAlert {
    let name = &source.name;
    let shown = cut_to_bytes(&shown_body(body), MAX_BODY_BYTES, "…");
    let mut labels: Labels = [("alertname", format!("unreadable alert from {name}"))].into_iter().collect();
    let identity_with = |body: &str| {
        let mut identity = labels.clone();
        identity.set("body", body);
        identity
    };
    let sent = Identity::from_labels(&identity_with(&String::from_utf8_lossy(body)));
    let fingerprint = Fingerprint::from_labels(&identity_with(&shown)).with_identity(Some(sent));
    source
        .labels
        .iter()
        .filter(|(name, _)| *name != "alertname")
        .for_each(|(name, text)| labels.set(name, text));
    let annotations = [
        ("title", format!("`{name}` sent an alert that cannot be read")),
        ("title_zh", format!("“{name}”发来一条无法读取的告警")),
        ("description", format!("It was accepted, but nobody knows what it says: {fault}")),
        (
            "description_zh",
            format!("已受理，但内容无法识别（位置 {}）：{}", fault.path, fault_zh(fault.fault)),
        ),
        ("content", shown),
    ];
    let mut alert = Alert {
        source: name.clone(),
        fingerprint,
        kind: Kind::Alarm,
        status: Status::Firing,
        status_basis: StatusBasis::Stated,
        naming: AlarmNaming::Labels,
        severity: Severity::High,
        severity_sent: None,
        labels,
        annotations: annotations.into_iter().collect(),
        extra: [("fault", fault.fault.word()), ("path", &fault.path), ("message", &fault.message)]
            .into_iter()
            .collect(),
        mention: Mention::default(),
        starts_at: now,
        ends_at: source.text_ends_at(now),
        generator_url: None,
    };
    if source.redact {
        redact(&mut alert);
    }
    ReadAlert { alert, path: "$".to_owned(), unread: Vec::new(), unknown_level: None }
}

/// The fault in Chinese, without the parser's own words.
fn fault_zh(fault: BodyFault) -> &'static str {
    match fault {
        BodyFault::Malformed => "不是有效的 JSON",
        BodyFault::NotAnAlert => "不是该格式的告警",
    }
}

/// The body without credentials: in one line if it is JSON, whose fields say by their names what is one.
fn shown_body(body: &[u8]) -> String {
    match Json::parse(body) {
        Ok(json) => scrub(&json).to_string(),
        Err(_) => keep_lines(&scrub_text(&String::from_utf8_lossy(body))),
    }
}

#[cfg(test)]
mod tests;
