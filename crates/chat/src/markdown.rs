//! Links in the markdown of chat providers.

use std::ops::Range;

use fanfare_core::addresses;

/// `text` with everything in it `escaped`, and each address that this would change as a link under its own
/// name: of an address with signs of the markup in it a client would make another.
///
/// `escaped` is asked for parts of `text`, and can look at what stands around them; `named` for the same as the
/// name of a link, in which brackets may not stand either.
#[must_use]
pub fn with_links(
    text: &str,
    escaped: impl Fn(Range<usize>) -> String,
    named: impl Fn(Range<usize>) -> String,
) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    for address in addresses(text) {
        shown.push_str(&escaped(from..address.start));
        from = address.end;
        let name = escaped(address.clone());
        let target = link_target(&text[address.clone()]).filter(|_| name != text[address.clone()]);
        shown.push_str(&match target {
            Some(target) => format!("[{}]({target})", named(address)),
            None => name,
        });
    }
    shown.push_str(&escaped(from..text.len()));
    shown
}

/// `text`, behind which a provider writes the names of those who are called: if it ends with an address, then with
/// `before_names` below, since an address with a name glued to it leads elsewhere.
#[must_use]
pub fn before_names(text: String, before_names: &str) -> String {
    let last = addresses(&text).last();
    let is_last = last.is_some_and(|address| !text[address.end..].contains(char::is_whitespace));
    if is_last { format!("{text}\n\n{before_names}") } else { text }
}

/// `text` for a provider that knows tags or mentions in any text and no way to escape them: where one would
/// begin stands a wide sign. A `<` before a number or a blank stays.
#[must_use]
pub fn without_tags(text: &str) -> String {
    let wide = |(at, c)| if c == '<' && begins_tag(&text[at + 1..]) { '＜' } else { c };
    text.char_indices().map(wide).collect()
}

/// True if a tag or a mention begins with the `<` before `rest`.
#[must_use]
pub fn begins_tag(rest: &str) -> bool {
    rest.starts_with(|next: char| next.is_ascii_alphabetic() || matches!(next, '@' | '/' | '!'))
}

/// `text` as a markdown link to `link`, if that leads to a web page. `text` is markup
/// already; brackets in it become wide ones, or they might end the link early.
#[must_use]
pub fn linked(text: &str, link: Option<&str>) -> String {
    match link.and_then(link_target) {
        Some(target) => format!("[{}]({target})", wide_brackets(text)),
        None => text.to_owned(),
    }
}

/// `text` with wide brackets, for the name of a link.
#[must_use]
pub fn wide_brackets(text: &str) -> String {
    text.replace('[', "［").replace(']', "］")
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
    let escape = [
        ("(", "%28"),
        (")", "%29"),
        ("[", "%5B"),
        ("]", "%5D"),
        ("<", "%3C"),
        (">", "%3E"),
        ("*", "%2A"),
        ("`", "%60"),
        ("\\", "%5C"),
    ];
    Some(escape.iter().fold(url.to_string(), |text, (from, to)| text.replace(from, to)))
}

#[cfg(test)]
mod tests;
