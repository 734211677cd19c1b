//! An alert's name: what it is about, and where.

use fanfare_core::{Alert, Language, cut_to_bytes, one_line};

use crate::annotation::in_language;

/// The longest name in bytes: a message must carry many, and this is more than a telephone
/// shows of a line.
pub(crate) const LONGEST_NAME: usize = 160;

/// The bytes of these for the alert, and as many for its place: neither may push the other out.
const LONGEST_PART: usize = LONGEST_NAME / 2 - SEPARATOR.len();

/// The sign between an alert and its place.
const SEPARATOR: &str = " - ";

/// The name of an alert.
pub(crate) struct AlertName {
    /// The title of the alert, or its label `alertname`.
    pub(crate) what: String,
    /// The title and the place, where the title does not name it.
    pub(crate) full: String,
}

impl AlertName {
    pub(crate) fn new(alert: &Alert, language: Language) -> Self {
        let part = |text: &str| cut_to_bytes(&one_line(text), LONGEST_PART, "…");
        let what = part(in_language(alert, "title", language).unwrap_or_else(|| alert.text_of("alertname")));
        let place = part(place(alert));
        if what.contains(&place) {
            return Self { full: what.clone(), what };
        }
        let parts = [what.as_str(), place.as_str()].into_iter().filter(|it| !it.is_empty());
        Self { full: parts.collect::<Vec<_>>().join(SEPARATOR), what }
    }
}

/// The place, by the best name there is: `instance` is what Prometheus' alerts have.
fn place(alert: &Alert) -> &str {
    ["device", "eui", "instance"]
        .into_iter()
        .map(|name| alert.text_of(name))
        .find(|it| !it.is_empty())
        .unwrap_or_default()
}
