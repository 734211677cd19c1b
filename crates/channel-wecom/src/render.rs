//! A message in the forms WeCom shows.

use std::ops::Range;

use fanfare_chat::{
    before_names, begins_tag, fit, link_target, linked, wide_brackets, with_links, without_tags,
};
use fanfare_core::{Digest, Notification, Severity, Why};
use fanfare_words::{Fact, Message, Renderer, kept_blanks};
use serde::Serialize;

/// The content of a message of either type.
#[derive(Debug, Serialize)]
pub(crate) struct Content {
    pub(crate) content: String,
}

/// "字体颜色(只支持3种内置颜色)": green, grey and orange, the worst last.
/// <https://developer.work.weixin.qq.com/document/path/91770>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FontColour {
    Green,
    Grey,
    Orange,
}

impl FontColour {
    /// The colour of one notification: over, taken care of, or by its severity.
    pub(crate) fn from_notification(notification: &Notification) -> Self {
        match notification.why {
            Why::Resolved => Self::Green,
            Why::Acknowledged => Self::Grey,
            Why::Started | Why::Worsened { .. } | Why::StillFiring | Why::Notice => {
                match notification.alert.severity {
                    Severity::Low => Self::Grey,
                    Severity::Mid | Severity::High | Severity::Urgent => Self::Orange,
                }
            }
        }
    }

    /// The colour of the worst of a digest.
    pub(crate) fn from_digest(digest: &Digest) -> Self {
        digest.notifications().iter().map(|it| Self::from_notification(it)).max().unwrap_or(Self::Grey)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Green => "info",
            Self::Grey => "comment",
            Self::Orange => "warning",
        }
    }
}

/// The look of a message.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    /// Markdown with a headline in this colour.
    Markdown(FontColour),
    /// Text without markup.
    Text,
}

/// The names that WeCom itself writes behind a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NamesBehind {
    /// The names of the people whom the lists beside a text call.
    Called,
    /// No names at all: nobody is called, or in the content itself.
    Nobody,
}

/// The look of a message, the part that a cut must leave, and the longest length.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) renderer: Renderer,
    pub(crate) shape: Shape,
    /// The most bytes of the content.
    pub(crate) limit: usize,
    /// The last lines, as markup: mentions, or the number that makes the message unique.
    pub(crate) tail: Option<String>,
    /// The names that WeCom writes behind the content.
    pub(crate) names: NamesBehind,
}

impl Frame {
    /// `message` in this shape, cut if it must be.
    pub(crate) fn fitted(&self, message: &Message) -> String {
        fit(message, self.limit, |message, missing| self.rendered(message, missing), String::len)
    }

    /// True if all of `message` can be shown.
    pub(crate) fn holds(&self, message: &Message) -> bool {
        self.rendered(message, 0).len() <= self.limit
    }

    fn rendered(&self, message: &Message, missing: usize) -> String {
        let blocks = match self.shape {
            Shape::Markdown(colour) => self.markdown(message, colour),
            // The text types too know `<@userid>`, and an app's `<a href>`.
            Shape::Text => vec![without_tags(&message.to_string())],
        };
        self.with_tail(blocks, missing)
    }

    fn markdown(&self, message: &Message, colour: FontColour) -> Vec<String> {
        let Message { title, facts: _, others, content, link } = message;
        let fact = |Fact { name, text, link }: &Fact| {
            let text =
                if link.is_some() { linked(&escape_name(text), link.as_deref()) } else { escape(text) };
            format!("> {name}: {text}")
        };
        let more = others.more_note().map(|note| format!("> {note}"));
        let lines: Vec<String> = message.lines().map(fact).chain(more).collect();
        let link = link.as_deref().and_then(link_target);
        let blocks = [
            Some(format!("### <font color=\"{}\">{}</font>", colour.word(), escape(title))),
            (!lines.is_empty()).then(|| lines.join("\n")),
            content.as_deref().map(escape_lines),
            link.map(|url| format!("[{}]({url})", self.renderer.link_text())),
        ];
        blocks.into_iter().flatten().collect()
    }

    fn with_tail(&self, mut blocks: Vec<String>, missing: usize) -> String {
        blocks.extend(self.renderer.cut_note(missing));
        blocks.extend(self.tail.clone());
        let text = blocks.join("\n\n");
        match self.names {
            NamesBehind::Called => before_names(text, self.renderer.called()),
            NamesBehind::Nobody => text,
        }
    }
}

/// `text` so that none of it is taken for markup, and that an address in it can be followed. WeCom has no way
/// to escape a sign, so the signs are replaced by their wide forms; one that marks nothing here stays.
fn escape(text: &str) -> String {
    with_links(text, |part| escape_part(text, part), |part| wide_brackets(&escape_part(text, part)))
}

/// `text` as the name of a link, in which there can be no other.
fn escape_name(text: &str) -> String {
    escape_part(text, 0..text.len())
}

/// `text` of several lines, none of which begins a heading or a quote.
fn escape_lines(text: &str) -> String {
    let text = text.lines().map(kept_blanks).collect::<Vec<_>>().join("\n");
    escape(&text).lines().map(escape_line_start).collect::<Vec<_>>().join("\n")
}

/// The part of `text` at `part`, with the wide form of every sign that is markup where it stands.
fn escape_part(text: &str, part: Range<usize>) -> String {
    let start = part.start;
    text[part].char_indices().map(|(offset, c)| wide_markup(text, start + offset, c)).collect()
}

/// The wide form of `c`, which stands in `text` at `at`, if it would be taken for markup, and else `c`.
///
/// "加粗 `**bold**`", "行内代码段（暂不支持跨行）", "链接", and no italics:
/// <https://developer.work.weixin.qq.com/document/path/91770>
fn wide_markup(text: &str, at: usize, c: char) -> char {
    let (before, after) = (&text[..at], &text[at + c.len_utf8()..]);
    match c {
        '(' if before.ends_with(']') => '（',
        '*' if before.ends_with('*') || after.starts_with('*') => '＊',
        '`' => '｀',
        '<' if begins_tag(after) => '＜',
        other => other,
    }
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
