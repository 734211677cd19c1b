//! A message as a card.

use fanfare_chat::{link_target, linked, without_tags};
use fanfare_core::{Digest, Notification, Severity, Why};
use fanfare_words::{Fact, Message, Renderer};
use serde::Serialize;

use crate::markdown::{escape, escape_lines, escape_name};
use crate::mention::Called;

/// A card of version 2.0, which a custom bot may send with links alone.
/// <https://open.feishu.cn/document/feishu-cards/card-json-v2-structure>
#[derive(Debug, Serialize)]
pub(crate) struct Card {
    schema: &'static str,
    header: CardHeader,
    body: CardBody,
}

#[derive(Debug, Serialize)]
struct CardHeader {
    title: PlainText,
    template: CardColour,
}

#[derive(Debug, Serialize)]
#[serde(tag = "tag", rename = "plain_text")]
struct PlainText {
    content: String,
}

#[derive(Debug, Serialize)]
struct CardBody {
    elements: Vec<CardElement>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "tag", rename_all = "lowercase")]
enum CardElement {
    Markdown { content: String },
}

/// The colour of a card's headline, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CardColour {
    Green,
    Grey,
    Blue,
    Yellow,
    Orange,
    Red,
}

impl CardColour {
    /// The colour of one notification: over, taken care of, or its severity.
    pub(crate) fn from_notification(notification: &Notification) -> Self {
        match notification.why {
            Why::Resolved => Self::Green,
            Why::Acknowledged => Self::Grey,
            Why::Started | Why::Worsened { .. } | Why::StillFiring | Why::Notice => {
                match notification.alert.severity {
                    Severity::Low => Self::Blue,
                    Severity::Mid => Self::Yellow,
                    Severity::High => Self::Orange,
                    Severity::Urgent => Self::Red,
                }
            }
        }
    }

    /// The colour of the worst of a digest.
    pub(crate) fn from_digest(digest: &Digest) -> Self {
        digest.notifications().iter().map(|it| Self::from_notification(it)).max().unwrap_or(Self::Grey)
    }
}

/// A card's frame around a message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CardFrame<'a> {
    pub(crate) colour: CardColour,
    pub(crate) keyword: Option<&'a str>,
    pub(crate) called: &'a Called,
    pub(crate) renderer: &'a Renderer,
}

impl Card {
    /// The card of `message`, which lacks so many bytes.
    pub(crate) fn new(message: &Message, missing: usize, frame: CardFrame<'_>) -> Self {
        let CardFrame { colour, keyword, called, renderer } = frame;
        let Message { title, facts: _, others, content, link } = message;
        let fact = |Fact { name, text, link }: &Fact| {
            let text =
                if link.is_some() { linked(&escape_name(text), link.as_deref()) } else { escape(text) };
            format!("**{name}**: {text}")
        };
        let lines: Vec<String> = message.lines().map(fact).chain(others.more_note()).collect();
        let link = link.as_deref().and_then(link_target);
        let blocks = [
            (!lines.is_empty()).then(|| lines.join("\n")),
            content.as_deref().map(escape_lines),
            link.map(|url| format!("[{}]({url})", renderer.link_text())),
            renderer.cut_note(missing),
            keyword.map(str::to_owned),
            (!called.is_empty()).then(|| called.in_card()),
        ];
        let markdown = |content| CardElement::Markdown { content };
        // A headline has no markup; a mention in it is not worth a try.
        Self {
            schema: "2.0",
            header: CardHeader { title: PlainText { content: without_tags(title) }, template: colour },
            body: CardBody { elements: blocks.into_iter().flatten().map(markdown).collect() },
        }
    }
}
