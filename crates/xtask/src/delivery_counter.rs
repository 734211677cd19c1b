//! The first message about each alert on one channel.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Result, bail};
use tokio::time::{Instant, interval};

use crate::alert::Serial;

#[cfg(test)]
mod tests;

/// A count of the messages that one channel's fake provider got.
#[derive(Debug)]
pub(crate) struct DeliveryCounter {
    opened: Instant,
    /// Nanoseconds from `opened` to the first message about each alert; [`NEVER`] before.
    first: Vec<AtomicU64>,
    told: AtomicUsize,
    messages: AtomicUsize,
}

/// No message has come.
const NEVER: u64 = u64::MAX;

/// The pause between two looks of a waiting measurement. Its result is the arrival itself, so
/// this bounds only how late we notice.
const GLANCE: Duration = Duration::from_millis(2);

impl DeliveryCounter {
    /// A counter of alerts whose serials are below `alerts`.
    #[must_use]
    pub(crate) fn new(alerts: u32, now: Instant) -> Self {
        Self {
            opened: now,
            first: (0..alerts).map(|_| AtomicU64::new(NEVER)).collect(),
            told: AtomicUsize::new(0),
            messages: AtomicUsize::new(0),
        }
    }

    /// Notes that a message about `serial` came. A serial beyond the counter is
    /// of an earlier run, and ignored.
    pub(crate) fn record(&self, serial: Serial, now: Instant) {
        let Some(first) = self.first.get(serial.0 as usize) else {
            return;
        };
        let after = u64::try_from((now - self.opened).as_nanos()).unwrap_or(NEVER - 1);
        self.messages.fetch_add(1, Ordering::Relaxed);
        if first.fetch_min(after, Ordering::Relaxed) == NEVER {
            self.told.fetch_add(1, Ordering::Release);
        }
    }

    /// The number of alerts with at least one message.
    pub(crate) fn told(&self) -> usize {
        self.told.load(Ordering::Acquire)
    }

    /// The number of messages.
    pub(crate) fn messages(&self) -> usize {
        self.messages.load(Ordering::Acquire)
    }

    /// The number of messages about an alert that an earlier one had told of.
    pub(crate) fn repeats(&self) -> usize {
        let told = self.told();
        self.messages().saturating_sub(told)
    }

    /// The time of the first message about `serial`.
    pub(crate) fn arrival(&self, serial: Serial) -> Option<Instant> {
        let after = self.first.get(serial.0 as usize)?.load(Ordering::Acquire);
        (after != NEVER).then(|| self.opened + Duration::from_nanos(after))
    }

    /// The time at which the last of the first `alerts` alerts was told; waits until all are.
    ///
    /// # Errors
    ///
    /// When nothing more comes for as long as `patience`.
    pub(crate) async fn last_of(&self, alerts: u32, patience: Duration) -> Result<Instant> {
        let mut glances = interval(GLANCE);
        let mut progress = (self.told(), Instant::now());
        while self.told() < alerts as usize {
            glances.tick().await;
            let told = self.told();
            if told > progress.0 {
                progress = (told, Instant::now());
            } else if progress.1.elapsed() > patience {
                bail!("only {told} of {alerts} alerts were told, and none within the last {patience:?}");
            }
        }
        let last = (0..alerts).filter_map(|number| self.arrival(Serial(number))).max();
        Ok(last.unwrap_or(self.opened))
    }
}
