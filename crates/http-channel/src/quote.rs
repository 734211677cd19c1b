//! Other people's words inside ours.

use std::cmp::Reverse;
use std::net::IpAddr;

use fanfare_core::{cut_to_bytes, one_line};
use url::form_urlencoded::byte_serialize;

/// At most `limit` bytes of `text`, on one line.
#[must_use]
pub fn quote(text: &str, limit: usize) -> String {
    cut_to_bytes(&one_line(text), limit, "…")
}

/// The first IP address named in `text`: providers name the one they saw us come from.
#[must_use]
pub fn ip_in(text: &str) -> Option<IpAddr> {
    text.split(|c: char| !(c.is_ascii_hexdigit() || matches!(c, '.' | ':')))
        .map(|word| word.trim_matches(['.', ':']))
        .find_map(|word| word.parse().ok())
}

/// Shorter texts occur by chance, and no provider's secret is that short.
const SHORTEST_SECRET: usize = 6;

/// `text` without the `secrets`, as they are and as they stand in an address.
pub(crate) fn blank(text: &str, secrets: &[String]) -> String {
    let mut secrets: Vec<&String> = secrets.iter().filter(|it| it.len() >= SHORTEST_SECRET).collect();
    // The longest first: one may be a part of another.
    secrets.sort_by_key(|it| Reverse(it.len()));
    secrets.into_iter().fold(text.to_owned(), |text, secret| {
        let in_address: String = byte_serialize(secret.as_bytes()).collect();
        text.replace(&in_address, "***").replace(secret, "***")
    })
}

#[cfg(test)]
mod tests;
