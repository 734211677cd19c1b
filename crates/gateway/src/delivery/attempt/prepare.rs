//! Preparation of an attempt: its texts, its size, and its entry in the ledger.

use std::sync::Arc;

use fanfare_core::{Delivery, Digest, DigestRef, LedgerSentence, Notification};
use fanfare_store::{NewSend, SendDigest, StartedSend, StoreError};
use tracing::{error, info};

use crate::delivery::attempt::runner::{AttemptRunner, SendEntry};
use crate::delivery::batch::{AfterAttempt, AttemptResult, Batch, QueuedDelivery};
use crate::log::list;
use crate::time::{STORE_PAUSE, after};

/// A batch after its preparation.
pub(crate) struct PreparedBatch {
    /// The part that can be sent; `None` if no attempt can be made.
    pub(crate) ready: Option<ReadyBatch>,
    /// The deliveries that are not in this attempt.
    pub(crate) ended: Vec<AttemptResult>,
}

/// Deliveries that can be sent.
pub(crate) struct ReadyBatch {
    /// The deliveries, with their texts.
    pub(crate) deliveries: Vec<(QueuedDelivery, Arc<Notification>)>,
    pub(crate) entry: SendEntry,
}

impl PreparedBatch {
    /// Postpones all deliveries, because the store cannot be used.
    fn postponed(
        deliveries: impl IntoIterator<Item = QueuedDelivery>,
        runner: AttemptRunner<'_>,
        err: &StoreError,
    ) -> Self {
        error!(error = %err, "The store cannot be used; attempts are postponed");
        let next_at = after(runner.lane.monotonic.now(), STORE_PAUSE);
        let wait = |queued: QueuedDelivery| {
            let delivery = Delivery { next_at, ..queued.delivery.clone() };
            AttemptResult { queued, after: AfterAttempt::Retry(delivery) }
        };
        Self { ready: None, ended: deliveries.into_iter().map(wait).collect() }
    }
}

/// A notification, or the reason why it can never be read.
type LoadedText = Result<Arc<Notification>, String>;

/// Reads the texts, leaves out deliveries without room, and records the start of the send in the ledger.
pub(crate) async fn prepare(runner: AttemptRunner<'_>, batch: Batch) -> PreparedBatch {
    let Batch { deliveries, digest } = batch;
    let texts = match texts(runner, &deliveries).await {
        Ok(texts) => texts,
        // All are postponed: otherwise those with a text at hand would overtake the others.
        Err(err) => return PreparedBatch::postponed(deliveries, runner, &err),
    };
    let (mut readable, mut ended) = (Vec::new(), Vec::new());
    for (queued, text) in deliveries.into_iter().zip(texts) {
        match text {
            Ok(text) => readable.push((queued, text)),
            Err(reason) => ended.push(runner.give_up(queued, reason).await),
        }
    }
    let digest = match digest {
        Some(digest) => SendDigest::Existing(digest),
        None => {
            let left_out = take_surplus(runner, &mut readable);
            let not_sent = |queued| AttemptResult { queued, after: AfterAttempt::NotSent };
            ended.extend(left_out.into_iter().map(not_sent));
            if readable.len() > 1 { SendDigest::New } else { SendDigest::None }
        }
    };
    if readable.is_empty() {
        return PreparedBatch { ready: None, ended };
    }
    match record_start(runner, &readable, digest).await {
        Ok(Some(entry)) => {
            if let (SendDigest::New, Some(made)) = (digest, entry.digest) {
                report_digest(runner, &readable, made);
            }
            PreparedBatch { ready: Some(ReadyBatch { deliveries: readable, entry }), ended }
        }
        // The first goes alone, and the others when their turn comes again.
        Ok(None) => {
            let others = readable.split_off(1).into_iter().map(|(queued, _)| queued);
            ended.extend(others.map(|queued| AttemptResult { queued, after: AfterAttempt::NotSent }));
            let entry = SendEntry::default();
            PreparedBatch { ready: Some(ReadyBatch { deliveries: readable, entry }), ended }
        }
        Err(err) => {
            let readable = readable.into_iter().map(|(queued, _)| queued);
            ended.extend(PreparedBatch::postponed(readable, runner, &err).ended);
            PreparedBatch { ready: None, ended }
        }
    }
}

/// Counts and logs a digest that is sent for the first time.
fn report_digest(
    runner: AttemptRunner<'_>,
    deliveries: &[(QueuedDelivery, Arc<Notification>)],
    digest: DigestRef,
) {
    runner.lane.metrics.digest(deliveries.len());
    info!(
        channel.name = %runner.sender.channel.name,
        digest.id,
        deliveries = deliveries.len(),
        alert.ids = list(deliveries.iter().map(|(_, text)| text.alert_id)),
        receiver.names = list(deliveries.iter().map(|(_, text)| &text.receiver)),
        "Digest made"
    );
}

