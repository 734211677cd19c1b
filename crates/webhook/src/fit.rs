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
    let texts =
        facts.iter_mut().map(|Fact { name: _, text, link: _ }| text).chain(content.as_mut()).chain([title]);
    match texts.max_by_key(|text| text.len()) {
        Some(longest) if longest.len() > SHORT_TEXT => {
            // Rendered, a text may be several times as long: its share is enough for this round.
            let excess = (size - limit).saturating_mul(longest.len()) / size;
            cut(longest, excess.max(SMALLEST_CUT))
        }
        Some(_) | None => {
            match link.take().or_else(|| content.take()).or_else(|| drop_fact(facts)) {
                // An empty text counts too, or it would seem that nothing was left.
                Some(dropped) => dropped.len().max(1),
                None => 0,
            }
        }
    }
}

/// The last fact; one that leads somewhere goes when no other is left.
fn drop_fact(facts: &mut Vec<Fact>) -> Option<String> {
    let last = facts.iter().rposition(|it| it.link.is_none()).or(facts.len().checked_sub(1))?;
    Some(facts.remove(last).text)
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

/// The message of one notification as [`fanfare_core::MessageForm::Plain`] wants it: short
/// and [`without_links`]. A fact that leads somewhere, the invitation to acknowledge, is
/// left out: without its link it would only say that somebody takes care.
#[must_use]
pub fn plain(message: &Message) -> Message {
    let mut message = message.clone();
    message.facts.retain(|it| it.link.is_none());
    let Message { title, facts, content, link } = without_links(&message);
    let short = |text: &str| cut_to_bytes(text, PLAIN_TEXT, CUT);
    let fact = |Fact { name, text, link }| Fact { name, text: short(&text), link };
    Message {
        title: short(&title),
        facts: facts.into_iter().map(fact).collect(),
        content: content.as_deref().map(short),
        link,
    }
}

/// `message` with every line, and without links, also inside its texts: a digest
/// as [`fanfare_core::MessageForm::Plain`] wants it.
#[must_use]
pub fn without_links(message: &Message) -> Message {
    let Message { title, facts, content, link: _ } = message;
    let fact = |Fact { name, text, link: _ }: &Fact| Fact { name, text: unlinked(text), link: None };
    Message {
        title: unlinked(title),
        facts: facts.iter().map(fact).collect(),
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

/// `text` as a markdown link to `link`, if that leads to a web page. `text` is markup
/// already; brackets in it become wide ones, or they might end the link early.
#[must_use]
pub fn linked(text: &str, link: Option<&str>) -> String {
    match link.and_then(link_target) {
        Some(target) => format!("[{}]({target})", text.replace('[', "［").replace(']', "］")),
        None => text.to_owned(),
    }
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
