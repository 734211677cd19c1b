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
/// one space.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests;
