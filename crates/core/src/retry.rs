//! The decision after an attempt that failed.

use std::fmt;
use std::time::Duration;

use crate::{LedgerSentence, MessageForm, SendError};

/// The patience with which a delivery is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The wait after the first failure; doubles with each further one.
    pub first_delay: Duration,
    /// The longest wait. Where the message may have been delivered the waits are
    /// much longer, see [`RetryPolicy::longest_pause`].
    pub max_delay: Duration,
    /// The wait after a channel turned out to be misconfigured; doubles up to
    /// [`RetryPolicy::MAX_PROBE_DELAY`]. Providers ban who keeps knocking with a bad key.
    pub probe_delay: Duration,
    /// The time for which a delivery is tried before it is given up: since it came to be, or
    /// since the gateway was started after that.
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

/// The past of a delivery, as far as it matters for the next attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryState {
    /// Failed attempts so far, without the one at hand and without those that
    /// were only told to wait.
    pub failures: u32,
    /// The form of the attempt at hand.
    pub form: MessageForm,
    /// For how long it has been tried, without the time in which no gateway ran:
    /// a day of being switched off is not a day of trying.
    pub tried_for: Duration,
}

/// The decision after an attempt that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Try this delivery again.
    TryAgain {
        /// After so long.
        pause: Duration,
        /// In this form.
        form: MessageForm,
        /// Failures so far.
        failures: u32,
    },
    /// Be silent on the whole account, and then try again.
    HoldAccount {
        /// For so long.
        silence: Duration,
        /// Failures so far.
        failures: u32,
    },
    /// Give the delivery up.
    GiveUp(GiveUp),
}

/// The reason for which a delivery is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GiveUp {
    /// The provider takes it neither in full nor in plain form.
    Unsendable,
    /// The delivery has been tried for as long as the policy allows.
    Stale,
}

impl fmt::Display for GiveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unsendable => LedgerSentence::NoForm.text(),
            Self::Stale => LedgerSentence::TriedLongEnough.text(),
        })
    }
}

/// The factor by which the first wait is longer where a message may have been delivered.
///
/// Where the provider knows no idempotency key each further attempt may be one
/// more copy on everybody's phone, so it must be rarer than where nothing
/// arrived: with the default policy after 8, 16, 32 s, … up to 20 min, which is
/// some 80 copies in a day of lost answers and not the 2900 of a wait of 30 s.
const UNANSWERED_FIRST: u32 = 8;

/// The factor by which the longest wait is longer where a message may have been delivered.
const UNANSWERED_MAX: u32 = 40;

impl RetryPolicy {
    /// The longest wait between probes of a misconfigured channel.
    pub const MAX_PROBE_DELAY: Duration = Duration::from_secs(600);

    /// The longest silence after a quota is used up: once a day the provider is
    /// asked whether it takes messages again. It may have been given more, and
    /// what waits for the end of a month is no alert any more.
    pub const MAX_QUOTA_SILENCE: Duration = Duration::from_secs(24 * 60 * 60);

    /// The decision now that an attempt has failed with `err`.
    ///
    /// `spread` is a random number in `0.0..1.0`; it keeps deliveries that
    /// failed together from coming back together.
    #[must_use]
    pub fn next(&self, state: RetryState, err: &SendError, spread: f64) -> Next {
        let next = self.reaction(state, err, spread);
        match next {
            Next::TryAgain { pause, .. } | Next::HoldAccount { silence: pause, .. }
                if self.give_up_after < state.tried_for.saturating_add(pause) =>
            {
                Next::GiveUp(GiveUp::Stale)
            }
            Next::TryAgain { .. } | Next::HoldAccount { .. } | Next::GiveUp(_) => next,
        }
    }

    /// For how long the whole account is silent after `err`, also where
    /// [`RetryPolicy::next`] gives the delivery itself up: others wait behind it,
    /// and would knock at the closed door one after the other.
    #[must_use]
    pub fn silence(&self, state: RetryState, err: &SendError) -> Option<Duration> {
        match self.reaction(state, err, 0.0) {
            Next::HoldAccount { silence, .. } => Some(silence),
            Next::TryAgain { .. } | Next::GiveUp(_) => None,
        }
    }

    /// The longest wait of one delivery, as opposed to its account: that of one
    /// which may have been delivered.
    #[must_use]
    pub fn longest_pause(&self) -> Duration {
        self.max_delay.saturating_mul(UNANSWERED_MAX)
    }

    fn reaction(&self, state: RetryState, err: &SendError, spread: f64) -> Next {
        let RetryState { failures, form, tried_for: _ } = state;
        let failed = failures.saturating_add(1);
        let again_after = |first, longest| {
            let pause = spread_out(doubled(first, failures, longest), spread);
            Next::TryAgain { pause, form, failures: failed }
        };
        match err {
            SendError::Transient { .. } | SendError::Local { .. } => {
                again_after(self.first_delay, self.max_delay)
            }
            SendError::Unanswered { .. } => {
                again_after(self.first_delay.saturating_mul(UNANSWERED_FIRST), self.longest_pause())
            }
            // Asked for hardly any silence, we would knock without a pause for as long as we are throttled.
            SendError::Throttled { retry_after, .. } | SendError::Blocked { retry_after, .. } => {
                Next::HoldAccount { silence: self.first_delay.max(*retry_after), failures }
            }
            SendError::Quota { retry_after, .. } => {
                let silence = self.first_delay.max(*retry_after).min(Self::MAX_QUOTA_SILENCE);
                Next::HoldAccount { silence, failures }
            }
            SendError::Misconfigured { .. } => {
                let longest = Self::MAX_PROBE_DELAY.max(self.probe_delay);
                Next::HoldAccount { silence: doubled(self.probe_delay, failures, longest), failures: failed }
            }
            SendError::Unsendable { .. } => match form {
                MessageForm::Full => {
                    Next::TryAgain { pause: Duration::ZERO, form: MessageForm::Plain, failures: failed }
                }
                MessageForm::Plain => Next::GiveUp(GiveUp::Unsendable),
            },
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

#[cfg(test)]
mod tests;
