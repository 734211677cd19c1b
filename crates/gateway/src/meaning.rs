//! What an answer means for its delivery, and for the account.

use std::time::Duration;

use fanfare_core::{Failure, Next, Receipt, RetryPolicy, RetryState, SendError};
use fanfare_store::{Delivery, Outcome};
use jiff::Timestamp;

use crate::account::AccountEffect;
use crate::steady::after;

/// What an answer means for its delivery, and for the account.
#[derive(Debug)]
pub(crate) struct Meaning {
    /// One word for it, in metrics and in the store.
    pub(crate) word: &'static str,
    /// The provider's answer.
    pub(crate) words: String,
    /// The same for the log: without recipients.
    pub(crate) logged: String,
    /// How many recipients will never get it.
    pub(crate) refused: usize,
    pub(crate) outcome: Outcome,
    pub(crate) standing: AccountEffect,
    /// What it tells the channel's circuit.
    pub(crate) signal: Signal,
}

/// What an answer tells a channel's circuit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// The provider took the message.
    Taken,
    /// The provider has read the message, and will not take it.
    Read,
    /// It did not.
    Failure(Failure),
    /// It did not for the last few recipients: that says little of the others, but a
    /// probe has then shown nothing.
    FailureForSome,
    /// Nothing: the account must be silent, or nothing was asked.
    None,
}

/// What an attempt of a delivery is judged by, besides its answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Circumstances<'a> {
    pub(crate) delivery: &'a Delivery,
    /// For how long this process has been trying it.
    pub(crate) tried_for: Duration,
    pub(crate) retry: RetryPolicy,
    /// A random number in `0.0..1.0`.
    pub(crate) spread: f64,
    pub(crate) now: Timestamp,
}

impl Meaning {
    /// What `answer` means.
    pub(crate) fn of(answer: Result<Receipt, SendError>, given: Circumstances<'_>) -> Self {
        match answer {
            Ok(receipt) if receipt.deferred.is_empty() => Self {
                word: if receipt.refused.is_empty() { "delivered" } else { "partial" },
                words: words(&receipt),
                logged: receipt.words,
                refused: receipt.refused.len(),
                outcome: Outcome::Delivered,
                standing: AccountEffect::Good,
                signal: Signal::Taken,
            },
            Ok(receipt) => Self::of_part(&receipt, given),
            Err(err) => Self {
                word: err.word(),
                words: err.to_string(),
                logged: err.to_string(),
                refused: 0,
                outcome: outcome(&err, given.delivery.only.clone(), given),
                standing: standing(&err, given),
                signal: signal(&err, given),
            },
        }
    }

    /// Some recipients have it; the others are tried again by themselves.
    fn of_part(receipt: &Receipt, given: Circumstances<'_>) -> Self {
        let owed: Vec<_> = receipt.deferred.iter().map(|it| it.recipient.clone()).collect();
        let (left, refused) = (owed.len(), receipt.refused.len());
        let reason = format!("{left} recipients must be tried again, {refused} will never get it");
        let rest = SendError::Transient { reason };
        Self {
            word: "partial",
            words: words(receipt),
            logged: rest.to_string(),
            refused,
            outcome: outcome(&rest, Some(owed), given),
            standing: AccountEffect::Good,
            signal: Signal::Taken,
        }
    }
}

fn signal(err: &SendError, given: Circumstances<'_>) -> Signal {
    match err {
        SendError::Transient { .. } | SendError::Unanswered { .. } => match given.delivery.only {
            None => Signal::Failure(Failure::Soft),
            Some(_) => Signal::FailureForSome,
        },
        SendError::Misconfigured { .. } => {
            let pause = given.retry.silence(state(given), err).unwrap_or_default();
            Signal::Failure(Failure::Misconfigured { pause })
        }
        SendError::Unsendable { .. } => Signal::Read,
        SendError::Throttled { .. } | SendError::Blocked { .. } | SendError::Quota { .. } => Signal::None,
    }
}

fn outcome(err: &SendError, only: Option<Vec<String>>, given: Circumstances<'_>) -> Outcome {
    let Circumstances { delivery, retry, spread, now, .. } = given;
    match retry.next(state(given), err, spread) {
        Next::TryAgain { pause, form, failures } => {
            Outcome::Pending { next_at: after(now, pause), failures, form, only, gathered: None }
        }
        // The account's silence holds it; it is not to wait for longer than that.
        Next::HoldAccount { silence: _, failures } => {
            Outcome::Pending { next_at: now, failures, form: delivery.form, only, gathered: None }
        }
        Next::GiveUp(why) => Outcome::Dead { reason: why.to_string() },
    }
}

/// What `err` tells of the account. It must be silent for as long as it was
/// asked to, also where this one delivery is given up before that.
fn standing(err: &SendError, given: Circumstances<'_>) -> AccountEffect {
    match (given.retry.silence(state(given), err), err) {
        (Some(time), SendError::Misconfigured { .. }) => AccountEffect::MisconfiguredFor(time),
        (Some(time), SendError::Blocked { .. }) => AccountEffect::BlockedFor(time),
        (Some(time), _) => AccountEffect::SilentFor(time),
        (None, SendError::Unsendable { .. }) => AccountEffect::Good, // the provider has read it
        (
            None,
            SendError::Transient { .. }
            | SendError::Throttled { .. }
            | SendError::Blocked { .. }
            | SendError::Quota { .. }
            | SendError::Misconfigured { .. }
            | SendError::Unanswered { .. },
        ) => AccountEffect::Unclear,
    }
}

fn state(Circumstances { delivery, tried_for, .. }: Circumstances<'_>) -> RetryState {
    RetryState { failures: delivery.failures, form: delivery.form, tried_for }
}

/// The provider's words, with the recipients the message did not reach.
fn words(receipt: &Receipt) -> String {
    let Receipt { words, refused, deferred } = receipt;
    let mut text = words.clone();
    for (what, recipients) in [("refused", refused), ("not yet", deferred)] {
        for missed in recipients {
            text.push_str(&format!("; {what} {}: {}", missed.recipient, missed.reason));
        }
    }
    text
}

#[cfg(test)]
mod tests;
