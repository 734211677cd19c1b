//! The rate at which alerts may come from a source.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

/// The rate at which alerts may come from a source, by whichever inlet; the repeats of alarms that are open do not count.
///
/// Clones count together.
#[derive(Debug, Clone)]
pub struct SourceRate {
    limiter: Arc<DefaultDirectRateLimiter>,
    alerts: NonZeroU32,
    per: Duration,
}

/// The reason for which alerts are too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateExceeded {
    /// Too many for now: this time must pass.
    For(Duration),
    /// Too many at any time: so many may come at once.
    AtOnce(NonZeroU32),
}

impl SourceRate {
    /// A rate of so many alerts, at once or one after the other, in each stretch of this length. `None`: the stretch is
    /// too short for so many.
    #[must_use]
    pub fn new(alerts: NonZeroU32, per: Duration) -> Option<Self> {
        let quota = Quota::with_period(per / alerts.get())?.allow_burst(alerts);
        Some(Self { limiter: Arc::new(RateLimiter::direct(quota)), alerts, per })
    }

    /// The rate that goes on from `before` if that was the same: with what has been posted by then.
    #[must_use]
    pub fn going_on_from(self, before: Option<&Self>) -> Self {
        before.filter(|it| (it.alerts, it.per) == (self.alerts, self.per)).cloned().unwrap_or(self)
    }

    /// Takes note of so many alerts.
    ///
    /// # Errors
    ///
    /// If they are too many at once or for now; then none of them counts.
    pub fn check(&self, alerts: usize) -> Result<(), RateExceeded> {
        let Some(alerts) = NonZeroU32::new(u32::try_from(alerts).unwrap_or(u32::MAX)) else { return Ok(()) };
        match self.limiter.check_n(alerts) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(not_yet)) => Err(RateExceeded::For(not_yet.wait_time_from(DefaultClock::default().now()))),
            Err(_) => Err(RateExceeded::AtOnce(self.alerts)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(alerts: u32) -> SourceRate {
        SourceRate::new(NonZeroU32::new(alerts).unwrap(), Duration::from_secs(3600)).unwrap()
    }

    #[test]
    fn a_rate_that_stays_the_same_goes_on_and_another_begins_anew() {
        let before = rate(2);
        before.check(2).unwrap();
        let same = rate(2).going_on_from(Some(&before));
        assert!(matches!(same.check(1), Err(RateExceeded::For(_))));
        rate(3).going_on_from(Some(&before)).check(3).unwrap();
        rate(2).going_on_from(None).check(2).unwrap();
    }
}
