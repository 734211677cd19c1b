//! A message within a provider's limit.

use fanfare_core::cut_point;
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
/// cut before they are rendered, no markup is ever cut open. Of the other alerts of a
/// group as many are named as there is room for, the most severe first.
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
    // The rest would not fit, however short their names are cut.
    message.others.show_within(limit, SHORT_TEXT);
    let mut missing = 0;
    loop {
        let rendered = render(&message, missing);
        let size = size(&rendered);
        if size <= limit {
            return rendered;
        }
        match shorten(&mut message, size, limit) {
            Some(cut) => missing += cut,
            None => return rendered,
        }
    }
}

/// Takes some bytes away from a message that fills `size` bytes where `limit` are allowed,
/// and says how many are missing now; `None` if there is nothing left to take. Alerts
/// that are left out count for themselves and not in bytes.
fn shorten(message: &mut Message, size: usize, limit: usize) -> Option<usize> {
    let Message { title, facts, others, content, link } = message;
    let texts = facts
        .iter_mut()
        .map(|Fact { name: _, text, link: _ }| text)
        .chain(others.texts_mut())
        .chain(content.as_mut())
        .chain([title]);
    match texts.max_by_key(|text| text.len()) {
        Some(longest) if longest.len() > SHORT_TEXT => {
            // Rendered, a text may be several times as long: its share is enough for this round.
            let excess = (size - limit).saturating_mul(longest.len()) / size;
            Some(cut(longest, excess.max(SMALLEST_CUT)))
        }
        Some(_) | None => {
            if let Some(dropped) = link.take().or_else(|| content.take()) {
                return Some(dropped.len());
            }
            if others.leave_out(size - limit) {
                return Some(0);
            }
            drop_fact(facts).map(|dropped| dropped.len())
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
    text.truncate(cut_point(text, room.min(before - 1)));
    let after = text.len();
    text.push_str(CUT);
    before - after
}

#[cfg(test)]
mod tests;
