//! When each source was last heard.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fanfare_core::SourceName;
use fanfare_store::Accepted;
use jiff::Timestamp;

/// A source that is never quiet for long while all is well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedSource {
    /// Its name in the config.
    pub name: SourceName,
    /// Quiet for longer, it is worth an alert about ourselves.
    pub every: Duration,
}

/// When each expected source was last heard, in [steady](crate::steady::SteadyTime) time.
#[derive(Debug, Default)]
pub(crate) struct Hearing(Mutex<BTreeMap<SourceName, Heard>>);

/// What is known of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Heard {
    /// How often it is expected to say something.
    pub(crate) every: Duration,
    /// Since when it is listened to.
    pub(crate) since: Timestamp,
    /// When it was last heard since then.
    pub(crate) last: Option<Timestamp>,
}

impl Hearing {
    /// Listens to these from `now` on; those it has listened to already go on as they were.
    pub(crate) fn expect(&self, sources: Vec<WatchedSource>, now: Timestamp) {
        let mut heard = self.all();
        let before = std::mem::take(&mut *heard);
        for WatchedSource { name, every } in sources {
            let known = before.get(&name).copied().unwrap_or(Heard { every, since: now, last: None });
            heard.insert(name, Heard { every, ..known });
        }
    }

    /// Alerts were accepted at `now`.
    pub(crate) fn heard(&self, accepted: &[Accepted], now: Timestamp) {
        let mut heard = self.all();
        if heard.is_empty() {
            return;
        }
        for one in accepted {
            let source = one.alert.text_of("source");
            if let Some((_, known)) = heard.iter_mut().find(|(name, _)| name.as_str() == source) {
                known.last = known.last.max(Some(now));
            }
        }
    }

    /// What is known of each.
    pub(crate) fn of_each(&self) -> BTreeMap<SourceName, Heard> {
        self.all().clone()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<SourceName, Heard>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
