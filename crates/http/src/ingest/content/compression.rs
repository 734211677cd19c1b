//! Compression of bodies.

use std::io::{self, Read};

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::Bytes;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use crate::refusal::HttpRefusal;
use crate::request::BodyLimit;

/// The first bytes of every file in gzip: <https://www.rfc-editor.org/rfc/rfc1952#section-2.3.1>
const GZIP_MARK: [u8; 2] = [0x1f, 0x8b];

/// The compression of a body, by its `Content-Encoding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    /// None that is stated. A body that is gzip all the same is known by its mark.
    Unstated,
    /// `deflate`, with the header of zlib or, as some senders have it, without.
    Deflate,
}

impl Compression {
    /// The compression that the header states.
    ///
    /// # Errors
    ///
    /// If it is one that is not read here.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Result<Self, HttpRefusal> {
        let stated = headers.get_all(header::CONTENT_ENCODING).filter_map(|it| it.to_str().ok());
        let mut codings = stated.flat_map(|it| it.split(',')).map(|it| it.trim().to_ascii_lowercase());
        let read = codings.try_fold(Self::Unstated, |known, coding| match (coding.as_str(), known) {
            ("" | "identity" | "gzip" | "x-gzip", Self::Unstated) => Some(known),
            ("deflate", Self::Unstated) => Some(Self::Deflate),
            _ => None,
        });
        read.ok_or_else(|| {
            HttpRefusal::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "the body is compressed in a way that is not read here: send it with `Content-Encoding: gzip`, or as it is",
            )
        })
    }

    /// Tells whether `body` has to be expanded.
    pub(crate) fn applies_to(self, body: &[u8]) -> bool {
        match self {
            Self::Unstated => body.starts_with(&GZIP_MARK),
            Self::Deflate => !body.is_empty(),
        }
    }

    /// The body without its compression. Takes a while: not for a thread on which others wait.
    ///
    /// # Errors
    ///
    /// If it is longer than `limit` then, or is not what it says.
    pub(crate) fn expand(self, body: &[u8], limit: BodyLimit) -> Result<Bytes, HttpRefusal> {
        let expanded = match self {
            Self::Unstated => read(MultiGzDecoder::new(body), limit),
            Self::Deflate => read(ZlibDecoder::new(body), limit)
                .or_else(|_not_zlib| read(DeflateDecoder::new(body), limit)),
        };
        let expanded = expanded.map_err(|_| {
            HttpRefusal::bad_request("the compressed body cannot be expanded: it is cut off or damaged")
        })?;
        if expanded.len() > limit.bytes {
            return Err(limit.exceeded());
        }
        Ok(expanded.into())
    }
}

/// The bytes that `decoder` yields, and at most one more than `limit` allows: a few bytes may expand to gigabytes.
fn read(decoder: impl Read, limit: BodyLimit) -> io::Result<Vec<u8>> {
    let bound = u64::try_from(limit.bytes).unwrap_or(u64::MAX).saturating_add(1);
    let mut expanded = Vec::new();
    decoder.take(bound).read_to_end(&mut expanded)?;
    Ok(expanded)
}
