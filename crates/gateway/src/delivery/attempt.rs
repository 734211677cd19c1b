//! One attempt: prepared, sent, classified, recorded.

mod prepare;
mod send;
mod record;
mod report;
mod verdict;
mod runner;

use std::sync::Arc;

use fanfare_core::{
    Circuit, Delivery, DeliveryOutcome, DigestRef, Failure, LedgerSentence, MessageForm, Moment,
    Notification, Receipt, SendError, Settlement,
};
use jiff::Timestamp;
use tracing::{info, warn};

use self::prepare::{PreparedBatch, ReadyBatch, prepare};
use self::record::AttemptTimes;
use self::report::{ReportedDelivery, report};
use self::runner::AttemptRunner;
use self::verdict::{CircuitSignal, SendContext, SendVerdict};
use crate::channel::AccountEffect;
use crate::delivery::batch::{AfterAttempt, AttemptResult, Batch, QueuedDelivery};
use crate::delivery::context::{ChannelSender, LaneContext};
use crate::self_alert::is_requested_test;
use crate::time::LOCAL_FAULT_PAUSE;

/// Makes one attempt to deliver `batch`, and returns when its result is on the disk.
pub(crate) async fn run(
    lane: Arc<LaneContext>,
    sender: Arc<ChannelSender>,
    batch: Batch,
) -> Vec<AttemptResult> {
    let runner = AttemptRunner { lane: &lane, sender: sender.as_ref() };
    let PreparedBatch { ready, mut ended } = prepare(runner, batch).await;
    match ready {
        Some(ready) => ended.extend(runner.run(ready).await),
        None => sender.account.cancel_start(),
    }
    ended
}

impl AttemptRunner<'_> {
    async fn run(self, ReadyBatch { deliveries, entry }: ReadyBatch) -> Vec<AttemptResult> {
        let started_at = self.lane.clock.now();
        let answer = self.send(&deliveries, entry.digest, started_at).await;
        let record = AttemptTimes { started_at, ended: self.lane.monotonic.moment(), entry };
        let results = self.classify(deliveries, &answer, record).await;
        if matches!(answer, Err(SendError::Local { .. })) {
            // No circuit holds the others back, and each would fail alike, at the machine's cost.
            tokio::time::sleep(LOCAL_FAULT_PAUSE).await;
        }
        results
    }

    /// Classifies the answer for each delivery of the attempt, and records the outcomes.
    async fn classify(
        self,
        deliveries: Vec<(QueuedDelivery, Arc<Notification>)>,
        answer: &Result<Receipt, SendError>,
        record: AttemptTimes,
    ) -> Vec<AttemptResult> {
        let digest = record.entry.digest.filter(|_| deliveries.len() > 1);
        let too_large = digest.is_some() && matches!(answer, Err(SendError::Unsendable { .. }));
        let spread = self.lane.jitter.spread();
        let mut verdicts: Vec<_> =
            deliveries.iter().map(|(queued, _)| self.verdict(queued, answer, spread, &record)).collect();
        if !too_large {
            answer_tests(&mut verdicts, &deliveries);
        }
        self.report(&deliveries, &verdicts, record.ended);
        match digest {
            Some(_) if too_large => split_up(&mut verdicts, record.ended.promise),
            Some(digest) => keep_together(&mut verdicts, digest),
            None => {}
        }
        if let Some(first) = verdicts.first() {
            self.update_channel_state(first, record.ended.wall);
        }
        let settlements: Vec<_> = deliveries
            .iter()
            .zip(verdicts)
            .map(|((queued, _), verdict)| self.settlement(queued, verdict, &record))
            .collect();
        self.record(settlements.clone(), record.ended).await;
        let after = if too_large { after_split } else { after };
        let queued = deliveries.into_iter().map(|(queued, _)| queued);
        let result = |(queued, settlement): (QueuedDelivery, Settlement)| AttemptResult {
            after: after(queued.delivery.clone(), settlement),
            queued,
        };
        queued.zip(settlements).map(result).collect()
    }

    fn verdict(
        self,
        queued: &QueuedDelivery,
        answer: &Result<Receipt, SendError>,
        spread: f64,
        record: &AttemptTimes,
    ) -> SendVerdict {
        let context = SendContext {
            delivery: &queued.delivery,
            tried_for: self.lane.monotonic.elapsed(queued.since),
            retry: self.sender.retry,
            spread,
            now: record.ended.promise,
        };
        SendVerdict::new(answer.clone(), context)
    }

    fn report(
        self,
        deliveries: &[(QueuedDelivery, Arc<Notification>)],
        verdicts: &[SendVerdict],
        now: Moment,
    ) {
        let reported = deliveries.iter().zip(verdicts).map(|((queued, notification), verdict)| {
            ReportedDelivery { delivery: &queued.delivery, notification: Some(notification), verdict }
        });
        report(self, &reported.collect::<Vec<_>>(), now);
    }

    /// Updates the state of the account and of the channel by the verdict.
    fn update_channel_state(self, verdict: &SendVerdict, now: Timestamp) {
        let monotonic_now = self.lane.monotonic.now();
        let status = &self.lane.status;
        if !status.has_version(&self.sender.channel.version) {
            // The settings have changed meanwhile: faults of the old ones no longer count.
            let effect = match verdict.account_effect {
                AccountEffect::MisconfiguredFor(_) => AccountEffect::Unclear,
                effect @ (AccountEffect::Good
                | AccountEffect::Unclear
                | AccountEffect::NotSent
                | AccountEffect::SilentFor(_)
                | AccountEffect::BlockedFor(_)) => effect,
            };
            return self.sender.account.finish(monotonic_now, effect);
        }
        self.update_circuit(verdict, monotonic_now);
        if verdict.signal == CircuitSignal::Accepted {
            status.last().proven_at = Some(now);
        }
        match verdict.outcome {
            DeliveryOutcome::Delivered => {}
            DeliveryOutcome::Pending { .. }
            | DeliveryOutcome::Dead { .. }
            | DeliveryOutcome::Answered { .. } => {
                status.last().error = Some((now, verdict.logged.clone()));
            }
        }
        self.sender.account.finish(monotonic_now, verdict.account_effect);
    }

    /// Updates the circuit by the verdict, and logs its opening and closing.
    fn update_circuit(self, verdict: &SendVerdict, now: Timestamp) {
        let turn = turn_circuit(&mut self.lane.status.circuit(), verdict, now);
        let channel = &self.sender.channel.name;
        match turn {
            CircuitTurn::None => {}
            CircuitTurn::Opened => {
                self.lane.metrics.circuit_openings.inc();
                warn!(channel.name = %channel, error = %verdict.logged, "Circuit opened: the channel does not work, and is probed until it does");
            }
            CircuitTurn::Closed => info!(channel.name = %channel, "Circuit closed: the channel works again"),
        }
    }
}

