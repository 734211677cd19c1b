//! One attempt: made, understood, and written down.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{Attempt, IdempotencyKey, Notification, NotificationId, Receipt, SendError};
use fanfare_store::{AccountHold, Delivery, Outcome, SendId, Settlement, StoreError};
use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use tracing::{debug, error, warn};

use crate::account::Standing;
use crate::lane::{Job, LaneSetup};
use crate::meaning::{Circumstances, Meaning};
use crate::steady::after;

/// How long to wait before the store is asked again after it failed.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// What becomes of a delivery after an attempt.
#[derive(Debug)]
pub(crate) enum Fate {
    /// It has reached its end.
    Settled,
    /// It is tried again.
    Again(Delivery),
}

/// Makes one attempt and sees that what came of it is on the disk.
pub(crate) async fn run(lane: Arc<LaneSetup>, job: Job) -> Fate {
    let lane = lane.as_ref();
    let Ready { notification, send } = match prepare(lane, &job).await {
        Ok(ready) => ready,
        Err(not_ready) => return make_none(lane, job.delivery, not_ready).await,
    };
    let Job { delivery, notification: _, since } = job;
    let started_at = lane.clock.now();
    let attempt = Attempt {
        ordinal: delivery.attempts + 1,
        at: started_at,
        key: key(lane.store.instance(), &delivery),
        form: delivery.form,
        only: delivery.only.clone(),
    };
    let answer = ask(lane, &notification, &attempt).await;
    let ended_at = lane.clock.now();
    let given = Circumstances {
        delivery: &delivery,
        tried_for: lane.steady.elapsed(since),
        retry: lane.retry,
        spread: lane.chance.spread(),
        now: ended_at,
    };
    let meaning = Meaning::of(answer, given);
    lane.account.end(lane.steady.now(), meaning.standing);
    settle(lane, delivery, meaning, Times { started_at, ended_at }, send).await
}

/// What an attempt needs of the store.
struct Ready {
    notification: Arc<Notification>,
    /// The send it was entered as, if its account has a budget to remember.
    send: Option<SendId>,
}

/// Why no attempt is made.
enum NotReady {
    /// The store does not answer; that may pass.
    StoreFails(StoreError),
    /// What was to be told cannot be read; that will not pass.
    Unreadable(String),
}

/// Reads what must be told, and enters the send.
async fn prepare(lane: &LaneSetup, job: &Job) -> Result<Ready, NotReady> {
    let notification = match &job.notification {
        Some(notification) => Arc::clone(notification),
        None => read(lane, job.delivery.notification).await?,
    };
    if !lane.account.remembers_sends() {
        return Ok(Ready { notification, send: None });
    }
    let account = lane.account.account.clone();
    let send = lane.store.begin_send(account, job.delivery.id, lane.clock.now()).await;
    Ok(Ready { notification, send: Some(send.map_err(NotReady::StoreFails)?) })
}

async fn read(lane: &LaneSetup, id: NotificationId) -> Result<Arc<Notification>, NotReady> {
    match lane.store.notification(id).await {
        Ok(Some(notification)) => Ok(Arc::new(notification)),
        Ok(None) => Err(NotReady::Unreadable("it is not in the store".to_owned())),
        Err(err @ StoreError::Damaged { .. }) => Err(NotReady::Unreadable(err.to_string())),
        Err(err @ (StoreError::Sqlite(_) | StoreError::BrokeDown | StoreError::Closed)) => {
            Err(NotReady::StoreFails(err))
        }
    }
}

/// Makes no attempt. A delivery whose text is lost is left to a person: trying
/// again would not bring it back, and would keep the others waiting.
async fn make_none(lane: &LaneSetup, delivery: Delivery, not_ready: NotReady) -> Fate {
    lane.account.call_off();
    let now = lane.clock.now();
    match not_ready {
        NotReady::StoreFails(err) => {
            error!(error = %err, "No attempt is made while the store cannot be used");
            Fate::Again(Delivery { next_at: now + STORE_PAUSE, ..delivery })
        }
        NotReady::Unreadable(reason) => {
            let meaning = Meaning {
                word: "unreadable",
                logged: reason.clone(),
                words: reason,
                refused: 0,
                outcome: Outcome::Dead { reason: "what was to be told cannot be read".to_owned() },
                standing: Standing::Unclear,
            };
            settle(lane, delivery, meaning, Times { started_at: now, ended_at: now }, None).await
        }
    }
}

