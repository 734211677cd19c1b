use std::fmt::Debug;

use fanfare_core::Language;

/// Checks that every quoted text in the `Debug` form of `texts` is in `language` alone.
///
/// English texts hold no Chinese sign. Chinese texts hold no three English words in a
/// row: names of settings (in backticks) and terms such as `HTTP` or `EUI` may stand in them.
///
/// # Panics
///
/// At the first text that holds the other language.
#[track_caller]
pub fn check_language(language: Language, texts: &impl Debug) {
    let shown = format!("{texts:?}");
    let quoted: Vec<&str> = shown.split('"').skip(1).step_by(2).collect();
    assert!(!quoted.is_empty(), "there are texts in `{shown}`");
    for text in quoted {
        match language {
            Language::En => assert!(!text.chars().any(is_chinese), "an English text: `{text}`"),
            Language::Zh => assert!(longest_english(text) < 3, "a Chinese text: `{text}`"),
        }
    }
}

/// Han characters, and the punctuation and wide forms that stand between them.
fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{303f}' | '\u{3400}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')
}

/// The most words of Latin letters in a row, outside backticks.
fn longest_english(text: &str) -> usize {
    let outside: String = text.split('`').step_by(2).collect::<Vec<_>>().join("…");
    let (mut longest, mut in_a_row) = (0, 0);
    for word in outside.split_whitespace() {
        let is_english =
            word.len() > 1 && word.trim_matches([',', '.', ':']).chars().all(|c| c.is_ascii_alphabetic());
        in_a_row = if is_english { in_a_row + 1 } else { 0 };
        longest = longest.max(in_a_row);
    }
    longest
}

#[cfg(test)]
mod tests;
