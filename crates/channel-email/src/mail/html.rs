//! The mail as a page.

use fanfare_words::{Fact, Message, kept_blanks};

/// `message` as a page of nothing but a heading, a plain table and inline
/// styles: mail programs drop the rest. `heading_colour` is a CSS colour.
pub(crate) fn page(message: &Message, heading_colour: &str) -> String {
    let Message { title, facts: _, others, content, link } = message;
    let parts = [
        PAGE_START.to_owned(),
        heading(title, heading_colour),
        "\n<table cellpadding=\"4\" cellspacing=\"0\" border=\"0\">\n".to_owned(),
        message.lines().map(row).collect(),
        others.more_note().map(more_row).unwrap_or_default(),
        "</table>\n".to_owned(),
        content.as_deref().map(long_text).unwrap_or_default(),
        link.as_deref().filter(|link| is_web(link)).map(paragraph_link).unwrap_or_default(),
        "</body></html>\n".to_owned(),
    ];
    parts.concat()
}

/// The page up to its heading.
const PAGE_START: &str = concat!(
    r#"<!DOCTYPE html><html><head><meta charset="utf-8"></head>"#,
    r#"<body style="margin:0;padding:16px;font-family:sans-serif;font-size:14px;color:#222222">"#,
);

fn heading(title: &str, colour: &str) -> String {
    format!(
        r#"<h2 style="margin:0 0 12px;padding-left:8px;font-size:18px;border-left:6px solid {colour}">{}</h2>"#,
        escape(title)
    )
}

/// The row of one fact.
fn row(Fact { name, text, link }: &Fact) -> String {
    let (name, text) = (escape(name), linked(text, link.as_deref()));
    format!(
        "<tr><td valign=\"top\" style=\"color:#666666;white-space:nowrap\">{name}</td><td>{text}</td></tr>\n"
    )
}

/// The row that tells how many alerts are not shown.
fn more_row(note: String) -> String {
    format!("<tr><td></td><td>{}</td></tr>\n", escape(&note))
}

/// The sender's own longer text, line by line. Outlook, which lays pages out as Word does, knows `<br>` and
/// not `white-space:pre-wrap`.
fn long_text(content: &str) -> String {
    let lines: Vec<String> = content.lines().map(|line| escape(&kept_blanks(line))).collect();
    format!("<div style=\"margin-top:12px\">{}</div>\n", lines.join("<br>\n"))
}

fn paragraph_link(link: &str) -> String {
    let link = escape(link);
    format!("<p><a href=\"{link}\">{link}</a></p>\n")
}

/// `text`, as a button that leads to `link` if there is one.
fn linked(text: &str, link: Option<&str>) -> String {
    match link.filter(|link| is_web(link)) {
        Some(link) => format!(r#"<a href="{}" style="{BUTTON}">{}</a>"#, escape(link), escape(text)),
        None => escape(text),
    }
}

/// A frame rather than a filled box: the line of a digest is one too.
const BUTTON: &str = "display:inline-block;padding:2px 8px;border:1px solid #1565c0;border-radius:4px;color:#1565c0;text-decoration:none";

/// Other schemes, `javascript:` among them, are not for clicking.
fn is_web(link: &str) -> bool {
    ["https://", "http://"]
        .iter()
        .any(|scheme| link.get(..scheme.len()).is_some_and(|it| it.eq_ignore_ascii_case(scheme)))
}

/// `text` as text: nothing in it is markup, in an element or in an attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests;
