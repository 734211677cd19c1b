//! The channels that wait for one account, and whose turn it is.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::Share;
use crate::clock::after;

/// A place in a [`WaitingLine`]: a lower one is that of a channel that has waited longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlaceInLine(u64);

/// Channels that an account has told to wait, each with what its caller needs to know of it.
///
/// A send that the account's budgets let start goes to the channel that has waited longest, or one
/// whose messages are refused and tried again would use up what another needs. An urgent
/// message yields to urgent ones only; but an ordinary one that has waited for a whole period of the longest
/// budget counts as urgent, since urgent ones that nobody takes may use up the reserve for ever.
#[derive(Debug, Clone)]
pub struct WaitingLine<T> {
    next: u64,
    waiting: BTreeMap<PlaceInLine, WaitingChannel<T>>,
}

/// A channel that waits.
#[derive(Debug, Clone)]
struct WaitingChannel<T> {
    since: Timestamp,
    share: Share,
    item: T,
}

impl<T> Default for WaitingLine<T> {
    fn default() -> Self {
        Self { next: 0, waiting: BTreeMap::new() }
    }
}

impl<T> WaitingLine<T> {
    /// Adds a channel, which waits from `now` on to send a message of `share`.
    pub fn join(&mut self, now: Timestamp, share: Share, item: T) -> PlaceInLine {
        let place = PlaceInLine(self.next);
        self.next += 1;
        self.waiting.insert(place, WaitingChannel { since: now, share, item });
        place
    }

    /// Notes the share of the message that the channel at `place` waits with now.
    pub fn set_share(&mut self, place: PlaceInLine, share: Share) {
        if let Some(channel) = self.waiting.get_mut(&place) {
            channel.share = share;
        }
    }

    /// Removes the channel at `place`: it has had its turn, or has nothing more to send.
    pub fn leave(&mut self, place: PlaceInLine) {
        self.waiting.remove(&place);
    }

    /// Tells whether no channel waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The number of channels that wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// The time from which on the channel at `place` counts as urgent, if the longest budget has this `period`.
    #[must_use]
    pub fn urgent_from(&self, place: PlaceInLine, period: Duration) -> Option<Timestamp> {
        self.waiting.get(&place).map(|it| it.urgent_from(period))
    }

    /// The share on which the message of the channel at `place` draws at `now`, if the longest budget has this
    /// `period`; `None` of a channel that does not wait.
    #[must_use]
    pub fn share_of(&self, place: PlaceInLine, now: Timestamp, period: Option<Duration>) -> Option<Share> {
        self.waiting.get(&place).map(|it| it.share_at(now, period))
    }

    /// The channels that go before that at `place`, each with the share on which its message draws at `now`, if
    /// they can start it. The longest budget has this `period`.
    pub fn ahead_of(
        &self,
        place: PlaceInLine,
        now: Timestamp,
        period: Option<Duration>,
    ) -> impl Iterator<Item = (&T, Share)> {
        let is_urgent = self.share_of(place, now, period) == Some(Share::Urgent);
        let earlier = self.waiting.range(..place);
        let shares = earlier.map(move |(_, other)| (&other.item, other.share_at(now, period)));
        shares.filter(move |(_, of_other)| !is_urgent || *of_other == Share::Urgent)
    }
}

impl<T> WaitingChannel<T> {
    fn urgent_from(&self, period: Duration) -> Timestamp {
        after(self.since, period)
    }

    fn share_at(&self, now: Timestamp, period: Option<Duration>) -> Share {
        let has_waited = period.is_some_and(|period| self.urgent_from(period) <= now);
        if has_waited { Share::Urgent } else { self.share }
    }
}

#[cfg(test)]
mod tests;
