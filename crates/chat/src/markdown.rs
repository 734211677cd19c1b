//! Links in the markdown of chat providers.

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
