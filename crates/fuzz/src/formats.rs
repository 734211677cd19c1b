//! The formats of the register.

use fanfare_sources::{Format, FormatKind, Hints, MappingOrigin};

use crate::reading;
use crate::split::{choice, one_of};
use crate::surroundings::{now, source};

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

fn hints(settings: usize) -> Hints {
    if settings & 16 == 0 {
        return Hints::default();
    }
    let hint = |text: &str| Some(text.to_owned());
    Hints { eui: hint("6353012AF1093062"), name: hint("cold room"), alarm: hint("door"), level: hint("odd") }
}
