//! A message in the forms WeCom shows.

use fanfare_chat::{fit, link_target, linked};
use fanfare_core::{Digest, Notification, Severity, Why};
use fanfare_words::{Fact, Message, Renderer};
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

/// The look of a message, the part that a cut must leave, and the longest length.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) renderer: Renderer,
    pub(crate) shape: Shape,
    /// The most bytes of the content.
    pub(crate) limit: usize,
    /// The last lines, as markup: mentions, or the number that makes the message unique.
    pub(crate) tail: Option<String>,
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
            Shape::Text => vec![message.to_string().replace('<', "＜")],
        };
        self.with_tail(blocks, missing)
    }

    fn markdown(&self, message: &Message, colour: FontColour) -> Vec<String> {
        let Message { title, facts: _, others, content, link } = message;
        let fact = |Fact { name, text, link }: &Fact| {
            format!("> {name}: {}", linked(&escape(text), link.as_deref()))
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
