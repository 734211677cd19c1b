//! An alert's own texts, in the language of the reader where its source gives several.

use fanfare_core::{Alert, Language};

/// The name of the annotation that holds the text `name` in `language`, e.g. `title_zh`.
///
/// A source that knows a text in several languages sets one annotation for each beside
/// the plain one, which stands for all other languages.
#[must_use]
pub fn annotation_in(name: &str, language: Language) -> String {
    format!("{name}{}", suffix(language))
}

/// The text `name` of `alert` in `language`; the plain one if there is none in it.
pub(crate) fn in_language<'a>(alert: &'a Alert, name: &str, language: Language) -> Option<&'a str> {
    let is_in_language =
        |(annotation, _): &(&str, _)| annotation.strip_prefix(name) == Some(suffix(language));
    let text = alert.annotations.iter().find(is_in_language).map(|(_, text)| text);
    text.or_else(|| alert.annotations.get(name))
}

fn suffix(language: Language) -> &'static str {
    match language {
        Language::En => "_en",
        Language::Zh => "_zh",
    }
}