/// The same for every attempt of a delivery; unlike that of any other delivery,
/// also after the store was put back from a copy and counts its numbers again.
fn key(instance: &str, delivery: &Delivery) -> IdempotencyKey {
    let owed_at = delivery.owed_at.as_millisecond();
    IdempotencyKey::of(&[instance, &delivery.id.to_string(), &owed_at.to_string()])
}

/// Asks the channel, for as long as an attempt may take. Whatever it does is an answer.
async fn ask(lane: &LaneSetup, notification: &Notification, attempt: &Attempt) -> Result<Receipt, SendError> {
    let patience = lane.channel.timeout;
    let asked = AssertUnwindSafe(lane.channel.notifier.notify(notification, attempt)).catch_unwind();
    let unanswered = |reason| Err(SendError::Unanswered { reason });
    match tokio::time::timeout(patience, asked).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_panic)) => unanswered("the channel's code broke down; this is a bug".to_owned()),
        Err(_elapsed) => unanswered(format!("no answer within {patience:?}")),
    }
}

struct Times {
    started_at: Timestamp,
    ended_at: Timestamp,
}

/// Says and writes down what came of an attempt.
async fn settle(
    lane: &LaneSetup,
    delivery: Delivery,
    meaning: Meaning,
    times: Times,
    send: Option<SendId>,
) -> Fate {
    let Times { started_at, ended_at } = times;
    report(lane, &delivery, &meaning, ended_at);
    let hold = match meaning.standing {
        Standing::SilentFor(time) => Some(AccountHold {
            account: lane.account.account.clone(),
            since: ended_at,
            until: after(ended_at, time),
            reason: meaning.words.clone(),
        }),
        // Whoever has mended the settings and restarts is not to wait.
        Standing::Good | Standing::Unclear | Standing::MisconfiguredFor(_) => None,
    };
    let settlement = Settlement {
        delivery: delivery.id,
        ordinal: delivery.attempts + 1,
        started_at,
        ended_at,
        word: meaning.word,
        words: meaning.words,
        outcome: meaning.outcome,
        send,
        hold,
    };
    write_down(lane, &settlement).await;
    fate(delivery, settlement)
}

/// One line for each outcome; one that went well is only worth one to whoever
/// looks closely. Recipients stay out of the log; the store has them.
fn report(lane: &LaneSetup, delivery: &Delivery, meaning: &Meaning, now: Timestamp) {
    let Meaning { word, words: _, logged, refused, outcome, standing } = meaning;
    let (channel, id, number) = (&lane.channel.name, delivery.id, delivery.attempts + 1);
    let metrics = &lane.metrics;
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
                Standing::SilentFor(time) | Standing::MisconfiguredFor(time) => after(now, *time),
                Standing::Good | Standing::Unclear => *next_at,
            };
            warn!(channel.name = %channel, delivery.id = %id, attempt.number = number, outcome = word, error = %logged, %next_at, "Attempt failed");
        }
        Outcome::Dead { reason } => {
            metrics.settled("dead");
            error!(channel.name = %channel, delivery.id = %id, attempt.number = number, outcome = word, error = %logged, reason, "Delivery given up");
        }
    }
}

/// Writes the settlement down, however long the store needs: until then the
/// attempt is not over, or a restart would repeat more than what was in flight.
async fn write_down(lane: &LaneSetup, settlement: &Settlement) {
    while let Err(err) = lane.store.settle(settlement.clone()).await {
        error!(error = %err, "An attempt's outcome cannot be written down; trying again");
        tokio::time::sleep(STORE_PAUSE).await;
    }
}

fn fate(delivery: Delivery, settlement: Settlement) -> Fate {
    match settlement.outcome {
        Outcome::Delivered | Outcome::Dead { .. } => Fate::Settled,
        Outcome::Pending { next_at, failures, form, only } => {
            Fate::Again(Delivery { next_at, failures, form, only, attempts: settlement.ordinal, ..delivery })
        }
    }
}
