//! Other people's texts inside a card's markdown.

use std::borrow::Cow;
use std::ops::Range;

use fanfare_chat::with_links;
use fanfare_words::kept_blanks;

/// `text` so that none of it is taken for markup, a tag or a mention, and that an address in it can be
/// followed. A card shows the signs that stand as entities.
/// <https://open.feishu.cn/document/feishu-cards/card-json-v2-components/content-components/rich-text>
pub(crate) fn escape(text: &str) -> String {
    let escaped = |part: Range<usize>| {
        let escaped = escape_name(&text[part.clone()]);
        // Before a link it would make a picture of it.
        match escaped.strip_suffix('!').filter(|_| part.end < text.len()) {
            Some(before) => format!("{before}&#33;"),
            None => escaped,
        }
    };
    with_links(text, escaped, |address| escape_name(&text[address]))
}

/// `text` as the name of a link, in which there can be no other.
pub(crate) fn escape_name(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || *c == '\n').map(entity).collect()
}

/// `text` of several lines, each of which stays a line and begins no heading, quote,
/// list or rule.
pub(crate) fn escape_lines(text: &str) -> String {
    text.lines().map(|line| escape_line(&kept_blanks(line))).collect::<Vec<_>>().join("\n")
}

fn escape_line(line: &str) -> String {
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    let (number, rest) = line.split_at(digits);
    let sign = match rest.chars().next() {
        Some('#') if digits == 0 => "&#35;",
        Some('-') if digits == 0 => "&#45;",
        Some('+') if digits == 0 => "&#43;",
        Some('=') if digits == 0 => "&#61;",
        Some('.') if digits > 0 => "&#46;",
        Some(')') if digits > 0 => "&#41;",
        _ => return escape(line),
    };
    format!("{number}{sign}{}", escape(&rest[1..]))
}

fn entity(c: char) -> Cow<'static, str> {
    Cow::Borrowed(match c {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '*' => "&#42;",
        '_' => "&#95;",
        '~' => "&#126;",
        '`' => "&#96;",
        '[' => "&#91;",
        ']' => "&#93;",
        '\\' => "&#92;",
        '|' => "&#124;", // A card may have five tables, and is refused with one more.
        other => return Cow::Owned(other.to_string()),
    })
}

#[cfg(test)]
mod tests;