/// The states between which a circuit turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CircuitTurn {
    None,
    Opened,
    Closed,
}

/// Updates the circuit by the verdict, and tells whether it opened or closed.
fn turn_circuit(circuit: &mut Circuit, verdict: &SendVerdict, now: Timestamp) -> CircuitTurn {
    let was_open = circuit.blocked_until(now).is_some();
    update_circuit(circuit, verdict, now);
    match (was_open, circuit.blocked_until(now).is_some()) {
        (false, true) => CircuitTurn::Opened,
        (true, false) => CircuitTurn::Closed,
        (false, false) | (true, true) => CircuitTurn::None,
    }
}

fn update_circuit(circuit: &mut Circuit, verdict: &SendVerdict, now: Timestamp) {
    match verdict.signal {
        CircuitSignal::Accepted | CircuitSignal::Read => circuit.succeeded(now),
        CircuitSignal::Failure(failure) => circuit.failed(now, failure, &verdict.logged),
        CircuitSignal::FailureForSome => {
            if circuit.blocked_until(now).is_some() {
                circuit.failed(now, Failure::Soft, &verdict.logged);
            }
        }
        CircuitSignal::None => {}
    }
}

/// Lets tests that people have asked for end with the first answer, which they are told: no queue and no dead letter.
fn answer_tests(verdicts: &mut [SendVerdict], deliveries: &[(QueuedDelivery, Arc<Notification>)]) {
    for (verdict, (_, notification)) in verdicts.iter_mut().zip(deliveries) {
        match verdict.outcome {
            DeliveryOutcome::Pending { .. } | DeliveryOutcome::Dead { .. }
                if is_requested_test(&notification.alert) =>
            {
                verdict.outcome =
                    DeliveryOutcome::Answered { reason: LedgerSentence::TestAnswered.to_string() };
            }
            DeliveryOutcome::Delivered
            | DeliveryOutcome::Pending { .. }
            | DeliveryOutcome::Dead { .. }
            | DeliveryOutcome::Answered { .. } => {}
        }
    }
}

/// Keeps pending deliveries in the same digest, for the same time; a delivery still owed
/// to some of its recipients goes alone.
fn keep_together(verdicts: &mut [SendVerdict], together: DigestRef) {
    for verdict in verdicts {
        if let DeliveryOutcome::Pending { only: None, digest, .. } = &mut verdict.outcome {
            *digest = Some(together);
        }
    }
}

/// Lets the halves of a digest that the provider refuses as a whole go at once.
fn split_up(verdicts: &mut [SendVerdict], now: Timestamp) {
    for verdict in verdicts {
        verdict.outcome = in_parts(&verdict.outcome, now);
    }
}

/// The outcome of a delivery in a digest that the provider refuses as a whole: its half may go at once.
fn in_parts(outcome: &DeliveryOutcome, now: Timestamp) -> DeliveryOutcome {
    match outcome {
        DeliveryOutcome::Pending { failures, only, .. } => DeliveryOutcome::Pending {
            next_at: now,
            failures: *failures,
            form: MessageForm::Full,
            only: only.clone(),
            digest: None,
        },
        DeliveryOutcome::Delivered | DeliveryOutcome::Dead { .. } | DeliveryOutcome::Answered { .. } => {
            outcome.clone()
        }
    }
}

fn after(delivery: Delivery, settlement: Settlement) -> AfterAttempt {
    match settlement.outcome {
        DeliveryOutcome::Delivered | DeliveryOutcome::Dead { .. } | DeliveryOutcome::Answered { .. } => {
            AfterAttempt::Done
        }
        DeliveryOutcome::Pending { next_at, failures, form, only, digest } => AfterAttempt::Retry(Delivery {
            next_at,
            failures,
            form,
            only,
            digest,
            attempts: settlement.ordinal,
            ..delivery
        }),
    }
}

fn after_split(delivery: Delivery, settlement: Settlement) -> AfterAttempt {
    match after(delivery, settlement) {
        AfterAttempt::Retry(delivery) => AfterAttempt::SplitDigest(delivery),
        after @ (AfterAttempt::Done | AfterAttempt::SplitDigest(_) | AfterAttempt::NotSent) => after,
    }
}
