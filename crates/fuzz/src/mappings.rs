//! Mappings: paths and templates that an operator writes, and a body that they are used on.

use fanfare_sources::{FormatKind, Hints, Mapping};

use crate::reading;
use crate::surroundings::{now, source};

/// The line between the mapping and the body.
const BORDER: &[u8] = b"\n---\n";

/// Reads a mapping, and by it the body behind it.
pub(crate) fn check(bytes: &[u8]) {
    let at = bytes.windows(BORDER.len()).position(|it| it == BORDER);
    let (mapping, body) = at.map_or((bytes, &b"{}"[..]), |at| (&bytes[..at], &bytes[at + BORDER.len()..]));
    let Ok(mapping) = std::str::from_utf8(mapping) else { return };
    let Ok(mapping) = serde_yaml::from_str::<Mapping>(mapping) else { return };
    for mistake in mapping.mistakes() {
        assert!(!mistake.message.is_empty(), "{mistake:?}");
    }
    let format = "json".parse::<FormatKind>().expect("a format").with_mapping(mapping);
    reading::check(&format, body, &Hints::default(), &source(0), now());
}
