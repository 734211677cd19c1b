//! The mail as a page.

use std::fmt::Write;

use fanfare_words::{Fact, Message};

/// `message` as a page of nothing but a heading, a plain table and inline
/// styles: mail programs drop the rest. `accent` is a CSS colour.
pub(crate) fn page(message: &Message, accent: &str) -> String {
    let Message { title, facts, content, link } = message;
    let mut page = String::with_capacity(2048);
    page.push_str(r#"<!DOCTYPE html><html><head><meta charset="utf-8"></head>"#);
    page.push_str(
        r#"<body style="margin:0;padding:16px;font-family:sans-serif;font-size:14px;color:#222222">"#,
    );
    add(
        &mut page,
        format_args!(
            r#"<h2 style="margin:0 0 12px;padding-left:8px;font-size:18px;border-left:6px solid {accent}">{}</h2>"#,
            escape(title)
        ),
    );
    page.push_str("\n<table cellpadding=\"4\" cellspacing=\"0\" border=\"0\">\n");
    for Fact { name, text, link } in facts {
        let (name, text) = (escape(name), linked(text, link.as_deref()));
        add(
            &mut page,
            format_args!(
                r#"<tr><td valign="top" style="color:#666666;white-space:nowrap">{name}</td><td>{text}</td></tr>"#
            ),
        );
        page.push('\n');
    }
    page.push_str("</table>\n");
    if let Some(content) = content {
        add(
            &mut page,
            format_args!("<div style=\"margin-top:12px;white-space:pre-wrap\">{}</div>\n", escape(content)),
        );
    }
    if let Some(link) = link.as_deref().filter(|link| is_web(link)) {
        let link = escape(link);
        add(&mut page, format_args!("<p><a href=\"{link}\">{link}</a></p>\n"));
    }
    page.push_str("</body></html>\n");
    page
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

fn add(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text).unwrap_or_default(); // Writing to a `String` does not fail.
}

#[cfg(test)]
mod tests;
