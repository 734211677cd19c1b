//! Verdict on an answer: the delivery's outcome, and the effect on account and circuit.

use std::time::Duration;

use fanfare_core::{Delivery, DeliveryOutcome, Failure, Next, Receipt, RetryPolicy, RetryState, SendError};
use jiff::Timestamp;

use crate::channel::AccountEffect;
use crate::time::after;

/// The verdict on an answer: the delivery's outcome, and the effect on account and circuit.
#[derive(Debug)]
pub(crate) struct SendVerdict {
    /// The outcome in one word, for metrics and for the store.
    pub(crate) word: &'static str,
    /// The provider's answer.
    pub(crate) words: String,
    /// The same for the log: without recipients.
    pub(crate) logged: String,
    /// The number of recipients who will never get it.
    pub(crate) refused: usize,
    pub(crate) outcome: DeliveryOutcome,
    pub(crate) account_effect: AccountEffect,
    pub(crate) signal: CircuitSignal,
}

/// The effect of an answer on the channel's circuit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CircuitSignal {
    /// Success: the provider accepted the message.
    Accepted,
    /// Success of the connection: the provider has read the message, and refuses it.
    Read,
    /// Failure of the attempt.
    Failure(Failure),
    /// Failure for the last few recipients: no evidence about the others, but a probe has
    /// then shown nothing.
    FailureForSome,
    /// No effect: the account must be silent, or nothing left this machine.
    None,
}

/// The facts besides the answer on which a verdict depends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SendContext<'a> {
    pub(crate) delivery: &'a Delivery,
    /// The time for which this process has been trying it.
    pub(crate) tried_for: Duration,
    pub(crate) retry: RetryPolicy,
    /// A random number in `0.0..1.0`.
    pub(crate) spread: f64,
    /// The end of the attempt, in monotonic time.
    pub(crate) now: Timestamp,
}

impl SendVerdict {
    /// The verdict on `answer`.
    pub(crate) fn new(answer: Result<Receipt, SendError>, context: SendContext<'_>) -> Self {
        match answer {
            Ok(receipt) if receipt.deferred.is_empty() => Self {
                word: if receipt.refused.is_empty() { "delivered" } else { "partial" },
                words: words(&receipt),
                logged: receipt.words,
                refused: receipt.refused.len(),
                outcome: DeliveryOutcome::Delivered,
                account_effect: AccountEffect::Good,
                signal: CircuitSignal::Accepted,
            },
            Ok(receipt) => Self::from_partial(&receipt, context),
            Err(err) => Self {
                word: err.word(),
                words: err.to_string(),
                logged: err.to_string(),
                refused: 0,
                outcome: outcome(&err, context.delivery.only.clone(), context),
                account_effect: account_effect(&err, context),
                signal: signal(&err, context),
            },
        }
    }

    /// The verdict on a message that some recipients have; the others are tried again alone.
    fn from_partial(receipt: &Receipt, context: SendContext<'_>) -> Self {
        let owed: Vec<_> = receipt.deferred.iter().map(|it| it.recipient.clone()).collect();
        let (left, refused) = (owed.len(), receipt.refused.len());
        let reason = format!("{left} recipients must be tried again, {refused} will never get it");
        let rest = SendError::Transient { reason };
        Self {
            word: "partial",
            words: words(receipt),
            logged: rest.to_string(),
            refused,
            outcome: outcome(&rest, Some(owed), context),
            account_effect: AccountEffect::Good,
            signal: CircuitSignal::Accepted,
        }
    }
}

fn signal(err: &SendError, context: SendContext<'_>) -> CircuitSignal {
    match err {
        SendError::Transient { .. } | SendError::Unanswered { .. } => match context.delivery.only {
            None => CircuitSignal::Failure(Failure::Soft),
            Some(_) => CircuitSignal::FailureForSome,
        },
        SendError::Misconfigured { .. } => {
            let pause = context.retry.silence(state(context), err).unwrap_or_default();
            CircuitSignal::Failure(Failure::Misconfigured { pause })
        }
        SendError::Unsendable { .. } => CircuitSignal::Read,
        SendError::Local { .. }
        | SendError::Throttled { .. }
        | SendError::Blocked { .. }
        | SendError::Quota { .. } => CircuitSignal::None,
    }
}

fn outcome(err: &SendError, only: Option<Vec<String>>, context: SendContext<'_>) -> DeliveryOutcome {
    let SendContext { delivery, retry, spread, now, .. } = context;
    match retry.next(state(context), err, spread) {
        Next::TryAgain { pause, form, failures } => {
            DeliveryOutcome::Pending { next_at: after(now, pause), failures, form, only, digest: None }
        }
        // The account's silence holds it back; a pause of its own would only prolong the wait.
        Next::HoldAccount { silence: _, failures } => {
            DeliveryOutcome::Pending { next_at: now, failures, form: delivery.form, only, digest: None }
        }
        Next::GiveUp(why) => DeliveryOutcome::Dead { reason: why.to_string() },
    }
}

/// The effect of `err` on the account. A silence that the provider asks for holds even
/// if this one delivery is given up before its end.
fn account_effect(err: &SendError, context: SendContext<'_>) -> AccountEffect {
    match (context.retry.silence(state(context), err), err) {
        (Some(time), SendError::Misconfigured { .. }) => AccountEffect::MisconfiguredFor(time),
        (Some(time), SendError::Blocked { .. }) => AccountEffect::BlockedFor(time),
        (Some(time), _) => AccountEffect::SilentFor(time),
        (None, SendError::Local { .. }) => AccountEffect::NotSent,
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

fn state(SendContext { delivery, tried_for, .. }: SendContext<'_>) -> RetryState {
    RetryState { failures: delivery.failures, form: delivery.form, tried_for }
}

/// The provider's words, with the recipients whom the message did not reach.
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
