//! Several budgets of one account, kept at once.

use std::time::Duration;

use jiff::Timestamp;

use crate::{Budget, Share, SlidingWindow};

/// The sliding windows of an account's budgets: a send starts when each of them lets it.
///
/// Without a budget there is no window, and any number of sends may start.
#[derive(Debug, Clone)]
pub struct SlidingWindows {
    budgets: Vec<Budget>,
    windows: Vec<SlidingWindow>,
}

impl SlidingWindows {
    /// The windows of `budgets`, with sends that ended before, in any order.
    #[must_use]
    pub fn new(budgets: Vec<Budget>, ended: impl IntoIterator<Item = Timestamp>) -> Self {
        let ended: Vec<Timestamp> = ended.into_iter().collect();
        let windows = budgets.iter().map(|it| SlidingWindow::new(*it, ended.iter().copied())).collect();
        Self { budgets, windows }
    }

    /// The budgets, in the order in which they were given.
    #[must_use]
    pub fn budgets(&self) -> &[Budget] {
        &self.budgets
    }

    /// The period of the longest budget; `None` without a budget.
    #[must_use]
    pub fn longest_period(&self) -> Option<Duration> {
        self.budgets.iter().map(|it| it.per).max()
    }

    /// The time from which the next send of `share` may start: at most `now` if at once,
    /// `None` if it must wait for the end of one that is under way.
    #[must_use]
    pub fn free_at(&mut self, now: Timestamp, share: Share) -> Option<Timestamp> {
        self.windows.iter_mut().try_fold(now, |at, window| Some(at.max(window.free_at(now, share)?)))
    }

    /// The sends of `share` that the counts alone let start at `now`; `None` if any number.
    #[must_use]
    pub fn free_now(&mut self, now: Timestamp, share: Share) -> Option<usize> {
        self.windows.iter_mut().map(|window| window.free_now(now, share)).min()
    }

    /// The sends of `share` that each budget alone lets start at `now`.
    pub fn free_now_by_budget(&mut self, now: Timestamp, share: Share) -> Vec<(Budget, usize)> {
        let free = self.windows.iter_mut().map(|window| window.free_now(now, share));
        self.budgets.iter().copied().zip(free).collect()
    }

    /// Counts a send of `share` that starts at `now`.
    pub fn start(&mut self, now: Timestamp, share: Share) {
        self.windows.iter_mut().for_each(|window| window.start(now, share));
    }

    /// Records that a send that was started has ended at `now`, well or badly.
    pub fn end(&mut self, now: Timestamp) {
        self.windows.iter_mut().for_each(|window| window.end(now));
    }
}

#[cfg(test)]
mod tests;