/// The text of each of `deliveries`, or the reason why it cannot be read.
async fn texts(
    runner: AttemptRunner<'_>,
    deliveries: &[QueuedDelivery],
) -> Result<Vec<LoadedText>, StoreError> {
    let not_in_memory = deliveries.iter().filter(|it| it.notification.is_none());
    let ids: Vec<_> = not_in_memory.map(|it| it.delivery.notification).collect();
    let read = if ids.is_empty() { Vec::new() } else { runner.lane.store.notifications(ids).await? };
    let mut read = read.into_iter();
    let mut texts = Vec::new();
    for queued in deliveries {
        let text = match &queued.notification {
            Some(notification) => Ok(Arc::clone(notification)),
            None => loaded(read.next().unwrap_or(Ok(None)))?,
        };
        texts.push(text.map(|text| for_delivery(runner, &queued.delivery, text)));
    }
    Ok(texts)
}

/// The text, or the reason why it can never be read; an error if the store fails.
fn loaded(read: Result<Option<Notification>, StoreError>) -> Result<LoadedText, StoreError> {
    match read {
        Ok(Some(notification)) => Ok(Ok(Arc::new(notification))),
        Ok(None) => Ok(Err(LedgerSentence::NotificationNotFound.to_string())),
        Err(err @ StoreError::Damaged { .. }) => Ok(Err(err.to_string())),
        Err(
            err
            @ (StoreError::Sqlite(_) | StoreError::Refused(_) | StoreError::Panicked | StoreError::Closed),
        ) => Err(err),
    }
}

/// The text with the parts that only this delivery has: its rung, and its acknowledgement link.
fn for_delivery(
    runner: AttemptRunner<'_>,
    delivery: &Delivery,
    text: Arc<Notification>,
) -> Arc<Notification> {
    let Delivery { escalated, asks, leads, .. } = delivery;
    let links = runner.sender.links.as_ref().filter(|_| *asks);
    let ack_url = links.map(|links| links.url_for(&text, *leads));
    if escalated.is_none() && ack_url.is_none() {
        return text;
    }
    Arc::new(Notification { ack_url, escalated: *escalated, ..Notification::clone(&text) })
}

/// Takes out the deliveries for which one message has no room.
fn take_surplus(
    runner: AttemptRunner<'_>,
    deliveries: &mut Vec<(QueuedDelivery, Arc<Notification>)>,
) -> Vec<QueuedDelivery> {
    if deliveries.len() < 2 {
        return Vec::new();
    }
    let texts = deliveries.iter().map(|(_, text)| Arc::clone(text)).collect();
    let room = Digest::new(texts).map_or(1, |digest| runner.sender.channel.notifier.capacity(&digest));
    let left_out = deliveries.split_off(room.clamp(1, deliveries.len()));
    left_out.into_iter().map(|(queued, _)| queued).collect()
}

/// Records the start of the send if its account has a budget to remember or a quota to count, or if it is a digest.
///
/// A disk that does not answer in time is not waited for: budgets count in memory meanwhile. `None` if the
/// send is a new digest, which has no number without the store.
async fn record_start(
    runner: AttemptRunner<'_>,
    deliveries: &[(QueuedDelivery, Arc<Notification>)],
    digest: SendDigest,
) -> Result<Option<SendEntry>, StoreError> {
    let (account, limits) = (&runner.sender.account, &runner.sender.channel.limits);
    if !account.remembers_sends() && limits.quota.is_none() && digest == SendDigest::None {
        return Ok(Some(SendEntry::default()));
    }
    let now = runner.lane.monotonic.moment();
    let new = NewSend {
        account: account.account.clone(),
        deliveries: deliveries.iter().map(|(queued, _)| queued.delivery.id).collect(),
        digest,
        usage: limits.quota.as_ref().map(|quota| (quota.pool.clone(), quota.period_of(now.wall))),
        now,
    };
    let store = &runner.lane.store;
    let begun = tokio::select! {
        biased;
        begun = store.begin_send(new) => begun,
        fault = store.delayed() => Err(StoreError::Refused(fault)),
    };
    match begun {
        Ok(StartedSend { send, digest, used: _ }) => Ok(Some(SendEntry { send: Some(send), digest })),
        Err(StoreError::Refused(fault)) if fault.is_delay() => Ok(match digest {
            SendDigest::New => None,
            SendDigest::None => Some(SendEntry::default()),
            SendDigest::Existing(digest) => Some(SendEntry { send: None, digest: Some(digest) }),
        }),
        Err(err) => Err(err),
    }
}
