//! How fast a provider lets us send.

use std::collections::VecDeque;
use std::fmt;
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How fast a channel may send, and with whom it shares that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Whose limit it is. Channels of one account share one budget.
    pub account: Account,
    /// How many messages in how much time; `None` if the provider sets no limit.
    pub budget: Option<Budget>,
    /// How many attempts may be under way at once.
    pub concurrency: NonZeroUsize,
}

/// How many attempts may be under way at once on a channel whose budget is its
/// operator's: enough to hide a provider's answering time, few enough for one process.
const MOST_AT_ONCE: NonZeroUsize = NonZeroUsize::new(64).unwrap();

/// How long a provider may take to answer without holding a larger budget up.
const ANSWERING_TIME: Duration = Duration::from_millis(250);

impl Limits {
    /// The same with another budget, as for a private deployment that takes more.
    ///
    /// As many attempts may then be under way as the budget lets start within the
    /// time a provider takes to answer (Little's law), but never fewer than before.
    #[must_use]
    pub fn with_budget(self, budget: Option<Budget>) -> Self {
        let needed = budget.map_or(MOST_AT_ONCE, |budget| {
            let within = f64::from(budget.messages.get()) * ANSWERING_TIME.div_duration_f64(budget.per);
            // A float as an integer stays within the integer's bounds.
            NonZeroUsize::new(within.ceil() as usize).unwrap_or(NonZeroUsize::MIN)
        });
        Self { account: self.account, budget, concurrency: needed.min(MOST_AT_ONCE).max(self.concurrency) }
    }
}

/// An account at a provider: one robot, one app, one mailbox login.
///
/// A digest of the credentials, so that it can stand in a log and in the store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Account(String);

impl Account {
    /// The account that `credentials` open at the provider called `kind`, e.g.
    /// `dingtalk:1f0e9c5b2a774d1e`.
    #[must_use]
    pub fn of(kind: &str, credentials: &[&str]) -> Self {
        let digest = crate::IdempotencyKey::of(credentials);
        Self(format!("{kind}:{}", &digest.as_str()[..16]))
    }

    /// An account as the store kept it.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The digest as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A provider's limit: at most so many messages in any stretch of this length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// How many.
    pub messages: NonZeroU32,
    /// In how long a stretch.
    pub per: Duration,
}

impl Budget {
    /// How many of them we allow ourselves: nine tenths, since a provider counts
    /// by its own clock and other programs may hold the same token.
    #[must_use]
    pub fn usable(self) -> usize {
        let messages = self.messages.get();
        (messages - messages / 10).max(1) as usize
    }
}

/// What of a [`Budget`] is spent.
///
/// A send counts from its start until [`Budget::per`] after its *end*: the
/// provider counts it at some moment between the two.
///
/// Its times are the caller's, who must hand in none that a clock was set back or
/// ahead of: a window that empties because somebody set the clock is no limit.
#[derive(Debug, Clone)]
pub struct SlidingWindow {
    budget: Budget,
    under_way: usize,
    ended: VecDeque<Timestamp>, // Invariant: ascending.
}

impl SlidingWindow {
    /// The window of `budget`, with sends that ended before, in any order.
    #[must_use]
    pub fn new(budget: Budget, ended: impl IntoIterator<Item = Timestamp>) -> Self {
        let mut ended: Vec<_> = ended.into_iter().collect();
        ended.sort_unstable();
        Self { budget, under_way: 0, ended: ended.into() }
    }

    /// When the next send may start: at most `now` if at once, `None` if it must
    /// wait for the end of one that is under way.
    #[must_use]
    pub fn free_at(&mut self, now: Timestamp) -> Option<Timestamp> {
        let per = SignedDuration::try_from(self.budget.per).unwrap_or(SignedDuration::MAX);
        let leaves = |ended: Timestamp| ended.saturating_add(per).unwrap_or(Timestamp::MAX);
        while self.ended.front().is_some_and(|&ended| leaves(ended) <= now) {
            self.ended.pop_front();
        }
        let spare = self.budget.usable().checked_sub(self.under_way).filter(|&spare| spare > 0)?;
        let too_many = (self.ended.len() + 1).saturating_sub(spare);
        match too_many.checked_sub(1).and_then(|index| self.ended.get(index)) {
            Some(&ended) => Some(leaves(ended)),
            None => Some(now),
        }
    }

    /// A send starts.
    pub fn start(&mut self) {
        self.under_way += 1;
    }

    /// A send that was started has ended at `now`, well or badly.
    pub fn end(&mut self, now: Timestamp) {
        self.under_way = self.under_way.saturating_sub(1);
        let position = self.ended.partition_point(|&ended| ended <= now);
        self.ended.insert(position, now);
    }
}

#[cfg(test)]
mod tests;
