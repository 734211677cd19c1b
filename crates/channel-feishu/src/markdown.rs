//! Other people's texts inside a card's markdown.

use std::borrow::Cow;

/// `text` so that none of it is taken for markup, a tag or a mention. A card shows the
/// signs that stand as entities.
/// <https://open.feishu.cn/document/feishu-cards/card-json-v2-components/content-components/rich-text>
pub(crate) fn escape(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).map(entity).collect()
}

/// `text` of several lines, each of which stays a line and begins no heading, quote,
/// list or rule.
pub(crate) fn escape_lines(text: &str) -> String {
    text.trim().lines().map(escape_line).collect::<Vec<_>>().join("\n")
}

fn escape_line(line: &str) -> String {
    let line = line.trim();
    let first = match line.chars().next() {
        Some('#') => "&#35;",
        Some('-') => "&#45;",
        Some('+') => "&#43;",
        _ => return escape(line),
    };
    format!("{first}{}", escape(&line[1..]))
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
