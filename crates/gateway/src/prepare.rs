//! What an attempt needs before it is made: the texts, and its entry in the books.

use std::sync::Arc;

use fanfare_core::{Digest, Notification};
use fanfare_store::{Begun, Delivery, Gathering, SendStart, StoreError};
use tracing::error;

use crate::attempt::{STORE_PAUSE, Trial};
use crate::load::{Ended, Fate, Job, Load};
use crate::steady::after;

/// An attempt that can be made, and what is already over.
pub(crate) struct Prepared {
    /// `None`: no attempt can be made.
    pub(crate) ready: Option<Ready>,
    pub(crate) ended: Vec<Ended>,
}

/// An attempt that can be made.
pub(crate) struct Ready {
    /// What it carries, with what is told.
    pub(crate) jobs: Vec<(Job, Arc<Notification>)>,
    /// The send it was entered as, if somebody counts them.
    pub(crate) begun: Option<Begun>,
}

impl Prepared {
    /// No attempt can be made while the store fails.
    fn none(jobs: impl IntoIterator<Item = Job>, trial: Trial<'_>, err: &StoreError) -> Self {
        error!(error = %err, "No attempt is made while the store cannot be used");
        let next_at = after(trial.lane.clock.now(), STORE_PAUSE);
        let wait = |job: Job| {
            let delivery = Delivery { next_at, ..job.delivery.clone() };
            Ended { job, fate: Fate::Again(delivery) }
        };
        Self { ready: None, ended: jobs.into_iter().map(wait).collect() }
    }
}

/// What is told, or why it can never be read.
type Text = Result<Arc<Notification>, String>;

/// Reads what must be told, leaves out what has no room, and enters the send.
pub(crate) async fn prepare(trial: Trial<'_>, load: Load) -> Prepared {
    let Load { jobs, gathered } = load;
    let texts = match texts(trial, &jobs).await {
        Ok(texts) => texts,
        // All of it waits, or what is at hand would overtake what is not.
        Err(err) => return Prepared::none(jobs, trial, &err),
    };
    let (mut readable, mut ended) = (Vec::new(), Vec::new());
    for (job, text) in jobs.into_iter().zip(texts) {
        match text {
            Ok(text) => readable.push((job, text)),
            Err(reason) => ended.push(trial.give_up(job, reason).await),
        }
    }
    let gathering = match gathered {
        Some(gathered) => Gathering::Again(gathered),
        None => {
            let left_out = leave_out(trial, &mut readable);
            ended.extend(left_out.into_iter().map(|job| Ended { job, fate: Fate::LeftOut }));
            if readable.len() > 1 { Gathering::New } else { Gathering::Alone }
        }
    };
    if readable.is_empty() {
        return Prepared { ready: None, ended };
    }
    match enter(trial, &readable, gathering).await {
        Ok(begun) => Prepared { ready: Some(Ready { jobs: readable, begun }), ended },
        Err(err) => {
            let none = Prepared::none(readable.into_iter().map(|(job, _)| job), trial, &err);
            ended.extend(none.ended);
            Prepared { ready: None, ended }
        }
    }
}

/// What is told of each of `jobs`, or why that cannot be read.
async fn texts(trial: Trial<'_>, jobs: &[Job]) -> Result<Vec<Text>, StoreError> {
    let elsewhere = jobs.iter().filter(|job| job.notification.is_none());
    let ids: Vec<_> = elsewhere.map(|job| job.delivery.notification).collect();
    let read = if ids.is_empty() { Vec::new() } else { trial.lane.store.notifications(ids).await? };
    let mut read = read.into_iter();
    let mut texts = Vec::new();
    for job in jobs {
        let text = match &job.notification {
            Some(notification) => Ok(Arc::clone(notification)),
            None => as_text(read.next().unwrap_or(Ok(None)))?,
        };
        texts.push(text.map(|text| with_what_is_asked(trial, &job.delivery, text)));
    }
    Ok(texts)
}

/// What the store has is a text, or will never be one, unless the store fails.
fn as_text(read: Result<Option<Notification>, StoreError>) -> Result<Text, StoreError> {
    match read {
        Ok(Some(notification)) => Ok(Ok(Arc::new(notification))),
        Ok(None) => Ok(Err("it is not in the store".to_owned())),
        Err(err @ StoreError::Damaged { .. }) => Ok(Err(err.to_string())),
        Err(err @ (StoreError::Sqlite(_) | StoreError::Panicked | StoreError::Closed)) => Err(err),
    }
}

/// The text with what only this delivery says: why it is told now, and where to acknowledge it.
fn with_what_is_asked(trial: Trial<'_>, delivery: &Delivery, text: Arc<Notification>) -> Arc<Notification> {
    let Delivery { escalated, asks, .. } = delivery;
    let ack_url = if *asks { trial.speaker.links.as_ref().map(|links| links.of(&text)) } else { None };
    if escalated.is_none() && ack_url.is_none() {
        return text;
    }
    Arc::new(Notification { ack_url, escalated: *escalated, ..Notification::clone(&text) })
}

/// Takes out what one message has no room for.
fn leave_out(trial: Trial<'_>, jobs: &mut Vec<(Job, Arc<Notification>)>) -> Vec<Job> {
    if jobs.len() < 2 {
        return Vec::new();
    }
    let texts = jobs.iter().map(|(_, text)| Arc::clone(text)).collect();
    let room = Digest::new(texts).map_or(1, |digest| trial.speaker.channel.notifier.capacity(&digest));
    let left_out = jobs.split_off(room.clamp(1, jobs.len()));
    left_out.into_iter().map(|(job, _)| job).collect()
}

/// Enters the send if its account has a budget to remember or a quota to count, or if it is a digest.
async fn enter(
    trial: Trial<'_>,
    jobs: &[(Job, Arc<Notification>)],
    gathered: Gathering,
) -> Result<Option<Begun>, StoreError> {
    let (account, limits) = (&trial.speaker.account, &trial.speaker.channel.limits);
    if !account.remembers_sends() && limits.quota.is_none() && gathered == Gathering::Alone {
        return Ok(None);
    }
    let now = trial.lane.clock.now();
    let start = SendStart {
        account: account.account.clone(),
        deliveries: jobs.iter().map(|(job, _)| job.delivery.id).collect(),
        gathered,
        usage: limits.quota.as_ref().map(|quota| (quota.pool.clone(), quota.period_of(now))),
        now,
    };
    trial.lane.store.begin_send(start).await.map(Some)
}
