//! A bound on how often something is said.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// A bound on how often something of one kind is said.
#[derive(Debug)]
pub struct Throttle<K> {
    every: Duration,
    said: Mutex<HashMap<K, LastSaid>>,
}

#[derive(Debug)]
struct LastSaid {
    at: Instant,
    left_out: u64,
}

impl<K: Eq + Hash> Throttle<K> {
    /// At most one of a kind is said in `every`.
    #[must_use]
    pub fn new(every: Duration) -> Self {
        Self { every, said: Mutex::default() }
    }

    /// The number of those of `kind` that were left out since one was said, if another may be said at `now`.
    pub fn pass(&self, kind: K, now: Instant) -> Option<u64> {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(last) = said.get_mut(&kind) else {
            said.insert(kind, LastSaid { at: now, left_out: 0 });
            return Some(0);
        };
        if now.saturating_duration_since(last.at) < self.every {
            last.left_out += 1;
            return None;
        }
        last.at = now;
        Some(std::mem::take(&mut last.left_out))
    }
}

#[cfg(test)]
mod tests;
