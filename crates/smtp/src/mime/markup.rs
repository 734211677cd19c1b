//! HTML as text.

use mail_parser::decoders::html::html_to_text;

/// Elements that stand in lines of their own.
const LINES: [&str; 16] = [
    "div",
    "tr",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "ul",
    "ol",
    "blockquote",
    "pre",
    "hr",
    "section",
];

/// Cells of a table, which stand beside each other.
const CELLS: [&str; 2] = ["td", "th"];

/// The text of a page, with a line for each row and paragraph.
pub(super) fn text_of_html(html: &str) -> String {
    let text = html_to_text(&with_breaks(html));
    // What is empty on a page is there for its looks.
    text.lines().map(str::trim).filter(|it| !it.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The page with a break before each element that stands in a line of its own, and a blank behind each cell.
fn with_breaks(html: &str) -> String {
    let mut broken = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        broken.push_str(before);
        let name: String = tag[1..]
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .take(12)
            .collect();
        let name = name.to_ascii_lowercase();
        if LINES.contains(&name.as_str()) {
            broken.push_str("<br>");
        } else if CELLS.contains(&name.as_str()) {
            broken.push(' ');
        }
        broken.push('<');
        rest = &tag[1..];
    }
    broken.push_str(rest);
    broken
}
