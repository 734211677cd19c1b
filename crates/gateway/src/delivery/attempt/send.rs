//! Sending: the call of the channel, and its answer.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use fanfare_core::{
    Attempt, Delivery, Digest, DigestRef, IdempotencyKey, LedgerSentence, MessageForm, Notification, Receipt,
    Refusal, SendError,
};
use futures_util::FutureExt;
use jiff::Timestamp;

use crate::delivery::attempt::runner::AttemptRunner;
use crate::delivery::batch::QueuedDelivery;

impl AttemptRunner<'_> {
    /// Sends `deliveries` as one message. A timeout and a panic are answers, too.
    pub(crate) async fn send(
        self,
        deliveries: &[(QueuedDelivery, Arc<Notification>)],
        digest: Option<DigestRef>,
        started_at: Timestamp,
    ) -> Result<Receipt, SendError> {
        let attempt = attempt(self.lane.store.instance(), deliveries, digest, started_at);
        let texts: Vec<_> = deliveries.iter().map(|(_, text)| Arc::clone(text)).collect();
        without_link_tokens(self.call(&texts, &attempt).await, &texts)
    }

    async fn call(self, texts: &[Arc<Notification>], attempt: &Attempt) -> Result<Receipt, SendError> {
        let channel = &self.sender.channel;
        let called = async {
            match (texts, Digest::new(texts.to_vec())) {
                ([one], _) => channel.notifier.notify(one, attempt).await,
                (_, Some(digest)) => channel.notifier.digest(&digest, attempt).await,
                (_, None) => Ok(Receipt::default()),
            }
        };
        let unanswered = |reason| Err(SendError::Unanswered { reason });
        match tokio::time::timeout(channel.timeout, AssertUnwindSafe(called).catch_unwind()).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_panic)) => unanswered(LedgerSentence::ChannelPanicked.to_string()),
            Err(_elapsed) => unanswered(format!("{}{:?}", LedgerSentence::NO_ANSWER_WITHIN, channel.timeout)),
        }
    }
}

/// The answer with the tokens of acknowledgement links blanked: a provider may quote the
/// message, and readers of the ledger must not be able to acknowledge with it.
fn without_link_tokens(
    answer: Result<Receipt, SendError>,
    texts: &[Arc<Notification>],
) -> Result<Receipt, SendError> {
    let tokens = texts.iter().filter_map(|text| text.ack_url.as_deref()?.rsplit('/').next());
    let tokens: Vec<&str> = tokens.collect();
    if tokens.is_empty() {
        return answer;
    }
    let blank = |words: String| tokens.iter().fold(words, |words, token| words.replace(token, "…"));
    let refusals = |refusals: Vec<Refusal>| {
        let blanked = |it: Refusal| Refusal { reason: blank(it.reason), ..it };
        refusals.into_iter().map(blanked).collect()
    };
    match answer {
        Ok(Receipt { words, refused, deferred }) => {
            Ok(Receipt { words: blank(words), refused: refusals(refused), deferred: refusals(deferred) })
        }
        Err(err) => Err(err.map_reason(blank)),
    }
}

fn attempt(
    instance: &str,
    deliveries: &[(QueuedDelivery, Arc<Notification>)],
    digest: Option<DigestRef>,
    at: Timestamp,
) -> Attempt {
    let ordinal = deliveries.iter().map(|(queued, _)| queued.delivery.attempts + 1).max().unwrap_or(1);
    match (deliveries, digest) {
        ([(QueuedDelivery { delivery, .. }, _)], None) => Attempt {
            ordinal,
            at,
            key: delivery_key(instance, delivery),
            form: delivery.form,
            only: delivery.only.clone(),
        },
        (_, digest) => {
            Attempt { ordinal, at, key: digest_key(instance, digest), form: MessageForm::Full, only: None }
        }
    }
}

/// The idempotency key of a delivery: the same for each of its attempts, and different from
/// that of any other delivery, also after the store was restored from a copy and counts
/// its numbers again.
fn delivery_key(instance: &str, delivery: &Delivery) -> IdempotencyKey {
    let owed_at = delivery.owed_at.as_millisecond();
    IdempotencyKey::new(&[instance, &delivery.id.to_string(), &owed_at.to_string()])
}

fn digest_key(instance: &str, digest: Option<DigestRef>) -> IdempotencyKey {
    let (id, made_at) = digest.map_or((0, 0), |it| (it.id, it.made_at.as_millisecond()));
    IdempotencyKey::new(&[instance, "digest", &id.to_string(), &made_at.to_string()])
}
