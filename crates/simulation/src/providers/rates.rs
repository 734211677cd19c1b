//! The rates of requests, by which a gateway is known that goes round in circles.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use fanfare_core::NotificationId;

use crate::time::{DAY, HOUR};

/// The most requests that tell one notification on one channel within an hour.
///
/// Four deliveries of it, that of the receiver and those of three rungs, are each tried again after 15 s or
/// more, 240 times an hour; the rest is for what kills, reloads and digests that are split add to it.
const MOST_TIMES_AN_HOUR: usize = 4_000;

/// The most notifications that are told for the first time on some channel within a day: far above what the
/// alerts of any world, their repeats and the gateway's own alerts call for.
const MOST_NEW_A_DAY: usize = 20_000;

/// The times of the latest requests.
#[derive(Debug, Default)]
pub(super) struct RequestRates {
    told: BTreeMap<(&'static str, NotificationId), VecDeque<Duration>>,
    new: VecDeque<Duration>,
    is_overrun: bool,
}

impl RequestRates {
    /// Counts a request of `channel` that tells these notifications at `at`.
    pub(super) fn count(&mut self, channel: &'static str, ids: &[NotificationId], at: Duration) {
        for id in ids {
            let times = self.told.entry((channel, *id)).or_insert_with(|| {
                self.is_overrun |= count_within(&mut self.new, at, DAY) >= MOST_NEW_A_DAY;
                VecDeque::new()
            });
            self.is_overrun |= count_within(times, at, HOUR) >= MOST_TIMES_AN_HOUR;
        }
    }

    /// True once more was told than any world calls for; it stays true.
    pub(super) fn is_overrun(&self) -> bool {
        self.is_overrun
    }
}

/// Adds `at` to the ascending `times`, and returns how many of them lie within `period` before it.
fn count_within(times: &mut VecDeque<Duration>, at: Duration, period: Duration) -> usize {
    times.push_back(at);
    while times.front().is_some_and(|first| *first + period <= at) {
        times.pop_front();
    }
    times.len()
}

#[cfg(test)]
mod tests;
