//! One channel's lane: the order and the times of its attempts.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{
    Backlog, Delivery, DigestRef, Gate, MessageForm, QueueKey, Severity, Share, Turn, Waiting, shifted,
};
use jiff::Timestamp;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};
use tracing::{debug, error};

use crate::channel::{AccountEffect, AccountPlace, Admission};
use crate::delivery::attempt;
use crate::delivery::batch::{AfterAttempt, AttemptResult, Batch, QueuedDelivery};
use crate::delivery::context::{ChannelSender, LaneContext};
use crate::delivery::pending::PendingDeliveries;
use crate::delivery::retry_queue::RetryQueue;
use crate::dispatch::{EscalationEvent, IncomingDelivery, LaneMessage, LaneSender};
use crate::time::{STORE_PAUSE, after, between};

/// The number of waiting deliveries above which their texts are left in the store and
/// read when their turn comes: an outage of days must not fill the memory. A text has
/// some 2 KB and is shared by all lanes, so this is about 10 MB; a read costs about as
/// much as the attempt itself.
const TEXTS_IN_MEMORY: usize = 5_000;

/// The number of deliveries offered for one digest: more than the largest message
/// there is, DingTalk's of 20,000 bytes, has lines for.
const MAX_DIGEST_SIZE: usize = 300;

/// One channel's lane.
#[derive(Debug)]
pub(crate) struct Lane {
    context: Arc<LaneContext>,
    sender: watch::Receiver<Arc<ChannelSender>>,
    incoming: UnboundedReceiver<LaneMessage>,
    backlog: Backlog<QueuedDelivery>,
    retry_queue: RetryQueue,
    pending: PendingDeliveries,
    attempts: JoinSet<Vec<AttemptResult>>,
    under_way: HashMap<Id, Batch>,
    /// The place among the lanes that wait for the account, while this one does.
    place: Option<AccountPlace>,
    /// The number of deliveries in the last digest that was full.
    full_digest: usize,
    /// Set after the escalation timers were notified that nothing goes out here for now.
    reported_blocked: bool,
}

/// The time until another attempt may be started.
enum NextStart {
    /// Open: nothing waits, or as many attempts as allowed are under way.
    AfterNextEvent,
    /// Known: an attempt may be started after so long.
    In(Duration),
}

impl Lane {
    /// A lane, and the sending end of its queue.
    pub(crate) fn new(
        context: LaneContext,
        sender: watch::Receiver<Arc<ChannelSender>>,
    ) -> (Self, LaneSender) {
        let (queue, incoming) = mpsc::unbounded_channel();
        let lane = Self {
            context: Arc::new(context),
            sender,
            incoming,
            backlog: Backlog::default(),
            retry_queue: RetryQueue::default(),
            pending: PendingDeliveries::default(),
            attempts: JoinSet::new(),
            under_way: HashMap::new(),
            place: None,
            full_digest: usize::MAX,
            reported_blocked: false,
        };
        (lane, queue)
    }

    /// Runs until the gateway stops, and then until the attempts under way have ended.
    pub(crate) async fn run(mut self) {
        let context = Arc::clone(&self.context);
        let mut events = self.sender.borrow().account.events();
        while !context.stop.is_cancelled() {
            let sender = Arc::clone(&self.sender.borrow());
            let next_start = self.start_attempts(&sender);
            self.report_blocked(&sender);
            self.show_pending();
            // In a fixed order, so that a test runs alike each time. No branch starves another:
            // each turn starts all attempts that may be made, and all messages are received at once.
            tokio::select! {
                biased;
                () = context.stop.cancelled() => {}
                Some(ended) = self.attempts.join_next_with_id() => self.finish_attempt(ended),
                Ok(()) = self.sender.changed() => events = self.sender.borrow().account.events(),
                message = self.incoming.recv() => match message {
                    Some(message) => self.receive(message),
                    None => break,
                },
                () = events.next() => {}
                () = wait_until(next_start) => {}
            }
        }
        debug!(channel.name = %self.sender.borrow().channel.name, attempts = self.under_way.len(), "Draining attempts");
        self.place = None; // a lane that stops holds up no other
        while self.attempts.join_next().await.is_some() {}
        context.recordings.close();
        context.recordings.wait().await;
    }

