//! The content of a posted body: compression, character set, form.

use fanfare_http::PostedContent;
use fanfare_sources::BodyType;

use crate::split::{choice, one_of};

const TYPES: [&str; 8] = [
    "",
    "application/json",
    "application/json; charset=gbk",
    "text/plain; charset=\"utf-16le\"",
    "text/plain; charset=big5",
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=GB18030",
    "text/plain; charset=nonsense",
];

const ENCODINGS: [&str; 5] = ["", "gzip", "deflate", "identity, gzip", "br"];

/// The length of a body at most, with and without its compression.
const LIMIT: usize = 64 * 1024;

/// A byte of another character set is a text of three at most; in JSON, as fields of a form become, one of six.
const GROWTH: usize = 6;

/// Decodes a body whose headers the first two bytes choose.
pub(crate) fn check(bytes: &[u8]) {
    let (content_type, rest) = choice(bytes);
    let (encoding, body) = choice(rest);
    let content = PostedContent {
        content_type: one_of(&TYPES, content_type),
        encoding: one_of(&ENCODINGS, encoding),
        body,
    };
    for body_type in [BodyType::Json, BodyType::Text, BodyType::Event] {
        let decoded = content.decoded(body_type, LIMIT);
        assert_eq!(decoded, content.decoded(body_type, LIMIT), "read twice, it says another thing");
        match decoded {
            Ok(decoded) => {
                let longest = GROWTH * LIMIT.max(body.len()) + 1024;
                assert!(decoded.len() <= longest, "{} bytes of {}", decoded.len(), body.len());
            }
            Err(reason) => assert!(!reason.is_empty(), "refused without a reason"),
        }
    }
}
