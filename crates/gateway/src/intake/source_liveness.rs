//! Source liveness: the time of each watched source's last alert.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fanfare_core::{CommittedAlert, SourceName};
use jiff::Timestamp;

use crate::settings::WatchedSource;

/// The time of each watched source's last alert, in [monotonic](crate::time::MonotonicClock) time.
#[derive(Debug, Default)]
pub(crate) struct SourceLiveness(Mutex<BTreeMap<SourceName, LastSeen>>);

/// A watched source's last alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LastSeen {
    /// The longest time without an alert that is expected.
    pub(crate) every: Duration,
    /// The time from which the source has been watched.
    pub(crate) since: Timestamp,
    /// The time of its last alert since then.
    pub(crate) last: Option<Timestamp>,
}

impl SourceLiveness {
    /// Watches these sources from `now` on; those watched before keep their times.
    pub(crate) fn watch(&self, sources: Vec<WatchedSource>, now: Timestamp) {
        let mut watched = self.lock();
        let before = std::mem::take(&mut *watched);
        for WatchedSource { name, every } in sources {
            let known = before.get(&name).copied().unwrap_or(LastSeen { every, since: now, last: None });
            watched.insert(name, LastSeen { every, ..known });
        }
    }

    /// Notes alerts that were received at `now`.
    pub(crate) fn record(&self, accepted: &[CommittedAlert], now: Timestamp) {
        let mut watched = self.lock();
        if watched.is_empty() {
            return;
        }
        for one in accepted {
            let source = one.alert.text_of("source");
            if let Some((_, known)) = watched.iter_mut().find(|(name, _)| name.as_str() == source) {
                known.last = known.last.max(Some(now));
            }
        }
    }

    /// The last alert of each watched source.
    pub(crate) fn all(&self) -> BTreeMap<SourceName, LastSeen> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<SourceName, LastSeen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
