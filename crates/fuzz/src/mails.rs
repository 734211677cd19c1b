//! Mails: headers, character sets, parts and markup, and what the formats make of them.

use fanfare_smtp::inbound_mail;
use fanfare_sources::FormatKind;

use crate::reading::check_result;
use crate::split::{choice, one_of};
use crate::surroundings::{now, source};

/// The formats of sources that mails reach; the first byte chooses one.
const FORMATS: [&str; 3] = ["plain", "tkl", "alertmanager"];

/// Decodes a mail and reads it.
pub(crate) fn check(bytes: &[u8]) {
    let (format, rest) = choice(bytes);
    let (settings, raw) = choice(rest);
    let decoded = inbound_mail(raw);
    assert_eq!(decoded, inbound_mail(raw), "decoded twice, it says another thing");
    let Some(mail) = decoded else { return };
    let kind: FormatKind = one_of(&FORMATS, format).parse().expect("a known format");
    let format = kind.without_mapping().expect("a format without a mapping");
    let source = source(settings);
    check_result(&format.read_mail(&mail, &source, now()), raw, &source, now());
}
