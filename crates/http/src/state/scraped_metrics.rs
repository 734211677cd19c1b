//! The text of the metrics: made anew for each scrape, unless a crowd asks.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actix_web::web::Bytes;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use tokio::time::Instant;

/// The time after which a text is made anew in any case.
const LIFETIME: Duration = Duration::from_secs(1);

/// The texts that are made within one lifetime. Prometheus asks every few seconds; a text takes some milliseconds, and
/// somebody who asks for one after the other would keep senders waiting.
const TEXTS: u32 = 20;

/// The metrics and their last text.
#[derive(Debug)]
pub(crate) struct ScrapedMetrics {
    registry: Registry,
    recent: Mutex<RecentTexts>,
}

/// The texts of one lifetime.
#[derive(Debug)]
struct RecentTexts {
    since: Instant,
    made: u32,
    last: Bytes,
}

impl ScrapedMetrics {
    pub(super) fn new(registry: Registry) -> Self {
        let recent = RecentTexts { since: Instant::now(), made: 0, last: Bytes::new() };
        Self { registry, recent: Mutex::new(recent) }
    }

    /// The text for a scrape.
    pub(crate) fn text(&self) -> Result<Bytes, fmt::Error> {
        if let Some(text) = self.reused() {
            return Ok(text);
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        let text = Bytes::from(text);
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.made += 1;
        recent.last = text.clone();
        Ok(text)
    }

    /// The last text, if enough were made within its lifetime.
    fn reused(&self) -> Option<Bytes> {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.since.elapsed() >= LIFETIME {
            (recent.since, recent.made) = (Instant::now(), 0);
        }
        (recent.made >= TEXTS).then(|| recent.last.clone())
    }
}

#[cfg(test)]
mod tests;
