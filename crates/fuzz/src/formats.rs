//! The formats of the register.

use std::time::Duration;

use fanfare_sources::{Format, FormatKind, Hints, MappingOrigin, SourceSettings};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::reading;
use crate::split::{choice, one_of};

/// A mapping for the format that has none of ours.
const MAPPING: &str = r#"
each: $.items[*]
alertname: { path: $.name, default: unnamed }
status: { path: $.state, map: { on: firing, off: resolved } }
severity: $.level
title: { template: "{{ title | default(name) | upper }}" }
content: $.values
labels: { host: $.host }
identity: [host]
"#;

/// Reads a body by the format that the first byte chooses, with the settings that the second does.
pub(crate) fn check(bytes: &[u8]) {
    let (format, rest) = choice(bytes);
    let (settings, body) = choice(rest);
    let formats: Vec<FormatKind> = FormatKind::all().collect();
    let format = ready(one_of(&formats, format));
    reading::check(&format, body, &hints(settings), &source(settings), now());
}

fn ready(kind: FormatKind) -> Format {
    let mapping = match kind.mapping() {
        None => return kind.without_mapping().expect("a format without a mapping"),
        Some(MappingOrigin::Config) => MAPPING,
        Some(MappingOrigin::Shipped(text)) => text,
    };
    kind.with_mapping(serde_yaml::from_str(mapping).expect("a sound mapping"))
}

/// The time at which everything arrives.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).expect("a time")
}

/// The settings of a source, by the bits of `settings`.
pub(crate) fn source(settings: usize) -> SourceSettings {
    let mut source = SourceSettings::new("site");
    source.redact = settings & 1 != 0;
    source.resolve_after = (settings & 2 != 0).then_some(Duration::from_secs(60 * 60));
    source.timezone = (settings & 4 != 0).then(|| TimeZone::fixed(jiff::tz::offset(8)));
    if settings & 8 != 0 {
        source.labels.set("site", "harbour");
    }
    source
}

fn hints(settings: usize) -> Hints {
    if settings & 16 == 0 {
        return Hints::default();
    }
    let hint = |text: &str| Some(text.to_owned());
    Hints { eui: hint("6353012AF1093062"), name: hint("cold room"), alarm: hint("door"), level: hint("odd") }
}
