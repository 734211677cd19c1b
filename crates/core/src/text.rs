//! Texts of other people, within bounds and line by line.

mod address;

use unicode_segmentation::GraphemeCursor;

pub use self::address::{addresses, space_after_addresses};

/// Cuts `text` to at most `limit` bytes, at a [`cut_point`]. What is cut
/// off is replaced by `note`, which counts towards the limit; a limit smaller
/// than the note leaves the text without one.
#[must_use]
pub fn cut_to_bytes(text: &str, limit: usize, note: &str) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    match limit.checked_sub(note.len()) {
        Some(room) => format!("{}{note}", &text[..cut_point(text, room)]),
        None => text[..cut_point(text, limit)].to_owned(),
    }
}

/// The length of the longest beginning of `text` that has at most `limit` bytes and can stand alone.
///
/// It ends between two characters as people see them, never before an accent or within an emoji of
/// several parts; and not within or right behind an address, since what is left of one, or has a
/// sign glued to it, leads elsewhere.
#[must_use]
pub fn cut_point(text: &str, limit: usize) -> usize {
    if text.len() <= limit {
        return text.len();
    }
    let cut = grapheme_boundary(text, text.floor_char_boundary(limit));
    let cut_open = addresses(text).take_while(|it| it.start < cut).find(|it| cut <= it.end);
    cut_open.map_or(cut, |address| address.start)
}

/// The last boundary between two characters as people see them at `at` or before it.
fn grapheme_boundary(text: &str, at: usize) -> usize {
    let mut cursor = GraphemeCursor::new(at, text.len(), true);
    match cursor.is_boundary(text, 0) {
        Ok(true) => at,
        // With all of the text at hand the cursor asks for no more of it.
        Ok(false) | Err(_) => cursor.prev_boundary(text, 0).ok().flatten().unwrap_or(0),
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

/// The lines of `text` as they came, each ended by `\n` alone: tabs and the blanks at the beginning of a
/// line stay. Of several empty lines in a row one stays; none stands first or last.
///
/// Control characters and those that turn the direction of writing are left out.
#[must_use]
pub fn keep_lines(text: &str) -> String {
    let is_shown = |c: &char| *c == '\t' || !(c.is_control() || turns_direction(*c));
    let text = text.replace("\r\n", "\n");
    let mut kept = String::with_capacity(text.len());
    let mut empty_lines = 0;
    for line in text.split(ends_line) {
        let line: String = line.chars().filter(is_shown).collect();
        let line = line.trim_end();
        if line.is_empty() {
            empty_lines += 1;
            continue;
        }
        if !kept.is_empty() {
            kept.push_str(if empty_lines > 0 { "\n\n" } else { "\n" });
        }
        kept.push_str(line);
        empty_lines = 0;
    }
    kept
}

/// The signs that end a line: <https://www.unicode.org/reports/tr14/#BK>, LF, CR and NL
fn ends_line(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// The explicit directional formatting characters: <https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters>
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests;
