//! One attempt: made, understood, and written down.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{
    Attempt, Digest, Failure, IdempotencyKey, MessageForm, Notification, Receipt, Refusal, SendError,
};
use fanfare_store::{AccountHold, Begun, Delivery, Gathered, Outcome, Settlement};
use futures_util::FutureExt;
use jiff::Timestamp;
use tracing::error;

use crate::account::AccountEffect;
use crate::lane::{LaneSetup, Speaker};
use crate::load::{Ended, Fate, Job, Load};
use crate::meaning::{Circumstances, Meaning, Signal};
use crate::prepare::{Prepared, Ready, prepare};
use crate::report::report;
use crate::steady::after;

/// How long to wait before the store is asked again after it failed.
pub(crate) const STORE_PAUSE: Duration = Duration::from_secs(1);

/// Makes one attempt to deliver what `load` carries, and sees that what came of
/// it is on the disk.
pub(crate) async fn run(lane: Arc<LaneSetup>, speaker: Arc<Speaker>, load: Load) -> Vec<Ended> {
    let trial = Trial { lane: lane.as_ref(), speaker: speaker.as_ref() };
    let Prepared { ready, mut ended } = prepare(trial, load).await;
    match ready {
        Some(ready) => ended.extend(trial.make(ready).await),
        None => speaker.account.call_off(),
    }
    ended
}

/// By whom an attempt is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trial<'a> {
    pub(crate) lane: &'a LaneSetup,
    pub(crate) speaker: &'a Speaker,
}

/// When an attempt was made, and under which number.
pub(crate) struct Record {
    started_at: Timestamp,
    ended_at: Timestamp,
    begun: Option<Begun>,
}

