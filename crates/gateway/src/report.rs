//! One line in the log for each outcome, and its numbers.

use fanfare_store::{Delivery, Outcome};
use jiff::{SignedDuration, Timestamp};
use tracing::{debug, error, warn};

use crate::account::AccountEffect;
use crate::attempt::Trial;
use crate::meaning::Meaning;
use crate::steady::after;

/// Says what came of an attempt. One that went well is only worth a line to
/// whoever looks closely. Recipients stay out of the log; the store has them.
pub(crate) fn report(trial: Trial<'_>, delivery: &Delivery, meaning: &Meaning, now: Timestamp) {
    let Meaning { word, words: _, logged, refused, outcome, standing, signal: _ } = meaning;
    let (channel, id, number) = (&trial.speaker.channel.name, delivery.id, delivery.attempts + 1);
    let metrics = &trial.lane.metrics;
    metrics.attempt(word);
    match outcome {
        Outcome::Delivered => {
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
        Outcome::Pending { next_at, .. } => {
            let next_at = match standing {
                AccountEffect::SilentFor(time)
                | AccountEffect::BlockedFor(time)
                | AccountEffect::MisconfiguredFor(time) => after(now, *time),
                AccountEffect::Good | AccountEffect::Unclear => *next_at,
            };
            warn!(channel.name = %channel, delivery.id = %id, attempt.number = number, outcome = word, error = %logged, %next_at, "Attempt failed");
        }
        Outcome::Dead { reason } => {
            metrics.settled("dead");
            error!(channel.name = %channel, delivery.id = %id, attempt.number = number, outcome = word, error = %logged, reason, "Delivery given up");
        }
    }
}
