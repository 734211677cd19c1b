//! A message in the forms WeCom shows.

use fanfare_core::{Fact, Language, Message, Notification, Severity, Why};
use fanfare_webhook::{cut_note, fit, link_target, link_words};
use serde::Serialize;

/// The content of a message of either type.
#[derive(Debug, Serialize)]
pub(crate) struct Content {
    pub(crate) content: String,
}

/// "字体颜色(只支持3种内置颜色)": green, grey and orange.
/// <https://developer.work.weixin.qq.com/document/path/91770>
#[derive(Debug, Clone, Copy)]
pub(crate) enum Colour {
    Green,
    Grey,
    Orange,
}

impl Colour {
    pub(crate) fn of(notification: &Notification) -> Self {
        match (notification.why, notification.alert.severity) {
            (Why::Resolved, _) => Self::Green,
            (_, Severity::Low) => Self::Grey,
            (_, Severity::Mid | Severity::High | Severity::Urgent) => Self::Orange,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Green => "info",
            Self::Grey => "comment",
            Self::Orange => "warning",
        }
    }
}

/// What a message must keep when it is cut, and how long it may be.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) language: Language,
    /// In bytes.
    pub(crate) limit: usize,
    /// The last lines, as markup: mentions, or the number that makes the message unique.
    pub(crate) tail: Option<String>,
}

impl Frame {
    /// `message` as markdown with its headline in `colour`.
    pub(crate) fn markdown(&self, message: &Message, colour: Colour) -> String {
        fit(message, self.limit, |message, missing| self.markdown_of(message, colour, missing), String::len)
    }

    /// `message` as plain text.
    pub(crate) fn text(&self, message: &Message) -> String {
        // The text types too know `<@userid>`, and an app's `<a href>`.
        let words = |message: &Message| message.to_string().replace('<', "＜");
        let render = |message: &Message, missing| self.with_tail(vec![words(message)], missing);
        fit(message, self.limit, render, String::len)
    }

    fn markdown_of(&self, message: &Message, colour: Colour, missing: usize) -> String {
        let Message { title, facts, content, link } = message;
        let facts: Vec<String> =
            facts.iter().map(|Fact { name, text }| format!("> {name}: {}", escape(text))).collect();
        let link = link.as_deref().and_then(link_target);
        let blocks = [
            Some(format!("### <font color=\"{}\">{}</font>", colour.word(), escape(title))),
            (!facts.is_empty()).then(|| facts.join("\n")),
            content.as_deref().map(escape_lines),
            link.map(|url| format!("[{}]({url})", link_words(self.language))),
        ];
        self.with_tail(blocks.into_iter().flatten().collect(), missing)
    }

    fn with_tail(&self, mut blocks: Vec<String>, missing: usize) -> String {
        blocks.extend(cut_note(self.language, missing));
        blocks.extend(self.tail.clone());
        blocks.join("\n\n")
    }
}

/// `text` so that none of it is taken for markup. WeCom has no way to escape a
/// sign, so the signs are replaced by their wide forms.
fn escape(text: &str) -> String {
    let mut previous = ' ';
    let wide = |c: char| {
        let makes_link = previous == ']' && c == '(';
        previous = c;
        match c {
            '(' if makes_link => '（',
            '*' => '＊',
            '`' => '｀',
            '<' => '＜',
            other => other,
        }
    };
    text.chars().filter(|c| !c.is_control()).map(wide).collect()
}

/// `text` of several lines, none of which begins a heading or a quote.
fn escape_lines(text: &str) -> String {
    let lines: Vec<String> =
        text.trim().lines().map(|line| escape_line_start(&escape(line.trim()))).collect();
    lines.join("\n")
}

fn escape_line_start(line: &str) -> String {
    match line.strip_prefix(['#', '>']) {
        Some(rest) if line.starts_with('#') => format!("＃{rest}"),
        Some(rest) => format!("＞{rest}"),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests;
