//! Doubts about secrets that can be used, though hardly as they were meant.

use crate::unfilled::{is_filler, is_phrase, unfilled};

/// The signs that people write around a value, and that some readers of environment files leave there.
const QUOTES: [(char, char); 6] =
    [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('‘', '’'), ('「', '」')];

/// The doubts about the text of a secret that can be used.
pub(crate) fn doubts(text: &str) -> Vec<String> {
    let quotes = quoted(text).map(|_| quotes_belong_to_it("the secret", text));
    let placeholder = unfilled(text).map(|form| {
        format!(
            "the secret holds {form}, which nothing fills in: put the secret itself there, unless that is it"
        )
    });
    quotes.into_iter().chain(placeholder).chain(example(text)).collect()
}

/// The doubts about a secret in the config itself, besides those about every text there.
pub(crate) fn inline_doubts(text: &str) -> Vec<String> {
    let quotes = quoted(text).filter(|(opening, _)| opening.is_ascii());
    let quotes = quotes.map(|_| quotes_belong_to_it("the secret", text));
    quotes.into_iter().chain(example(text)).collect()
}

/// The doubt about a secret that somebody was to replace.
fn example(text: &str) -> Option<String> {
    (is_phrase(text) || is_filler(text))
        .then(|| "the secret reads like an example's, which somebody was to replace".to_owned())
}

/// The doubt about quotes around `text`, which is `what`.
pub(crate) fn quotes_belong_to_it(what: &str, text: &str) -> String {
    let (opening, closing) = quoted(text).unwrap_or(('"', '"'));
    format!(
        "{what} begins with {opening} and ends with {closing}, which are taken as a part of it: leave them out if they are not"
    )
}

/// The quotes around `text`, if it stands in such: `"…"`, `'…'`, `` `…` ``, or the typographic ones.
#[must_use]
pub fn quoted(text: &str) -> Option<(char, char)> {
    let text = text.trim();
    QUOTES.into_iter().find(|(opening, closing)| {
        text.strip_prefix(*opening)
            .is_some_and(|rest| rest.len() > closing.len_utf8() && rest.ends_with(*closing))
    })
}
