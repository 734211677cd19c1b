//! A message within a provider's limit.

use fanfare_words::{Fact, Message};

use crate::cut_sign::CUT;

/// A text this short is left alone while there is a longer one: sixteen Chinese
/// characters still say what it is about.
const SHORT_TEXT: usize = 48;

/// Fewer bytes at a time would only take more rounds.
const SMALLEST_CUT: usize = 8;

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

#[cfg(test)]
mod tests;
