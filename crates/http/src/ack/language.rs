//! The language of a page.

use fanfare_core::Language;

/// The language of ours that comes first in `accept`, the value of the header
/// `Accept-Language`; `otherwise` if it names none of ours.
/// <https://www.rfc-editor.org/rfc/rfc9110#name-accept-language>
pub(crate) fn preferred(accept: &str, otherwise: Language) -> Language {
    let mut best = (0.0, otherwise);
    for (weight, language) in accept.split(',').filter_map(|range| weighed(range, otherwise)) {
        if weight > best.0 {
            best = (weight, language);
        }
    }
    best.1
}

/// `range`, e.g. `zh-CN;q=0.9`, if it is of a language of ours; `*` is any.
fn weighed(range: &str, otherwise: Language) -> Option<(f32, Language)> {
    let (tag, parameter) = range.split_once(';').unwrap_or((range, "q=1"));
    let tag = tag.trim().to_ascii_lowercase();
    let language = match tag.split('-').next()? {
        "*" => otherwise,
        primary => primary.parse().ok()?,
    };
    let (name, weight) = parameter.split_once('=')?;
    let weight = weight.trim().parse().ok().filter(|it| (0.0..=1.0).contains(it))?;
    name.trim().eq_ignore_ascii_case("q").then_some((weight, language))
}

#[cfg(test)]
mod tests;
