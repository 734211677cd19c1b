//! What to do after an attempt that failed.

use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{Form, SendError};

/// How patiently a delivery is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The wait after the first failure; doubles with each further one.
    pub first_delay: Duration,
    /// The longest wait.
    pub max_delay: Duration,
    /// The wait after a channel turned out to be misconfigured; doubles up to
    /// [`RetryPolicy::MAX_PROBE_DELAY`]. Providers ban who keeps knocking with a bad key.
    pub probe_delay: Duration,
    /// How long after it came to be a delivery is given up.
    pub give_up_after: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            first_delay: Duration::from_secs(1),
            max_delay: Duration::from_secs(30),
            probe_delay: Duration::from_secs(60),
            give_up_after: Duration::from_secs(24 * 60 * 60),
        }
    }
}

/// What of a delivery's past matters for its next attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryState {
    /// Failed attempts so far, without the one at hand and without those that
    /// were only told to wait.
    pub failures: u32,
    /// The form of the attempt at hand.
    pub form: Form,
    /// When the delivery came to be.
    pub owed_at: Timestamp,
}

/// What to do after an attempt that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Try this delivery again then.
    TryAt {
        /// When.
        at: Timestamp,
        /// In this form.
        form: Form,
        /// Failures so far.
        failures: u32,
    },
    /// Be silent on the whole account until then, and then try again.
    HoldAccount {
        /// Until when.
        until: Timestamp,
        /// Failures so far.
        failures: u32,
    },
    /// Give the delivery up.
    GiveUp(GiveUp),
}

/// Why a delivery is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GiveUp {
    /// The provider takes it neither in full nor in plain form.
    Unsendable,
    /// It has been tried for as long as the policy allows.
    Stale,
}

impl fmt::Display for GiveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unsendable => "the provider takes it neither in full nor in plain form",
            Self::Stale => "tried for as long as `retry.give_up_after` allows",
        })
    }
}

impl RetryPolicy {
    /// The longest wait between probes of a misconfigured channel.
    pub const MAX_PROBE_DELAY: Duration = Duration::from_secs(600);

    /// What to do now that an attempt has failed with `err`.
    ///
    /// `spread` is a random number in `0.0..1.0`; it keeps deliveries that
    /// failed together from coming back together.
    #[must_use]
    pub fn next(&self, state: RetryState, err: &SendError, spread: f64, now: Timestamp) -> Next {
        self.unless_stale(self.reaction(state, err, spread, now), state.owed_at)
    }

    /// Until when the whole account is silent after `err`, also where
    /// [`RetryPolicy::next`] gives the delivery itself up: others wait behind it,
    /// and would knock at the closed door one after the other.
    #[must_use]
    pub fn silent_until(&self, state: RetryState, err: &SendError, now: Timestamp) -> Option<Timestamp> {
        match self.reaction(state, err, 0.0, now) {
            Next::HoldAccount { until, .. } => Some(until),
            Next::TryAt { .. } | Next::GiveUp(_) => None,
        }
    }

    fn reaction(&self, state: RetryState, err: &SendError, spread: f64, now: Timestamp) -> Next {
        let RetryState { failures, form, owed_at: _ } = state;
        let failed = failures.saturating_add(1);
        match err {
            SendError::Transient { .. } | SendError::Unanswered { .. } => {
                let delay = spread_out(doubled(self.first_delay, failures, self.max_delay), spread);
                Next::TryAt { at: after(now, delay), form, failures: failed }
            }
            SendError::Throttled { retry_after, .. } | SendError::Quota { retry_after, .. } => {
                Next::HoldAccount { until: after(now, *retry_after), failures }
            }
            SendError::Misconfigured { .. } => {
                let delay = doubled(self.probe_delay, failures, Self::MAX_PROBE_DELAY.max(self.probe_delay));
                Next::HoldAccount { until: after(now, delay), failures: failed }
            }
            SendError::Unsendable { .. } => match form {
                Form::Full => Next::TryAt { at: now, form: Form::Plain, failures: failed },
                Form::Plain => Next::GiveUp(GiveUp::Unsendable),
            },
        }
    }

    fn unless_stale(&self, next: Next, owed_at: Timestamp) -> Next {
        match next {
            Next::TryAt { at, .. } | Next::HoldAccount { until: at, .. }
                if after(owed_at, self.give_up_after) < at =>
            {
                Next::GiveUp(GiveUp::Stale)
            }
            Next::TryAt { .. } | Next::HoldAccount { .. } | Next::GiveUp(_) => next,
        }
    }
}

/// `first` doubled `times` times, at most `max`.
fn doubled(first: Duration, times: u32, max: Duration) -> Duration {
    first.saturating_mul(2_u32.saturating_pow(times)).min(max)
}

/// Between half of `delay` and all of it.
fn spread_out(delay: Duration, spread: f64) -> Duration {
    let half = delay / 2;
    half + half.mul_f64(spread.clamp(0.0, 1.0))
}

fn after(now: Timestamp, delay: Duration) -> Timestamp {
    SignedDuration::try_from(delay)
        .ok()
        .and_then(|delay| now.checked_add(delay).ok())
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
