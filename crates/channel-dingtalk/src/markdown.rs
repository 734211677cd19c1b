//! Other people's texts inside DingTalk's markdown.
//!
//! A client may show the backslash before a sign, so only signs that would be taken for markup get one:
//! one that has no second to go with it, or stands within a word, marks nothing
//! (<https://spec.commonmark.org/0.31.2/#emphasis-and-strong-emphasis>).

use std::ops::Range;

use fanfare_chat::with_links;
use fanfare_words::kept_blanks;

/// `text` so that none of it is taken for markup: no bold, no link, no picture, no tag. An address
/// in it can be followed.
pub(crate) fn escape(text: &str) -> String {
    let is_markup = |at, c| is_markup(text, at, c);
    with_links(
        text,
        |part| escape_where(text, part, is_markup),
        |part| escape_where(text, part, |at, c| matches!(c, '[' | ']') || is_markup(at, c)),
    )
}

/// `text` as the name of a link, in which there can be no other.
pub(crate) fn escape_name(text: &str) -> String {
    escape_where(text, 0..text.len(), |at, c| is_markup(text, at, c))
}

/// `text` as a headline, whose last signs would otherwise be taken for its end.
pub(crate) fn escape_headline(text: &str) -> String {
    let escaped = escape(text);
    match escaped.strip_suffix('#') {
        Some(before) => format!("{before}\\#"),
        None => escaped,
    }
}

/// `text` of several lines, each of which stays a line and begins no heading,
/// quote, list, rule or table.
pub(crate) fn escape_lines(text: &str) -> String {
    let text = text.lines().map(kept_blanks).collect::<Vec<_>>().join("\n");
    let escaped = escape(&text);
    // Two spaces before the end make a line break: without them DingTalk joins the lines.
    escaped.lines().map(escape_line_start).collect::<Vec<_>>().join("  \n")
}

/// The part of `text` at `part`, with a backslash before every sign that `is_markup` at its place in `text`.
fn escape_where(text: &str, part: Range<usize>, is_markup: impl Fn(usize, char) -> bool) -> String {
    let mut escaped = String::with_capacity(part.len());
    for (offset, c) in text[part.clone()].char_indices() {
        if is_markup(part.start + offset, c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// True if `c`, which stands in `text` at `at`, would be taken for markup.
fn is_markup(text: &str, at: usize, c: char) -> bool {
    let (before, after) = (&text[..at], &text[at + c.len_utf8()..]);
    let next = after.chars().next();
    match c {
        '\\' => next.is_none_or(|next| next.is_ascii_punctuation() || next == '\n') || may_become_link(after),
        '!' => may_become_link(after),
        '*' | '`' | '~' => has_another(text, c),
        '_' => has_another(text, c) && !is_within_word(before, after),
        '<' => next.is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?')),
        '&' => begins_entity(after),
        '(' | '[' => before.ends_with(']'),
        ':' => {
            before.ends_with(']')
                && before.lines().next_back().is_some_and(|line| line.trim_start().starts_with('['))
        }
        _ => false,
    }
}

/// True if an address begins `rest`, which may get brackets around it.
fn may_become_link(rest: &str) -> bool {
    rest.get(..4).is_some_and(|it| it.eq_ignore_ascii_case("http"))
}

fn has_another(text: &str, sign: char) -> bool {
    text.matches(sign).nth(1).is_some()
}

/// True if letters or digits stand on both sides of an underscore, or of several in a row.
fn is_within_word(before: &str, after: &str) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    is_letter(before.trim_end_matches('_').chars().next_back())
        && is_letter(after.trim_start_matches('_').chars().next())
}

/// True if what stands after a `&` makes an entity of it, as in `&lt;` and `&#60;`.
fn begins_entity(after: &str) -> bool {
    after.split_once(';').is_some_and(|(name, _)| {
        let name = name.strip_prefix('#').unwrap_or(name);
        !name.is_empty() && name.len() <= 32 && name.chars().all(|c| c.is_ascii_alphanumeric())
    })
}

/// `line`, whose signs are escaped, so that its beginning is no markup.
fn escape_line_start(line: &str) -> String {
    let is_item = |rest: &str| rest.is_empty() || rest.starts_with(' ');
    // Under a line of text the first two make a headline of it, and bars a table.
    let is_rule = !line.is_empty() && line.chars().all(|c| matches!(c, '-' | '=' | '|' | ':' | ' '));
    let is_bullet = line.strip_prefix(['-', '+', '*']).is_some_and(is_item);
    if line.starts_with(['#', '>', '|']) || is_rule || is_bullet {
        return format!("\\{line}");
    }
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    let (number, rest) = line.split_at(digits);
    if digits > 0 && rest.strip_prefix(['.', ')']).is_some_and(is_item) {
        return format!("{number}\\{rest}");
    }
    line.to_owned()
}

#[cfg(test)]
mod tests;