impl Trial<'_> {
    async fn make(self, Ready { jobs, begun }: Ready) -> Vec<Ended> {
        let started_at = self.lane.clock.now();
        let gathered = begun.and_then(|it| it.gathered);
        let attempt = attempt(self.lane.store.instance(), &jobs, gathered, started_at);
        let texts: Vec<_> = jobs.iter().map(|(_, text)| Arc::clone(text)).collect();
        let answer = unlinked(self.ask(texts.clone(), &attempt).await, &texts);
        let record = Record { started_at, ended_at: self.lane.clock.now(), begun };
        self.understand(jobs.into_iter().map(|(job, _)| job).collect(), &answer, record).await
    }

    /// Asks the channel, for as long as an attempt may take. Whatever it does is an answer.
    async fn ask(self, texts: Vec<Arc<Notification>>, attempt: &Attempt) -> Result<Receipt, SendError> {
        let channel = &self.speaker.channel;
        let asked = async {
            match (texts.as_slice(), Digest::new(texts.clone())) {
                ([one], _) => channel.notifier.notify(one, attempt).await,
                (_, Some(digest)) => channel.notifier.digest(&digest, attempt).await,
                (_, None) => Ok(Receipt::default()),
            }
        };
        let unanswered = |reason| Err(SendError::Unanswered { reason });
        match tokio::time::timeout(channel.timeout, AssertUnwindSafe(asked).catch_unwind()).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_panic)) => unanswered("the channel's code broke down; this is a bug".to_owned()),
            Err(_elapsed) => unanswered(format!("no answer within {:?}", channel.timeout)),
        }
    }

    /// Says and writes down what came of an attempt, for each delivery it carried.
    async fn understand(
        self,
        jobs: Vec<Job>,
        answer: &Result<Receipt, SendError>,
        record: Record,
    ) -> Vec<Ended> {
        let gathered = record.begun.and_then(|it| it.gathered);
        let too_much =
            gathered.is_some() && jobs.len() > 1 && matches!(answer, Err(SendError::Unsendable { .. }));
        let spread = self.lane.chance.spread();
        let mut meanings: Vec<_> =
            jobs.iter().map(|job| self.meaning(job, answer, spread, &record)).collect();
        if too_much {
            meanings
                .iter_mut()
                .for_each(|meaning| meaning.outcome = in_parts(&meaning.outcome, record.ended_at));
        } else if let Some(digest) = gathered.filter(|_| jobs.len() > 1) {
            keep_together(&mut meanings, digest);
        }
        if let Some(first) = meanings.first() {
            self.take_note(first, record.ended_at);
        }
        let settlements: Vec<_> =
            jobs.iter().zip(meanings).map(|(job, meaning)| self.settlement(job, meaning, &record)).collect();
        self.write_down(&settlements).await;
        let fate = |delivery, settlement| {
            if too_much { apart(delivery, settlement) } else { fate(delivery, settlement) }
        };
        jobs.into_iter()
            .zip(settlements)
            .map(|(job, settlement)| Ended { fate: fate(job.delivery.clone(), settlement), job })
            .collect()
    }

    fn meaning(
        self,
        job: &Job,
        answer: &Result<Receipt, SendError>,
        spread: f64,
        record: &Record,
    ) -> Meaning {
        let given = Circumstances {
            delivery: &job.delivery,
            tried_for: self.lane.steady.elapsed(job.since),
            retry: self.speaker.retry,
            spread,
            now: record.ended_at,
        };
        let meaning = Meaning::of(answer.clone(), given);
        report(self, &job.delivery, &meaning, record.ended_at);
        meaning
    }

    /// What the answer tells of the account and of the channel.
    fn take_note(self, meaning: &Meaning, now: Timestamp) {
        let steady_now = self.lane.steady.now();
        let status = &self.lane.status;
        if !status.goes_by(&self.speaker.channel.version) {
            // The settings have changed meanwhile: what was wrong with the old ones is no matter any more.
            let standing = match meaning.standing {
                AccountEffect::MisconfiguredFor(_) => AccountEffect::Unclear,
                standing @ (AccountEffect::Good
                | AccountEffect::Unclear
                | AccountEffect::SilentFor(_)
                | AccountEffect::BlockedFor(_)) => standing,
            };
            return self.speaker.account.end(steady_now, standing);
        }
        match meaning.signal {
            Signal::Taken => {
                status.circuit().succeeded(steady_now);
                status.last().proven_at = Some(now);
            }
            Signal::Read => status.circuit().succeeded(steady_now),
            Signal::Failure(failure) => status.circuit().failed(steady_now, failure, &meaning.logged),
            Signal::FailureForSome => {
                let mut circuit = status.circuit();
                if circuit.blocked_until(steady_now).is_some() {
                    circuit.failed(steady_now, Failure::Soft, &meaning.logged);
                }
            }
            Signal::None => {}
        }
        match meaning.outcome {
            Outcome::Delivered => {}
            Outcome::Pending { .. } | Outcome::Dead { .. } => {
                status.last().error = Some((now, meaning.logged.clone()));
            }
        }
        self.speaker.account.end(steady_now, meaning.standing);
    }

    pub(crate) fn settlement(self, job: &Job, meaning: Meaning, record: &Record) -> Settlement {
        let Delivery { id, notification, watched, attempts, .. } = job.delivery;
        Settlement {
            delivery: id,
            notification,
            watched,
            ordinal: attempts + 1,
            started_at: record.started_at,
            ended_at: record.ended_at,
            word: meaning.word,
            hold: self.hold(&meaning, record.ended_at),
            words: meaning.words,
            outcome: meaning.outcome,
            send: record.begun.map(|it| it.send),
        }
    }

    fn hold(self, meaning: &Meaning, now: Timestamp) -> Option<AccountHold> {
        let account = &self.speaker.account;
        let (account, time) = match meaning.standing {
            AccountEffect::SilentFor(time) => (account.account.clone(), time),
            AccountEffect::BlockedFor(time) => (self.speaker.channel.limits.egress.as_account(), time),
            // Whoever has mended the settings and restarts is not to wait.
            AccountEffect::Good | AccountEffect::Unclear | AccountEffect::MisconfiguredFor(_) => return None,
        };
        Some(AccountHold { account, since: now, until: after(now, time), reason: meaning.words.clone() })
    }

    /// Writes the settlements down, however long the store needs: until then the
    /// attempt is not over, or a restart would repeat more than what was in flight.
    async fn write_down(self, settlements: &[Settlement]) {
        let LaneSetup { store, dispatch, .. } = self.lane;
        loop {
            let act = {
                let dispatch = Arc::clone(dispatch);
                move |consequences: &_| dispatch.act_on(consequences)
            };
            match store.settle(settlements.to_vec(), dispatch.decider(), act).await {
                Ok(()) => return,
                Err(err) => {
                    error!(error = %err, "An attempt's outcome cannot be written down; trying again");
                    tokio::time::sleep(STORE_PAUSE).await;
                }
            }
        }
    }

    /// Gives up a delivery whose text is lost and leaves it to a person: trying
    /// again would not bring it back, and would keep the others waiting.
    pub(crate) async fn give_up(self, job: Job, reason: String) -> Ended {
        let now = self.lane.clock.now();
        let meaning = Meaning {
            word: "unreadable",
            logged: reason.clone(),
            words: reason,
            refused: 0,
            outcome: Outcome::Dead { reason: "what was to be told cannot be read".to_owned() },
            standing: AccountEffect::Unclear,
            signal: Signal::None,
        };
        report(self, &job.delivery, &meaning, now);
        let record = Record { started_at: now, ended_at: now, begun: None };
        let settlement = self.settlement(&job, meaning, &record);
        self.write_down(std::slice::from_ref(&settlement)).await;
        Ended { job, fate: Fate::Settled }
    }
}

