//! The alerts of a crowded store, its sources, and the settings that differ from those of other measurements.

use std::fs;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::alert::{Serial, batches, tkl};
use crate::load::PostTarget;

/// The alerts of one body while the store is filled.
const BODY: u32 = 500;

/// Of so many alerts one is told; the others are ends of what nobody was told of, which are kept and not told.
const ONE_IN: u32 = 10;

/// The source that the noisy client has for itself.
const NOISY: &str = "noisy";

/// The two sources.
#[derive(Debug)]
pub(super) struct Sources {
    pub(super) honest: PostTarget,
    pub(super) noisy: PostTarget,
}

impl Sources {
    pub(super) fn new(honest: &PostTarget) -> Self {
        Self {
            honest: honest.clone(),
            noisy: PostTarget { path: format!("/ingest/{NOISY}"), ..honest.clone() },
        }
    }
}

/// Adds the second source to the settings in `folder`, and deletes what is over soon if `retention` is to be measured.
pub(super) fn with_settings(folder: &Path, retention: Option<Duration>) -> Result<()> {
    let file = folder.join("fanfare.yaml");
    let settings = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let source = format!(
        "  - {{ name: {NOISY}, format: tkl, auth: {{ bearer: {{ env: BENCH_SOURCE_TOKEN }} }} }}\nchannels:"
    );
    let mut settings = settings.replacen("channels:", &source, 1);
    if retention.is_some() {
        settings.push_str("retention: 1m\n");
    }
    fs::write(&file, settings).with_context(|| file.display().to_string())
}

/// The bodies that fill a store.
pub(super) fn bodies(serials: Range<u32>) -> Vec<Bytes> {
    batches(serials, BODY, |serial| if serial.0 % ONE_IN == 0 { tkl(serial) } else { ended(serial) })
}

/// The end of an alarm of which nobody was told.
fn ended(serial: Serial) -> Value {
    let mut alert = tkl(serial);
    if let Some(fields) = alert.as_object_mut() {
        fields.insert("action".to_owned(), json!("clear"));
    }
    alert
}
