//! Files uploaded for one bot.

use std::collections::HashMap;

use fanfare_sandbox::{ProviderRefusal, ProviderRequest};
use jiff::{SignedDuration, Timestamp};

/// The life of an uploaded file: "media_id三天内有效". <https://developer.work.weixin.qq.com/document/path/91770>
const KEPT: SignedDuration = SignedDuration::from_hours(72);

/// A file must have more than 5 bytes and at most 20 MB.
const BYTES: std::ops::RangeInclusive<usize> = 6..=20 * 1024 * 1024;

/// The files of one bot, by id.
#[derive(Default)]
pub(super) struct BotMedia(HashMap<String, Timestamp>);

/// A file that was taken.
pub(super) struct StoredMedia {
    pub(super) form: &'static str,
    pub(super) id: String,
}

impl BotMedia {
    /// Takes the part `media` of a multipart body.
    pub(super) fn store(
        &mut self,
        request: &ProviderRequest,
        now: Timestamp,
    ) -> Result<StoredMedia, ProviderRefusal> {
        if !request.is_post() {
            return Err(ProviderRefusal::new(40_058, "invalid ProviderRequest Parameter: POST required"));
        }
        let form = match request.query("type") {
            Some("file") => "file",
            Some("voice") => "voice",
            _ => return Err(ProviderRefusal::new(40_058, "type: invalid ProviderRequest Parameter")),
        };
        let length = part_length(request)
            .ok_or_else(|| ProviderRefusal::new(40_058, "media: invalid ProviderRequest Parameter"))?;
        if !BYTES.contains(&length) {
            return Err(ProviderRefusal::new(40_006, "invalid media size"));
        }
        let id = format!("sandbox-media-{}", self.0.len() + 1);
        self.0.insert(id.clone(), now);
        Ok(StoredMedia { form, id })
    }

    /// True if the bot may still use `id`.
    pub(super) fn check(&self, id: Option<&str>, now: Timestamp) -> Result<(), ProviderRefusal> {
        let id = id.ok_or_else(|| ProviderRefusal::new(41_006, "media_id missing"))?;
        match self.0.get(id) {
            Some(&stored) if now.duration_since(stored) <= KEPT => Ok(()),
            _ => Err(ProviderRefusal::new(40_007, "invalid media_id")),
        }
    }
}

/// The number of bytes in the part called `media`.
fn part_length(request: &ProviderRequest) -> Option<usize> {
    let declared = request.content_type()?;
    let boundary = declared.strip_prefix("multipart/form-data")?.split_once("boundary=")?.1;
    let end = format!("\r\n--{}", boundary.trim().trim_matches('"'));
    let name = find(request.body(), b"name=\"media\"")?;
    let part = request.body().get(name..)?;
    let start = find(part, b"\r\n\r\n")? + 4;
    find(part.get(start..)?, end.as_bytes())
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
