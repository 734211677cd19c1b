//! The rate at which a source may post alerts.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use crate::refusal::HttpRefusal;

/// The rate at which a source may post alerts; the repeats of alarms that are open do not count.
///
/// Clones count together.
#[derive(Debug, Clone)]
pub struct SourceRate {
    limiter: Arc<DefaultDirectRateLimiter>,
    alerts: NonZeroU32,
    per: Duration,
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
    pub(crate) fn going_on_from(self, before: Option<&Self>) -> Self {
        before.filter(|it| (it.alerts, it.per) == (self.alerts, self.per)).cloned().unwrap_or(self)
    }

    /// Takes note of so many alerts.
    ///
    /// # Errors
    ///
    /// If they are too many at once or for now; then none of them counts.
    pub(crate) fn check(&self, alerts: usize) -> Result<(), HttpRefusal> {
        let Some(alerts) = NonZeroU32::new(u32::try_from(alerts).unwrap_or(u32::MAX)) else { return Ok(()) };
        match self.limiter.check_n(alerts) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(not_yet)) => {
                let wait = not_yet.wait_time_from(DefaultClock::default().now());
                let message =
                    "the source posts more alerts than its `rate_limit` allows: send this again later";
                let refusal = HttpRefusal::new(StatusCode::TOO_MANY_REQUESTS, "too_many_alerts", message);
                Err(refusal.retry_after(wait))
            }
            Err(_) => {
                let message = format!(
                    "the source's `rate_limit` allows {} alerts at once: send fewer together",
                    self.alerts
                );
                Err(HttpRefusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_many_alerts", message))
            }
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
        assert_eq!(same.check(1).unwrap_err().status(), StatusCode::TOO_MANY_REQUESTS);
        rate(3).going_on_from(Some(&before)).check(3).unwrap();
        rate(2).going_on_from(None).check(2).unwrap();
    }
}