/// What a provider quotes of a message must not carry the message's link on: whoever
/// reads the ledger is not to acknowledge by it.
fn unlinked(answer: Result<Receipt, SendError>, texts: &[Arc<Notification>]) -> Result<Receipt, SendError> {
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
    jobs: &[(Job, Arc<Notification>)],
    gathered: Option<Gathered>,
    at: Timestamp,
) -> Attempt {
    let ordinal = jobs.iter().map(|(job, _)| job.delivery.attempts + 1).max().unwrap_or(1);
    match (jobs, gathered) {
        ([(Job { delivery, .. }, _)], None) => Attempt {
            ordinal,
            at,
            key: key(instance, delivery),
            form: delivery.form,
            only: delivery.only.clone(),
        },
        (_, digest) => {
            Attempt { ordinal, at, key: key_of_digest(instance, digest), form: MessageForm::Full, only: None }
        }
    }
}

/// The same for every attempt of a delivery; unlike that of any other delivery,
/// also after the store was put back from a copy and counts its numbers again.
fn key(instance: &str, delivery: &Delivery) -> IdempotencyKey {
    let owed_at = delivery.owed_at.as_millisecond();
    IdempotencyKey::of(&[instance, &delivery.id.to_string(), &owed_at.to_string()])
}

fn key_of_digest(instance: &str, digest: Option<Gathered>) -> IdempotencyKey {
    let (id, made_at) = digest.map_or((0, 0), |it| (it.id, it.made_at.as_millisecond()));
    IdempotencyKey::of(&[instance, "digest", &id.to_string(), &made_at.to_string()])
}

/// What is tried again of a digest is tried in the same digest, and at the same
/// time; a recipient who is still owed something is tried by itself.
fn keep_together(meanings: &mut [Meaning], digest: Gathered) {
    for meaning in meanings {
        if let Outcome::Pending { only: None, gathered, .. } = &mut meaning.outcome {
            *gathered = Some(digest);
        }
    }
}

/// The provider will not take the whole: its halves may go at once.
fn in_parts(outcome: &Outcome, now: Timestamp) -> Outcome {
    match outcome {
        Outcome::Pending { failures, only, .. } => Outcome::Pending {
            next_at: now,
            failures: *failures,
            form: MessageForm::Full,
            only: only.clone(),
            gathered: None,
        },
        Outcome::Delivered | Outcome::Dead { .. } => outcome.clone(),
    }
}

fn fate(delivery: Delivery, settlement: Settlement) -> Fate {
    match settlement.outcome {
        Outcome::Delivered | Outcome::Dead { .. } => Fate::Settled,
        Outcome::Pending { next_at, failures, form, only, gathered } => Fate::Again(Delivery {
            next_at,
            failures,
            form,
            only,
            gathered,
            attempts: settlement.ordinal,
            ..delivery
        }),
    }
}

fn apart(delivery: Delivery, settlement: Settlement) -> Fate {
    match fate(delivery, settlement) {
        Fate::Again(delivery) => Fate::Apart(delivery),
        fate @ (Fate::Settled | Fate::Apart(_) | Fate::LeftOut) => fate,
    }
}
