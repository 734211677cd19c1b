//! What an attempt needs before it is made: the texts, and its entry in the books.

use std::sync::Arc;

use fanfare_core::{Digest, Notification, NotificationId};
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

/// Why a text is not at hand.
enum Missing {
    /// The store does not answer; that may pass.
    StoreFails(StoreError),
    /// It cannot be read; that will not pass.
    Unreadable(String),
}

/// Reads what must be told, leaves out what has no room, and enters the send.
pub(crate) async fn prepare(trial: Trial<'_>, load: Load) -> Prepared {
    let Load { jobs, gathered } = load;
    let mut texts = Vec::new();
    for job in &jobs {
        match text(trial, job).await {
            Ok(text) => texts.push(Ok(text)),
            Err(Missing::Unreadable(reason)) => texts.push(Err(reason)),
            // All of it waits, or what is at hand would overtake what is not.
            Err(Missing::StoreFails(err)) => return Prepared::none(jobs, trial, &err),
        }
    }
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

async fn text(trial: Trial<'_>, job: &Job) -> Result<Arc<Notification>, Missing> {
    let text = match &job.notification {
        Some(notification) => Arc::clone(notification),
        None => read(trial, job.delivery.notification).await?,
    };
    let Delivery { escalated, asks, .. } = &job.delivery;
    let acknowledge = if *asks { trial.speaker.links.as_ref().map(|links| links.of(&text)) } else { None };
    if escalated.is_none() && acknowledge.is_none() {
        return Ok(text);
    }
    Ok(Arc::new(Notification { acknowledge, escalated: *escalated, ..Notification::clone(&text) }))
}

async fn read(trial: Trial<'_>, id: NotificationId) -> Result<Arc<Notification>, Missing> {
    match trial.lane.store.notification(id).await {
        Ok(Some(notification)) => Ok(Arc::new(notification)),
        Ok(None) => Err(Missing::Unreadable("it is not in the store".to_owned())),
        Err(err @ StoreError::Damaged { .. }) => Err(Missing::Unreadable(err.to_string())),
        Err(err @ (StoreError::Sqlite(_) | StoreError::BrokeDown | StoreError::Closed)) => {
            Err(Missing::StoreFails(err))
        }
    }
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
