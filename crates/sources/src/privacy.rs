//! Personal data and internal addresses, which a source may keep out of messages.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use fanfare_core::{Alert, Labels};
use regex::{Captures, Regex};

use crate::scrub::pattern;

/// The text that stands where an address or a number stood.
const MASKED: &str = "[masked]";

/// Masks what must not be told in the texts of `alert`. Its labels stay: they carry its identity and its routes.
pub(crate) fn redact(alert: &mut Alert) {
    let title = alert.title().to_owned();
    let clean = masked(&title);
    alert.annotations = masked_values(&alert.annotations);
    alert.extra = masked_values(&alert.extra);
    if clean != title {
        // A title that is made of labels.
        alert.annotations.set("title", clean);
    }
    // Nobody can follow a masked link.
    alert.generator_url = alert.generator_url.take().filter(|url| masked(url) == *url);
}

fn masked_values(labels: &Labels) -> Labels {
    labels.iter().map(|(name, text)| (name, masked(text))).collect()
}

/// Masks what must not be told anywhere in `alert`, its labels too: for a copy that is only shown, and neither routed
/// nor kept. The fingerprint stays.
pub fn redact_everywhere(alert: &mut Alert) {
    redact(alert);
    alert.labels = masked_values(&alert.labels);
}

/// The text without private addresses, mail addresses and telephone numbers.
pub(crate) fn masked(text: &str) -> String {
    let mask = |found: &Captures<'_>| {
        let Some(whole) = found.get(0) else { return String::new() };
        let (before, after) = (&text[..whole.start()], &text[whole.end()..]);
        let is_private = stands_alone(before, after) && is_private(found);
        if is_private { MASKED.to_owned() } else { whole.as_str().to_owned() }
    };
    PRIVATE.replace_all(text, mask).into_owned()
}

fn is_private(found: &Captures<'_>) -> bool {
    if let Some(address) = found.name("v4") {
        return address.as_str().parse().is_ok_and(|it: Ipv4Addr| it.is_private());
    }
    if let Some(address) = found.name("v6") {
        return address.as_str().parse().is_ok_and(|it: Ipv6Addr| it.is_unique_local());
    }
    if let Some(number) = found.name("abroad") {
        return number.as_str().bytes().filter(u8::is_ascii_digit).count() >= 8;
    }
    true
}

/// Tells whether what was found is no part of a longer number, name or address.
fn stands_alone(before: &str, after: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut follows = after.chars();
    let (next, second) = (follows.next(), follows.next());
    let goes_on = match next {
        Some('.' | '-') => second.is_some_and(is_part),
        Some(c) => is_part(c),
        None => false,
    };
    let mut precedes = before.chars().rev();
    let comes_on = match precedes.next() {
        Some('.') => precedes.next().is_some_and(is_part),
        Some(c) => is_part(c),
        None => false,
    };
    !(goes_on || comes_on)
}

/// Addresses and numbers that may be private.
/// <https://www.rfc-editor.org/rfc/rfc1918>, <https://www.rfc-editor.org/rfc/rfc4193>
static PRIVATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)
        (?<mail> [a-z0-9] [a-z0-9._%+-]* @ [a-z0-9-]+ (?: \. [a-z0-9-]+ )+ )
      | (?<host> [a-z0-9_] [a-z0-9_-]* (?: \. [a-z0-9_-]+ )* \. (?: local | lan | internal ) )
      | (?<v4> [0-9]{1,3} (?: \. [0-9]{1,3} ){3} )
      | (?<v6> f[cd] [0-9a-f]{2} (?: : [0-9a-f]{0,4} ){2,7} )
      | (?<mobile> (?: \+? 86 [\ -]? )? 1 [3-9] [0-9] [\ -]? [0-9]{4} [\ -]? [0-9]{4} )   # in China
      | (?<landline> \(? 0 [0-9]{2,3} [)\ -]{1,2} [0-9]{7,8} )                           # in China
      | (?<abroad> (?: \+ | \b 00 ) [1-9] (?: [\ ().-]{0,2} [0-9] ){7,14} )
      | (?<america> \(? [2-9] [0-9]{2} [)\ -]{1,2} [0-9]{3} - [0-9]{4} )                  # 400-820-8820 too
        ",
    )
});

/// Compiles the pattern, which the first alert would wait for.
pub(crate) fn warm_up() {
    LazyLock::force(&PRIVATE);
}

#[cfg(test)]
mod tests;
