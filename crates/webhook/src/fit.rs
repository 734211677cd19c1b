//! A message within a provider's limit.

use fanfare_core::{Fact, Language, Message, cut_to_bytes};

/// Stands where a text was cut.
const CUT: &str = "…";

/// A text this short is left alone while there is a longer one: sixteen Chinese
/// characters still say what it is about.
const SHORT_TEXT: usize = 48;

/// Fewer bytes at a time would only take more rounds.
const SMALLEST_CUT: usize = 8;

/// How much of each text a plain message keeps.
const PLAIN_TEXT: usize = 600;

/// Renders `message` so that its `size` is at most `limit`.
///
/// If it is too large, the longest of its texts is cut, again and again, and
/// `render` is told how many bytes are missing so that it can say so. Since texts are
/// cut before they are rendered, no markup is ever cut open.
///
/// Only if what `render` adds is itself beyond the limit is the result larger.
#[must_use]
pub fn fit<T>(
    message: &Message,
    limit: usize,
    render: impl Fn(&Message, usize) -> T,
    size: impl Fn(&T) -> usize,
) -> T {
    let mut message = message.clone();
    let mut missing = 0;
    loop {
        let rendered = render(&message, missing);
        let size = size(&rendered);
        if size <= limit {
            return rendered;
        }
        match shorten(&mut message, size, limit) {
            0 => return rendered,
            cut => missing += cut,
        }
    }
}

/// Takes some bytes away from a message that fills `size` bytes where `limit` are
/// allowed, and says how many; 0 if there is nothing left to take.
fn shorten(message: &mut Message, size: usize, limit: usize) -> usize {
    let Message { title, facts, content, link } = message;
    let texts = facts.iter_mut().map(|Fact { name: _, text }| text).chain(content.as_mut()).chain([title]);
    match texts.max_by_key(|text| text.len()) {
        Some(longest) if longest.len() > SHORT_TEXT => {
            // Rendered, a text may be several times as long: its share is enough for this round.
            let excess = (size - limit).saturating_mul(longest.len()) / size;
            cut(longest, excess.max(SMALLEST_CUT))
        }
        Some(_) | None => {
            match link.take().or_else(|| content.take()).or_else(|| facts.pop().map(|it| it.text)) {
                // An empty text counts too, or it would seem that nothing was left.
                Some(dropped) => dropped.len().max(1),
                None => 0,
            }
        }
    }
}

fn cut(text: &mut String, excess: usize) -> usize {
    let before = text.strip_suffix(CUT).map_or(text.len(), str::len);
    let room = before.saturating_sub(excess).max(SHORT_TEXT) - CUT.len();
    text.truncate(text.floor_char_boundary(room.min(before - 1)));
    let after = text.len();
    text.push_str(CUT);
    before - after
}

/// Says that a message was cut; nothing if `missing` is 0.
#[must_use]
pub fn cut_note(language: Language, missing: usize) -> Option<String> {
    (missing > 0).then(|| match language {
        Language::En => format!("… cut, {missing} more bytes"),
        Language::Zh => format!("……已截断，还有 {missing} 字节"),
    })
}

/// What a link to an alert's page at its source is called.
#[must_use]
pub fn link_words(language: Language) -> &'static str {
    match language {
        Language::En => "Open at the source",
        Language::Zh => "在来源中查看",
    }
}

/// `message` as [`fanfare_core::Form::Plain`] wants it: short and without links, also inside its texts.
#[must_use]
pub fn plain(message: &Message) -> Message {
    let Message { title, facts, content, link: _ } = message;
    let plain = |text: &str| cut_to_bytes(&without_links(text), PLAIN_TEXT, CUT);
    Message {
        title: plain(title),
        facts: facts.iter().map(|Fact { name, text }| Fact { name, text: plain(text) }).collect(),
        content: content.as_deref().map(plain),
        link: None,
    }
}

fn without_links(text: &str) -> String {
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

/// `url` as the target of a markdown link, which it can then not end early;
/// nothing if it does not lead to a web page.
#[must_use]
pub fn link_target(url: &str) -> Option<String> {
    let mut url = url::Url::parse(url.trim()).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    // A login in an address is nothing to pass on.
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    let escape = [("(", "%28"), (")", "%29"), ("[", "%5B"), ("]", "%5D"), ("<", "%3C"), (">", "%3E")];
    Some(escape.iter().fold(url.to_string(), |text, (from, to)| text.replace(from, to)))
}

#[cfg(test)]
mod tests;
