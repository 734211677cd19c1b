//! Words that a renderer adds to a message.

use fanfare_core::Language;

/// Says that a message was cut; nothing if `missing` is 0.
#[must_use]
pub fn cut_note(language: Language, missing: usize) -> Option<String> {
    (missing > 0).then(|| match language {
        Language::En => format!("… cut, {missing} more bytes"),
        Language::Zh => format!("……已截断，还有 {missing} 字节"),
    })
}

/// What a link to an alert's page at its source is called.
#[must_use]
pub fn link_words(language: Language) -> &'static str {
    match language {
        Language::En => "Open at the source",
        Language::Zh => "在来源中查看",
    }
}
