//! Limits over time, and keys seen before.

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

/// The times of events in the latest stretch of time.
#[derive(Debug)]
pub struct TimeWindow {
    per: SignedDuration,
    times: VecDeque<Timestamp>, // Invariant: ascending, unless the clock is set back.
}

impl TimeWindow {
    /// A window over this stretch of time.
    #[must_use]
    pub fn new(per: SignedDuration) -> Self {
        Self { per, times: VecDeque::new() }
    }

    /// The number of events in the stretch that ends `now`.
    pub fn count(&mut self, now: Timestamp) -> usize {
        while self.times.front().is_some_and(|&time| now.duration_since(time) >= self.per) {
            self.times.pop_front();
        }
        self.times.len()
    }

    /// Adds an event.
    pub fn add(&mut self, now: Timestamp) {
        self.times.push_back(now);
    }
}

/// A limit with a penalty: so many in a stretch of time, then a block.
#[derive(Debug)]
pub struct ProviderLimit {
    limit: Option<usize>,
    window: TimeWindow,
    penalty: SignedDuration,
    blocked_until: Option<Timestamp>,
}

/// The decision of a [`ProviderLimit`] about one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitDecision {
    /// Granted: within the limit.
    Granted,
    /// Over the limit: the penalty starts now.
    Exceeded,
    /// Refused, because the penalty lasts still.
    Blocked,
}

impl ProviderLimit {
    /// A limit of so many in `per`, or none, and the block that follows.
    #[must_use]
    pub fn new(limit: Option<usize>, per: SignedDuration, penalty: SignedDuration) -> Self {
        Self { limit, window: TimeWindow::new(per), penalty, blocked_until: None }
    }

    /// True if the penalty lasts still.
    #[must_use]
    pub fn is_blocked(&self, now: Timestamp) -> bool {
        self.blocked_until.is_some_and(|end| now < end)
    }

    /// Changes the limit, counts and block apart.
    pub fn set_limit(&mut self, limit: Option<usize>) {
        self.limit = limit;
    }

    /// Starts the penalty, without regard to the count.
    pub fn block(&mut self, now: Timestamp) {
        self.blocked_until = Some(now.saturating_add(self.penalty).unwrap_or(Timestamp::MAX));
    }

    /// Counts one more, unless it is refused.
    pub fn pass(&mut self, now: Timestamp) -> LimitDecision {
        if self.is_blocked(now) {
            return LimitDecision::Blocked;
        }
        let Some(limit) = self.limit else { return LimitDecision::Granted };
        if self.window.count(now) >= limit {
            self.block(now);
            return LimitDecision::Exceeded;
        }
        self.window.add(now);
        LimitDecision::Granted
    }
}

/// The number of keys a [`RecentKeys`] remembers.
const REMEMBERED: usize = 10_000;

/// The latest keys, and the time each was last remembered.
#[derive(Debug, Default)]
pub struct RecentKeys {
    seen: HashMap<String, Timestamp>,
    order: VecDeque<String>,
}

impl RecentKeys {
    /// The time at which `key` was remembered last.
    #[must_use]
    pub fn last(&self, key: &str) -> Option<Timestamp> {
        self.seen.get(key).copied()
    }

    /// Remembers `key` as seen `now`.
    pub fn remember(&mut self, key: &str, now: Timestamp) {
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
