//! Other people's texts inside DingTalk's markdown.

/// `text` so that none of it is taken for markup: no bold, no link, no picture, no tag.
///
/// A `[` alone stays as it is: `[URGENT]` reads better than `\[URGENT\]` where a
/// client shows the backslash, and without what follows the `]` there is no link.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut previous = ' ';
    for c in text.chars().filter(|c| !c.is_control()) {
        let makes_link = previous == ']' && matches!(c, '(' | '[' | ':');
        if makes_link || matches!(c, '\\' | '`' | '*' | '_' | '~' | '<') {
            escaped.push('\\');
        }
        escaped.push(c);
        previous = c;
    }
    escaped
}

/// `text` of several lines, each of which stays a line and begins no heading,
/// quote, list, rule or table.
pub(crate) fn escape_lines(text: &str) -> String {
    let lines: Vec<String> =
        text.trim().lines().map(|line| escape_line_start(&escape(line.trim()))).collect();
    // Two spaces before the end make a line break: without them DingTalk joins the lines.
    lines.join("  \n")
}

fn escape_line_start(line: &str) -> String {
    if line.starts_with(['#', '>', '-', '+', '=', '|', '!', '[']) {
        format!("\\{line}")
    } else {
        line.to_owned()
    }
}

#[cfg(test)]
mod tests;
