//! Addresses of web pages inside other people's texts.

use std::ops::Range;

/// The text between the scheme of an address and the rest of it.
const AFTER_SCHEME: &str = "://";

/// The schemes of web pages.
const SCHEMES: [&str; 2] = ["https", "http"];

/// The places of the addresses of web pages in `text`, in order: that of `https://a.example/x` in
/// `see https://a.example/x.`
///
/// Signs that end a sentence do not belong to an address, nor does a closing bracket that was not opened in it,
/// as by <https://github.github.com/gfm/#autolinks-extension->. Beyond that rule it ends before every sign that
/// is neither ASCII nor a letter or digit, and before a letter that is not ASCII and stands right behind one that is:
/// `。`, `）` and words such as `查看` follow addresses without a blank. Where such letters do belong to an address,
/// as in `https://a.example/页面`, they have a part of it to themselves.
pub fn addresses(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let (start, after_scheme) = next_scheme(text, from)?;
            let end = after_scheme + length(&text[after_scheme..]);
            from = end;
            if end > after_scheme {
                return Some(start..end);
            }
        }
    })
}

/// `text` with a blank between each address and a sign that is not ASCII, such as `。` or `）`: many programs
/// take such a sign for a part of the address.
#[must_use]
pub fn space_after_addresses(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len());
    let mut from = 0;
    for address in addresses(text) {
        spaced.push_str(&text[from..address.end]);
        from = address.end;
        if text[from..].starts_with(|next: char| !next.is_ascii() && !next.is_whitespace()) {
            spaced.push(' ');
        }
    }
    spaced.push_str(&text[from..]);
    spaced
}

/// The place of the next scheme at `from` or behind it, and the place behind its `://`.
fn next_scheme(text: &str, from: usize) -> Option<(usize, usize)> {
    text[from..].match_indices(AFTER_SCHEME).find_map(|(offset, _)| {
        let at = from + offset;
        let before = &text.as_bytes()[from..at];
        let ends_so = |scheme: &&&str| {
            let tail = before.len().checked_sub(scheme.len()).and_then(|start| before.get(start..));
            tail.is_some_and(|tail| tail.eq_ignore_ascii_case(scheme.as_bytes()))
        };
        let scheme = SCHEMES.iter().find(ends_so)?;
        Some((at - scheme.len(), at + AFTER_SCHEME.len()))
    })
}

/// The bytes at the beginning of `rest` that belong to an address.
fn length(rest: &str) -> usize {
    let belongs =
        |c: char| c.is_alphanumeric() || (c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | '`' | '\\'));
    let mut last = '/';
    let ends = |c: char| {
        let is_next_word = !c.is_ascii() && last.is_ascii_alphanumeric();
        last = c;
        is_next_word || !belongs(c)
    };
    let mut address = &rest[..rest.find(ends).unwrap_or(rest.len())];
    while let Some(shorter) = without_last_sign(address) {
        address = shorter;
    }
    address.len()
}

/// `address` without its last sign, if that only follows it.
fn without_last_sign(address: &str) -> Option<&str> {
    let last = address.chars().next_back()?;
    let opens =
        |opening: char, closing: char| address.matches(opening).count() >= address.matches(closing).count();
    let follows = match last {
        '.' | ',' | ':' | ';' | '!' | '?' | '\'' | '*' => true,
        ')' => !opens('(', ')'),
        ']' => !opens('[', ']'),
        '}' => !opens('{', '}'),
        _ => false,
    };
    follows.then(|| &address[..address.len() - last.len_utf8()])
}

#[cfg(test)]
mod tests;
