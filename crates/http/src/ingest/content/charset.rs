//! Character sets: most bodies are UTF-8, and old systems in China post GBK.

use actix_web::web::Bytes;
use encoding_rs::{Encoding, GB18030};

/// The body in UTF-8. One that is not, and says nothing else, is read as GB18030, which GBK and GB2312 are parts of.
/// What cannot be read in any way stays as it is.
pub(super) fn in_utf8(body: Bytes, stated: Option<&str>) -> Bytes {
    let stated = stated.and_then(|name| Encoding::for_label(name.as_bytes()));
    let by_mark = Encoding::for_bom(&body).map(|(encoding, _)| encoding);
    let decoded = match (by_mark.or(stated), std::str::from_utf8(&body)) {
        (Some(encoding), Ok(_)) if encoding.is_single_byte() => None, // a library's default for a body in UTF-8
        (Some(encoding), _) if encoding != encoding_rs::UTF_8 => decode(encoding, &body),
        (Some(_) | None, Ok(_)) => None,
        (Some(_) | None, Err(_)) if is_mostly_utf8(&body) => {
            Some(String::from_utf8_lossy(&body).into_owned())
        }
        (Some(_) | None, Err(_)) => decode(GB18030, &body),
    };
    decoded.map_or(body, Bytes::from)
}

/// The text, if every byte of it has a meaning in `encoding`.
fn decode(encoding: &'static Encoding, body: &[u8]) -> Option<String> {
    let (text, _, has_errors) = encoding.decode(body);
    (!has_errors).then(|| text.into_owned())
}

/// Tells whether a body that is not UTF-8 was meant to be: a box that cuts a text after so many bytes cuts a character
/// in two, and all the others are whole. In GBK hardly any pair of bytes is a character of UTF-8.
fn is_mostly_utf8(body: &[u8]) -> bool {
    let (whole, broken) = body.utf8_chunks().fold((0, 0), |(whole, broken), chunk| {
        let characters = chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        (whole + characters, broken + usize::from(!chunk.invalid().is_empty()))
    });
    whole > broken
}
