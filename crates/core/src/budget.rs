//! The rate at which a provider lets us send.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::time::Duration;

use jiff::Timestamp;

use crate::clock::after;

/// A provider's limit: at most so many messages in any stretch of this length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// The number of messages.
    pub messages: NonZeroU32,
    /// The length of the stretch.
    pub per: Duration,
}

impl Budget {
    /// The number of them that we use: nine tenths, since a provider counts
    /// by its own clock and other programs may hold the same token.
    #[must_use]
    pub fn usable(self) -> usize {
        let messages = self.messages.get();
        (messages - messages / 10).max(1) as usize
    }

    /// The number of usable ones that are kept for urgent messages: a third, so that
    /// of DingTalk's eighteen a minute six are left to tell of what is urgent.
    #[must_use]
    pub fn reserve(self) -> usize {
        self.usable() / 3
    }

    /// The number of messages that there may be for one of `share` to be the last of them.
    #[must_use]
    pub fn usable_by(self, share: Share) -> usize {
        match share {
            Share::Urgent => self.usable(),
            Share::Ordinary | Share::OrdinaryFull => self.usable() - self.reserve(),
        }
    }

    /// The distance at which ordinary messages start once the budget runs short: so that
    /// in an overload a digest goes every few seconds, rather than all that are
    /// allowed at once and then none until the window has passed.
    fn pace(self) -> Duration {
        let ordinary = u32::try_from(self.usable_by(Share::Ordinary)).unwrap_or(u32::MAX);
        self.per / ordinary.max(1)
    }
}

/// The part of a [`Budget`] that a message draws on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// All of it: somebody must act at once. Only when half of the
    /// [reserve](Budget::reserve) is left is that spread over the time until there
    /// is more, or a flood of urgent ones would use it up and the next wait for a minute.
    Urgent,
    /// All but the [reserve](Budget::reserve). Once more than half of that is
    /// used, such messages also keep a distance: what arrives until then can
    /// still join the digest.
    Ordinary,
    /// The same without the distance: the digest is full, and nothing more can join it.
    OrdinaryFull,
}

/// The spent part of a [`Budget`].
///
/// A send counts from its start until [`Budget::per`] after its *end*: the
/// provider counts it at some moment between the two. It counts the same whatever
/// its share: ordinary sends leave the reserve to the urgent ones *to come*, and so
/// a restart need not know what the earlier ones were.
///
/// Its times are the caller's, who must hand in none that a clock was set back or
/// ahead of: a window that empties because somebody set the clock is no limit.
#[derive(Debug, Clone)]
pub struct SlidingWindow {
    budget: Budget,
    under_way: usize,
    ended: VecDeque<Timestamp>, // Invariant: ascending.
    /// The start of the last ordinary send; forgotten by a restart, which costs
    /// no more than one digest being sent a little early.
    last_ordinary: Option<Timestamp>,
    /// The start of the last urgent send, likewise.
    last_urgent: Option<Timestamp>,
}

impl SlidingWindow {
    /// The window of `budget`, with sends that ended before, in any order.
    #[must_use]
    pub fn new(budget: Budget, ended: impl IntoIterator<Item = Timestamp>) -> Self {
        let mut ended: Vec<_> = ended.into_iter().collect();
        ended.sort_unstable();
        Self { budget, under_way: 0, ended: ended.into(), last_ordinary: None, last_urgent: None }
    }

    /// The time at which the next send of `share` may start: at most `now` if at once, `None`
    /// if it must wait for the end of one that is under way.
    #[must_use]
    pub fn free_at(&mut self, now: Timestamp, share: Share) -> Option<Timestamp> {
        self.forget(now);
        let usable = self.budget.usable_by(share);
        let free_at = self.fewer_count_at(now, usable)?;
        match share {
            Share::OrdinaryFull => Some(free_at),
            Share::Urgent => {
                let spread_out = free_at.max(self.spread_out(now).unwrap_or(now));
                let in_plenty = self.fewer_count_at(now, usable - self.budget.reserve() / 2);
                Some(spread_out.min(in_plenty.unwrap_or(Timestamp::MAX)))
            }
            Share::Ordinary => {
                let at_pace = free_at.max(self.at_pace().unwrap_or(now));
                let in_plenty = self.fewer_count_at(now, usable / 2 + 1).unwrap_or(Timestamp::MAX);
                Some(at_pace.min(in_plenty))
            }
        }
    }

    /// The number of sends of `share` that the count alone lets start at `now`, whatever their pace.
    #[must_use]
    pub fn free_now(&mut self, now: Timestamp, share: Share) -> usize {
        self.forget(now);
        self.budget.usable_by(share).saturating_sub(self.under_way + self.ended.len())
    }

    /// A send of `share` starts at `now`.
    pub fn start(&mut self, now: Timestamp, share: Share) {
        self.under_way += 1;
        match share {
            Share::Urgent => self.last_urgent = Some(now),
            Share::Ordinary | Share::OrdinaryFull => self.last_ordinary = Some(now),
        }
    }

    /// A send that was started has ended at `now`, well or badly.
    pub fn end(&mut self, now: Timestamp) {
        self.under_way = self.under_way.saturating_sub(1);
        let position = self.ended.partition_point(|&ended| ended <= now);
        self.ended.insert(position, now);
    }

    /// Forgets the sends that no longer count at `now`.
    fn forget(&mut self, now: Timestamp) {
        while self.ended.front().is_some_and(|&ended| self.leaves(ended) <= now) {
            self.ended.pop_front();
        }
    }

    /// From when on fewer than `most` count, if none starts until then; `now` if
    /// at once, `None` if only once one that is under way has ended.
    fn fewer_count_at(&self, now: Timestamp, most: usize) -> Option<Timestamp> {
        let spare = most.checked_sub(self.under_way).filter(|&spare| spare > 0)?;
        let too_many = (self.ended.len() + 1).saturating_sub(spare);
        match too_many.checked_sub(1).and_then(|index| self.ended.get(index)) {
            Some(&ended) => Some(self.leaves(ended)),
            None => Some(now),
        }
    }

    /// The time at which the next ordinary send keeps its distance from the last.
    fn at_pace(&self) -> Option<Timestamp> {
        Some(after(self.last_ordinary?, self.budget.pace()))
    }

    /// The time of the next urgent send if what is left is to last until there is more.
    fn spread_out(&self, now: Timestamp) -> Option<Timestamp> {
        let (last, more_at) = (self.last_urgent?, self.leaves(*self.ended.front()?));
        let left = self.budget.usable().saturating_sub(self.under_way + self.ended.len());
        let shares = u32::try_from(left + 1).unwrap_or(u32::MAX);
        let until_more = Duration::try_from(more_at.duration_since(last)).unwrap_or_default();
        Some(after(last, until_more / shares).max(now))
    }

    /// The time at which a send that ended at `ended` no longer counts.
    fn leaves(&self, ended: Timestamp) -> Timestamp {
        after(ended, self.budget.per)
    }
}

#[cfg(test)]
mod tests;
