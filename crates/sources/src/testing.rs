//! The surroundings of this crate's tests.

use fanfare_core::Alert;
use jiff::Timestamp;

use crate::{Format, FormatKind, Hints, MappingOrigin, ReadAlert, Reading, SourceSettings, Unreadable};

/// The time at which bodies arrive in tests.
pub(crate) fn now() -> Timestamp {
    "2026-11-27T12:00:00Z".parse().unwrap()
}

pub(crate) fn source() -> SourceSettings {
    SourceSettings::new("site")
}

/// The format `word`, if it needs no mapping of the config's.
pub(crate) fn shipped(word: &str) -> Option<Format> {
    let kind: FormatKind = word.parse().unwrap();
    match kind.mapping() {
        None => kind.without_mapping(),
        Some(MappingOrigin::Shipped(text)) => Some(kind.with_mapping(serde_yaml::from_str(text).unwrap())),
        Some(MappingOrigin::Config) => None,
    }
}

/// The format `json` with `mapping`, in YAML.
pub(crate) fn mapped(mapping: &str) -> Format {
    "json".parse::<FormatKind>().unwrap().with_mapping(serde_yaml::from_str(mapping).unwrap())
}

pub(crate) fn try_read(format: &Format, body: &str) -> Result<Reading, Unreadable> {
    format.read(body.as_bytes(), &Hints::default(), &source(), now())
}

/// The only alert of a body that has nothing else.
#[track_caller]
pub(crate) fn read_one(format: &Format, body: &str) -> ReadAlert {
    let mut reading = try_read(format, body).unwrap();
    let counts = (reading.alerts.len(), reading.nothing_to_do.len(), reading.refused.len());
    assert_eq!(counts, (1, 0, 0), "{reading:?}");
    reading.alerts.remove(0)
}

/// The labels or annotations as `name: text`, each on a line.
pub(crate) fn lines(labels: &fanfare_core::Labels) -> String {
    labels.iter().map(|(name, text)| format!("{name}: {text}\n")).collect()
}

/// An alert as a test shows it.
pub(crate) fn shown(alert: &Alert) -> String {
    let Alert {
        kind, status, severity, labels, annotations, extra, starts_at, ends_at, generator_url, ..
    } = alert;
    let end = ends_at.map_or_else(|| "-".to_owned(), |it| it.to_string());
    let url = generator_url.as_deref().unwrap_or("-");
    let (kind, status) = (kind.word(), status.word());
    format!(
        "{kind} {status} {severity}, from {starts_at} to {end}, {url}\nlabels\n{}annotations\n{}extra\n{}",
        lines(labels),
        lines(annotations),
        lines(extra)
    )
}