    fn show_pending(&self) {
        let LaneContext { metrics, status, monotonic, .. } = self.context.as_ref();
        metrics.pending.set(i64::try_from(self.pending.len()).unwrap_or(i64::MAX));
        metrics.circuit_open.set(i64::from(status.circuit().blocked_until(monotonic.now()).is_some()));
        status.set_oldest_pending(self.pending.oldest());
    }

    /// Notifies the escalation timers, once, that nothing goes out here for a while: receivers
    /// that wait for this channel must be notified on another.
    fn report_blocked(&mut self, sender: &ChannelSender) {
        let blocked = self.context.status.blocked_until(self.context.monotonic.now()).is_some();
        if blocked && !self.reported_blocked {
            let channel = sender.channel.name.clone();
            self.context.dispatch.notify_escalation(EscalationEvent::ChannelBlocked(channel));
        }
        self.reported_blocked = blocked;
    }

    fn receive(&mut self, first: LaneMessage) {
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                LaneMessage::Deliveries(incoming) => self.enqueue(incoming),
                LaneMessage::RetryNow(ids) => self.backlog.hasten(&ids, self.context.monotonic.now()),
                LaneMessage::Withdraw(ids) => {
                    let removed = self.backlog.remove(&ids);
                    removed.iter().for_each(|it| self.pending.remove(it.id));
                }
                LaneMessage::TimePassed => {} // the next turn asks for the time
            }
            next = self.incoming.try_recv().ok();
        }
    }

    /// Puts new deliveries into the queues: those that went out in one digest before go
    /// out in it again, all others wait by themselves.
    fn enqueue(&mut self, incoming: Vec<IncomingDelivery>) {
        let mut digests: BTreeMap<DigestRef, Vec<QueuedDelivery>> = BTreeMap::new();
        for IncomingDelivery { delivery, notification } in incoming {
            self.pending.add(&delivery);
            let notification = notification.filter(|_| self.backlog.len() < TEXTS_IN_MEMORY);
            let queued = QueuedDelivery { delivery, notification, since: self.context.monotonic.now() };
            let queue = queued.queue();
            match (queued.delivery.digest, queued.delivery.form) {
                (Some(digest), _) => {
                    self.backlog.go_ahead(queue);
                    digests.entry(digest).or_default().push(queued);
                }
                (None, MessageForm::Plain) => {
                    self.backlog.go_ahead(queue);
                    self.retry(Batch::single(queued));
                }
                (None, MessageForm::Full) => {
                    let next_at = self.next_attempt_at(&queued);
                    self.backlog.push(waiting(queued, next_at));
                    self.raise_priority(queue);
                }
            }
        }
        for (digest, deliveries) in digests {
            self.retry(Batch::sorted(deliveries, Some(digest)));
        }
    }

    /// Starts as many attempts as may be made now.
    fn start_attempts(&mut self, sender: &Arc<ChannelSender>) -> NextStart {
        let concurrency = sender.channel.limits.concurrency.get();
        let now = self.context.monotonic.now();
        let mut place = self.place.take(); // given up unless the account says again to wait
        while self.under_way.len() < concurrency {
            let Some(severity) = self.worst_ready(now) else {
                let next_at =
                    [self.backlog.next_at(), self.retry_queue.next_at()].into_iter().flatten().min();
                return next_at.map_or(NextStart::AfterNextEvent, |at| NextStart::In(between(now, at)));
            };
            match self.context.status.circuit().may_start(now, self.under_way.len()) {
                Gate::Pass | Gate::ProbeNow => {}
                Gate::At(at) => return NextStart::In(between(now, at)),
                Gate::WhenOneEnds => return NextStart::AfterNextEvent,
            }
            let share = self.share(severity, now);
            match sender.account.try_start_in_turn(now, share, &mut place) {
                Admission::Now { spare } => match self.next_batch(severity, spare, now) {
                    Some(batch) => self.start(sender, batch),
                    None => sender.account.cancel_start(),
                },
                Admission::At(at) => {
                    self.place = place;
                    return NextStart::In(between(now, at));
                }
                Admission::AfterChange => {
                    self.place = place;
                    return NextStart::AfterNextEvent;
                }
            }
        }
        NextStart::AfterNextEvent
    }

    fn worst_ready(&mut self, now: Timestamp) -> Option<Severity> {
        self.backlog.worst_ready(now).max(self.retry_queue.worst_ready(now))
    }

    /// The share of the account's budget for a message of this severity: a part is
    /// reserved for urgent ones, and a digest that is full gains nothing by waiting.
    fn share(&mut self, severity: Severity, now: Timestamp) -> Share {
        match severity {
            Severity::Urgent => Share::Urgent,
            Severity::Low | Severity::Mid | Severity::High => {
                let full = self.full_digest.min(MAX_DIGEST_SIZE);
                if self.backlog.ready_at_least(Severity::Low, now) >= full {
                    Share::OrdinaryFull
                } else {
                    Share::Ordinary
                }
            }
        }
    }

    /// The batch that goes next: a digest that must be repeated; the most severe delivery
    /// alone, if `spare` more sends suffice for the rest; otherwise all in a digest.
    fn next_batch(&mut self, severity: Severity, spare: Option<usize>, now: Timestamp) -> Option<Batch> {
        if self.retry_queue.worst_ready(now) == Some(severity) {
            return self.retry_queue.take(now);
        }
        let at_least = match severity {
            Severity::Urgent => Severity::Urgent,
            Severity::Low | Severity::Mid | Severity::High => Severity::Low,
        };
        let ready = self.backlog.ready_at_least(at_least, now);
        if spare.is_none_or(|spare| ready <= spare + 1) {
            // What waits longest has a turn where it draws on the same share of the budget as what is most severe.
            let turn = match (spare, severity) {
                (Some(_), Severity::Urgent) => Turn::Worst,
                (None, _) | (Some(_), Severity::Low | Severity::Mid | Severity::High) => Turn::Fair,
            };
            return self.backlog.take(now, turn).map(|next| Batch::single(next.item));
        }
        // Some more than the last full one held: texts differ in length.
        let most = self.full_digest.saturating_add(self.full_digest / 4 + 1).min(MAX_DIGEST_SIZE);
        let deliveries: Vec<_> = self.backlog.gather(now, most).into_iter().map(|it| it.item).collect();
        (!deliveries.is_empty()).then_some(Batch { deliveries, digest: None })
    }

    fn start(&mut self, sender: &Arc<ChannelSender>, batch: Batch) {
        let attempt = attempt::run(Arc::clone(&self.context), Arc::clone(sender), batch.clone());
        let ids = batch.deliveries.iter().map(|it| it.delivery.id);
        self.context.status.begin(ids, self.context.clock.now());
        let task = self.attempts.spawn(attempt);
        self.under_way.insert(task.id(), batch);
    }

    fn finish_attempt(&mut self, ended: Result<(Id, Vec<AttemptResult>), JoinError>) {
        match ended {
            Ok((id, results)) => {
                if let Some(batch) = self.under_way.remove(&id) {
                    self.context.status.end(batch.deliveries.iter().map(|it| it.delivery.id));
                }
                self.take_results(results);
            }
            Err(err) => self.requeue_after_panic(&err),
        }
    }

    fn take_results(&mut self, results: Vec<AttemptResult>) {
        self.learn_digest_size(&results);
        let (mut again, mut split) = (BTreeMap::new(), Vec::new());
        for AttemptResult { queued, after } in results {
            let left = queued.queue();
            match after {
                AfterAttempt::Done => {
                    self.pending.remove(queued.delivery.id);
                    self.backlog.settled(left);
                }
                // It could go, and still can, even if the wall clock was set meanwhile.
                AfterAttempt::NotSent => {
                    self.backlog.put_back(waiting(queued, self.context.monotonic.now()));
                }
                AfterAttempt::SplitDigest(delivery) => split.push(QueuedDelivery { delivery, ..queued }),
                AfterAttempt::Retry(delivery) => match delivery.digest {
                    Some(digest) => {
                        let batch = again.entry(digest).or_insert_with(Vec::new);
                        batch.push(QueuedDelivery { delivery, ..queued });
                    }
                    None => self.put_back(QueuedDelivery { delivery, ..queued }, left),
                },
            }
        }
        for (digest, deliveries) in again {
            self.retry(Batch::sorted(deliveries, Some(digest)));
        }
        if !split.is_empty() {
            self.split(Batch::sorted(split, None));
        }
    }

    /// Learns the number of deliveries that a digest has room for.
    fn learn_digest_size(&mut self, results: &[AttemptResult]) {
        let tried = results.iter().filter(|it| !matches!(it.after, AfterAttempt::NotSent)).count();
        self.full_digest = if tried < results.len() { tried } else { self.full_digest.max(tried) };
    }

    /// Queues both halves of `batch` separately; of one queue, the second behind the first.
    fn split(&mut self, batch: Batch) {
        let is_one_queue = batch.is_one_queue();
        let (first, second) = batch.halves();
        self.retry(first);
        if is_one_queue {
            for queued in second.deliveries {
                let queue = queued.queue();
                self.put_back(queued, queue);
            }
        } else {
            self.retry(second);
        }
    }

    /// Queues a delivery that was taken out of the queue `left` by itself.
    fn put_back(&mut self, queued: QueuedDelivery, left: QueueKey) {
        let notification = queued.notification.clone().filter(|_| self.backlog.len() < TEXTS_IN_MEMORY);
        let queued = QueuedDelivery { notification, ..queued };
        let (queue, next_at) = (queued.queue(), self.next_attempt_at(&queued));
        match queued.delivery.form {
            MessageForm::Full if queue == left => return self.backlog.put_back(waiting(queued, next_at)),
            MessageForm::Full => self.backlog.push(waiting(queued, next_at)),
            MessageForm::Plain if queue == left => return self.retry(Batch::single(queued)),
            MessageForm::Plain => {
                self.backlog.go_ahead(queue);
                self.retry(Batch::single(queued));
            }
        }
        self.backlog.settled(left);
    }

    /// Queues `batch` to go out again as it is. Its deliveries count as taken out of the backlog.
    fn retry(&mut self, batch: Batch) {
        let next_at = batch.deliveries.iter().map(|queued| self.next_attempt_at(queued)).max();
        let queues: BTreeSet<QueueKey> = batch.deliveries.iter().map(QueuedDelivery::queue).collect();
        self.retry_queue.push(batch, next_at.unwrap_or(Timestamp::MIN));
        queues.into_iter().for_each(|queue| self.raise_priority(queue));
    }

    /// Ends the pause of a batch if a more severe delivery waits behind it in `queue`.
    fn raise_priority(&mut self, queue: QueueKey) {
        if !self.retry_queue.holds(queue) {
            return; // an attempt under way may still come back, and then looks here
        }
        if let Some((severity, at)) = self.backlog.take_raised_priority(queue) {
            self.retry_queue.raise_priority(queue, severity, at);
        }
    }

    /// Queues the deliveries of an attempt that panicked. A panic in a channel's own code
    /// does not get here: that is a failed attempt.
    fn requeue_after_panic(&mut self, err: &JoinError) {
        let sender = Arc::clone(&self.sender.borrow());
        error!(channel.name = %sender.channel.name, error = %err, "An attempt panicked; this is a bug");
        sender.account.finish(self.context.monotonic.now(), AccountEffect::Unclear);
        let Some(batch) = self.under_way.remove(&err.id()) else { return };
        self.context.status.end(batch.deliveries.iter().map(|it| it.delivery.id));
        let next_at = after(self.context.monotonic.now(), sender.retry.max_delay);
        for mut queued in batch.deliveries {
            queued.delivery.next_at = next_at;
            let queue = queued.queue();
            self.put_back(queued, queue);
        }
    }

    /// The earliest time of the next attempt, in monotonic time. A pause longer than the
    /// retry policy's longest, as an earlier policy or a damaged row may have it, is cut.
    fn next_attempt_at(&self, queued: &QueuedDelivery) -> Timestamp {
        let now = self.context.monotonic.now();
        let longest = match queued.delivery.attempts {
            0 => STORE_PAUSE, // without an attempt there is no longer pause
            _ => self.sender.borrow().retry.longest_pause(),
        };
        after(now, between(now, queued.delivery.next_at).min(longest))
    }
}

/// The backlog's entry of a delivery that may go from `next_at` on, in monotonic time.
fn waiting(queued: QueuedDelivery, next_at: Timestamp) -> Waiting<QueuedDelivery> {
    let Delivery { id, severity, ref source, owed_at, leads, .. } = queued.delivery;
    let (source, owed_at) = (source.clone(), shifted(owed_at, leads.promise));
    Waiting { id, queue: queued.queue(), severity, source, owed_at, next_at, item: queued }
}

/// Waits until another attempt may be started.
async fn wait_until(next_start: NextStart) {
    match next_start {
        NextStart::AfterNextEvent => std::future::pending().await,
        NextStart::In(wait) => tokio::time::sleep(wait).await,
    }
}
