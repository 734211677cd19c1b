//! Report of an outcome: one log line, and the metrics.

use fanfare_core::{Delivery, DeliveryOutcome};
use jiff::{SignedDuration, Timestamp};
use tracing::{debug, error, warn};

use crate::channel::AccountEffect;
use crate::delivery::attempt::runner::AttemptRunner;
use crate::delivery::attempt::verdict::SendVerdict;
use crate::time::after;

/// Logs and counts an outcome; a full success is logged at debug level only.
/// Recipients stay out of the log; the store has them.
pub(crate) fn report(runner: AttemptRunner<'_>, delivery: &Delivery, verdict: &SendVerdict, now: Timestamp) {
    let SendVerdict { word, words: _, logged, refused, outcome, account_effect, signal: _ } = verdict;
    let (channel, id, number) = (&runner.sender.channel.name, delivery.id, delivery.attempts + 1);
    let metrics = &runner.lane.metrics;
    metrics.attempt(word);
    match outcome {
        DeliveryOutcome::Delivered => {
            metrics.settled("delivered");
            let latency = now.duration_since(delivery.owed_at).max(SignedDuration::ZERO).as_secs_f64();
            metrics.latency.observe(latency);
            match refused {
                0 => {
                    debug!(channel.name = %channel, delivery.id = %id, attempt.number = number, latency.seconds = latency, "Delivered");
                }
                _ => {
                    warn!(channel.name = %channel, delivery.id = %id, attempt.number = number, outcome = word, recipients.refused = refused, "Delivered, but not to all: some recipients will never get it");
                }
            }
        }
        DeliveryOutcome::Pending { next_at, .. } => {
            let next_at = match account_effect {
                AccountEffect::SilentFor(time)
                | AccountEffect::BlockedFor(time)
                | AccountEffect::MisconfiguredFor(time) => after(now, *time),
                AccountEffect::Good | AccountEffect::Unclear => *next_at,
            };
            warn!(channel.name = %channel, delivery.id = %id, attempt.number = number, outcome = word, error = %logged, %next_at, "Attempt failed");
        }
        DeliveryOutcome::Dead { reason } => {
            metrics.settled("dead");
            error!(channel.name = %channel, delivery.id = %id, attempt.number = number, outcome = word, error = %logged, reason, "Delivery given up");
        }
    }
}
