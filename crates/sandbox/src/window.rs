//! Limits over time, and what was seen before.

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

/// When something happened, no further back than the stretch that counts.
#[derive(Debug)]
pub(crate) struct Window {
    per: SignedDuration,
    times: VecDeque<Timestamp>, // Invariant: ascending, unless the clock is set back.
}

impl Window {
    pub(crate) fn new(per: SignedDuration) -> Self {
        Self { per, times: VecDeque::new() }
    }

    /// How often it happened in the stretch that ends `now`.
    pub(crate) fn count(&mut self, now: Timestamp) -> usize {
        while self.times.front().is_some_and(|&time| now.duration_since(time) >= self.per) {
            self.times.pop_front();
        }
        self.times.len()
    }

    pub(crate) fn add(&mut self, now: Timestamp) {
        self.times.push_back(now);
    }
}

/// A limit with a penalty: so many in a stretch, then silence for a while.
#[derive(Debug)]
pub(crate) struct Limiter {
    limit: Option<usize>,
    window: Window,
    penalty: SignedDuration,
    blocked_until: Option<Timestamp>,
}

/// What a [`Limiter`] says to one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    /// Within the limit.
    Granted,
    /// This one is over the limit; the penalty starts now.
    Exceeded,
    /// The penalty runs.
    Blocked,
}

impl Limiter {
    pub(crate) fn new(limit: Option<usize>, per: SignedDuration, penalty: SignedDuration) -> Self {
        Self { limit, window: Window::new(per), penalty, blocked_until: None }
    }

    pub(crate) fn is_blocked(&self, now: Timestamp) -> bool {
        self.blocked_until.is_some_and(|end| now < end)
    }

    /// From now on so many, or no limit.
    pub(crate) fn set_limit(&mut self, limit: Option<usize>) {
        self.limit = limit;
    }

    /// Starts the penalty, whatever has been counted.
    pub(crate) fn block(&mut self, now: Timestamp) {
        self.blocked_until = Some(now.saturating_add(self.penalty).unwrap_or(Timestamp::MAX));
    }

    /// Counts one more, unless it is refused.
    pub(crate) fn pass(&mut self, now: Timestamp) -> Pass {
        if self.is_blocked(now) {
            return Pass::Blocked;
        }
        let Some(limit) = self.limit else { return Pass::Granted };
        if self.window.count(now) >= limit {
            self.block(now);
            return Pass::Exceeded;
        }
        self.window.add(now);
        Pass::Granted
    }
}

/// How many keys a [`Recent`] remembers.
const REMEMBERED: usize = 10_000;

/// When a key was last seen, for the latest keys.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    seen: HashMap<String, Timestamp>,
    order: VecDeque<String>,
}

impl Recent {
    pub(crate) fn last(&self, key: &str) -> Option<Timestamp> {
        self.seen.get(key).copied()
    }

    pub(crate) fn remember(&mut self, key: &str, now: Timestamp) {
        if self.seen.insert(key.to_owned(), now).is_some() {
            return;
        }
        self.order.push_back(key.to_owned());
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.seen.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests;
