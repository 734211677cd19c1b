//! Texts within bounds.

/// Cuts `text` to at most `limit` bytes, on a character boundary. What is cut
/// off is replaced by `note`, which counts towards the limit; a limit smaller
/// than the note leaves the text without one.
#[must_use]
pub fn cut_to_bytes(text: &str, limit: usize, note: &str) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    match limit.checked_sub(note.len()) {
        Some(room) => format!("{}{note}", &text[..text.floor_char_boundary(room)]),
        None => text[..text.floor_char_boundary(limit)].to_owned(),
    }
}

/// `text` on one line: each run of white space and control characters becomes
/// one space, also of those that turn the direction of writing and make a name
/// read as another.
#[must_use]
pub fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control() || turns_direction(c));
    let mut line = String::with_capacity(text.len());
    for word in words.filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// The explicit directional formatting characters: <https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters>
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests;
