//! A message without links, for a provider that refused the full one.

use fanfare_core::cut_to_bytes;
use fanfare_words::{Fact, Message};

use crate::cut_sign::CUT;

/// The bytes of each text that a plain message keeps.
const PLAIN_TEXT: usize = 600;

/// The message of one notification as [`fanfare_core::MessageForm::Plain`] wants it: short
/// and [`without_links`]. A fact that leads somewhere, the invitation to acknowledge, is
/// left out: without its link it would only say that somebody takes care.
#[must_use]
pub fn plain(message: &Message) -> Message {
    let mut message = message.clone();
    message.facts.retain(|it| it.link.is_none());
    let Message { title, facts, others, content, link } = without_links(&message);
    let short = |text: &str| cut_to_bytes(text, PLAIN_TEXT, CUT);
    let fact = |Fact { name, text, link }| Fact { name, text: short(&text), link };
    Message {
        title: short(&title),
        facts: facts.into_iter().map(fact).collect(),
        others: others.map_lines(fact),
        content: content.as_deref().map(short),
        link,
    }
}

/// `message` with every line, and without links, also inside its texts: a digest
/// as [`fanfare_core::MessageForm::Plain`] wants it.
#[must_use]
pub fn without_links(message: &Message) -> Message {
    let Message { title, facts, others, content, link: _ } = message;
    let fact = |Fact { name, text, link: _ }: &Fact| Fact { name, text: unlinked(text), link: None };
    Message {
        title: unlinked(title),
        facts: facts.iter().map(fact).collect(),
        others: others.clone().map_lines(|it| fact(&it)),
        content: content.as_deref().map(unlinked),
        link: None,
    }
}

fn unlinked(text: &str) -> String {
    const STARTS: [&str; 3] = ["http://", "https://", "www."];
    let ends_link = |c: char| !c.is_ascii_graphic() || matches!(c, '"' | '<' | '>' | ')' | ']');

    let mut clean = String::with_capacity(text.len());
    for word in text.split_inclusive(ends_link) {
        let lowercase = word.to_ascii_lowercase();
        match STARTS.iter().filter_map(|start| lowercase.find(start)).min() {
            Some(link) => {
                clean.push_str(&word[..link]);
                clean.push_str("(…)");
                clean.extend(word.chars().next_back().filter(|&c| ends_link(c)));
            }
            None => clean.push_str(word),
        }
    }
    clean
}

#[cfg(test)]
mod tests;
