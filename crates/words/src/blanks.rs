//! Blanks at which people see that texts stand below each other.

/// A blank that a page and Markdown leave alone.
const NO_BREAK_SPACE: char = '\u{a0}';

/// A tab on a page. Six bytes, no more than escaping makes of any other sign.
const TAB: &str = "\u{a0}\u{a0}\u{a0}";

/// `line` for a page or Markdown, which drop blanks at the beginning of a line and all but one elsewhere:
/// those become no-break spaces, and so does a tab.
#[must_use]
pub fn kept_blanks(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut is_after_blank = true;
    for c in line.chars() {
        match c {
            '\t' => kept.push_str(TAB),
            ' ' if is_after_blank => kept.push(NO_BREAK_SPACE),
            other => kept.push(other),
        }
        is_after_blank = matches!(c, ' ' | '\t');
    }
    kept
}

#[cfg(test)]
mod tests;
