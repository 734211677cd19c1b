//! Character sets that mails do not state.

use std::borrow::Cow;

use encoding_rs::GB18030;

/// The mail as a reader of MIME can take it. Boxes write Chinese into headers as it is, against RFC 5322, and text
/// without its character set: what is no UTF-8 there is GB18030, of which GBK and GB2312 are parts.
pub(super) fn in_utf8(raw: &[u8]) -> Cow<'_, [u8]> {
    if str::from_utf8(raw).is_ok() {
        return Cow::Borrowed(raw);
    }
    let (head, body) = raw.split_at(end_of_head(raw));
    let is_stated = |part: &[u8]| part.to_ascii_lowercase().windows(8).any(|it| it == b"charset=");
    let head = decoded(head);
    let body = if is_stated(raw) { Cow::Borrowed(body) } else { decoded(body) };
    Cow::Owned([head, body].concat())
}

/// The text of bytes that are no UTF-8, if all of them have a meaning in GB18030.
pub(super) fn decoded_text(bytes: &[u8]) -> Option<String> {
    let (text, _, has_errors) = GB18030.decode(bytes);
    (!has_errors).then(|| text.into_owned())
}

fn decoded(part: &[u8]) -> Cow<'_, [u8]> {
    match (str::from_utf8(part), decoded_text(part)) {
        (Err(_), Some(text)) => Cow::Owned(text.into_bytes()),
        (Ok(_), _) | (Err(_), None) => Cow::Borrowed(part),
    }
}

/// The end of the headers: behind the first empty line.
fn end_of_head(raw: &[u8]) -> usize {
    let crlf = raw.windows(4).position(|it| it == b"\r\n\r\n").map(|at| at + 4);
    let lf = raw.windows(2).position(|it| it == b"\n\n").map(|at| at + 2);
    crlf.into_iter().chain(lf).min().unwrap_or(raw.len())
}
