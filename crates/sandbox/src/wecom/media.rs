//! Files uploaded for one bot.

use std::collections::HashMap;

use hyper::Method;
use jiff::{SignedDuration, Timestamp};

use crate::exchange::{Refusal, Request};

/// "media_id三天内有效". <https://developer.work.weixin.qq.com/document/path/91770>
const KEPT: SignedDuration = SignedDuration::from_hours(72);

/// A file must have more than 5 bytes and at most 20 MB.
const BYTES: std::ops::RangeInclusive<usize> = 6..=20 * 1024 * 1024;

/// The files of one bot, by id.
#[derive(Default)]
pub(super) struct Media(HashMap<String, Timestamp>);

/// A file that was taken.
pub(super) struct Stored {
    pub(super) form: &'static str,
    pub(super) id: String,
}

impl Media {
    /// Takes the part `media` of a multipart body.
    pub(super) fn store(&mut self, request: &Request, now: Timestamp) -> Result<Stored, Refusal> {
        if request.method != Method::POST {
            return Err(Refusal::new(40_058, "invalid Request Parameter: POST required"));
        }
        let form = match request.query("type") {
            Some("file") => "file",
            Some("voice") => "voice",
            _ => return Err(Refusal::new(40_058, "type: invalid Request Parameter")),
        };
        let length =
            part_length(request).ok_or_else(|| Refusal::new(40_058, "media: invalid Request Parameter"))?;
        if !BYTES.contains(&length) {
            return Err(Refusal::new(40_006, "invalid media size"));
        }
        let id = format!("sandbox-media-{}", self.0.len() + 1);
        self.0.insert(id.clone(), now);
        Ok(Stored { form, id })
    }

    /// Whether the bot may still use `id`.
    pub(super) fn check(&self, id: Option<&str>, now: Timestamp) -> Result<(), Refusal> {
        let id = id.ok_or_else(|| Refusal::new(41_006, "media_id missing"))?;
        match self.0.get(id) {
            Some(&stored) if now.duration_since(stored) <= KEPT => Ok(()),
            _ => Err(Refusal::new(40_007, "invalid media_id")),
        }
    }
}

/// How many bytes the part called `media` has.
fn part_length(request: &Request) -> Option<usize> {
    let declared = request.content_type.as_deref()?;
    let boundary = declared.strip_prefix("multipart/form-data")?.split_once("boundary=")?.1;
    let end = format!("\r\n--{}", boundary.trim().trim_matches('"'));
    let name = find(&request.body, b"name=\"media\"")?;
    let part = request.body.get(name..)?;
    let start = find(part, b"\r\n\r\n")? + 4;
    find(part.get(start..)?, end.as_bytes())
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
