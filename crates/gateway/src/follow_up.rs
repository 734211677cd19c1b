//! Looking at notifications again when something is due: a rung of a ladder, the
//! end of a contract's time, the turn of the next channel.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{ChannelName, Clock, NotificationId};
use fanfare_store::{StoreError, Watch};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::dispatch::News;
use crate::intake::Intake;
use crate::steady::{after, between};

/// How long to wait before the store is asked again after it failed.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// How many notifications are looked at in one transaction, so that an alert
/// that comes in meanwhile does not wait long.
const AT_A_TIME: usize = 200;

/// Looks at notifications when something is due.
#[derive(Debug)]
pub(crate) struct FollowUp {
    intake: Arc<Intake>,
    clock: Arc<dyn Clock>,
    news: UnboundedReceiver<News>,
    stop: CancellationToken,
    timers: Timers,
}

/// When something is due.
///
/// The times of a promise are those of the wall clock by which it began. They are
/// waited for in steady time, and by how far the two were apart then: a clock
/// that is set must neither hurry a ladder nor hold it up.
#[derive(Debug, Default)]
struct Timers {
    in_order: BTreeSet<(Timestamp, NotificationId)>,
    of: HashMap<NotificationId, Timer>,
}

#[derive(Debug, Clone, Copy)]
struct Timer {
    /// When it is due, in steady time; `None` while its notification is looked at.
    due: Option<Timestamp>,
    /// How far steady time was ahead of the wall clock when its promise began.
    lead: SignedDuration,
}

impl FollowUp {
    pub(crate) fn new(
        intake: Arc<Intake>,
        clock: Arc<dyn Clock>,
        news: UnboundedReceiver<News>,
        stop: CancellationToken,
    ) -> Self {
        Self { intake, clock, news, stop, timers: Timers::default() }
    }

    /// Runs until the gateway stops.
    pub(crate) async fn run(mut self) {
        let stop = self.stop.clone();
        loop {
            let pause = self.timers.first().map(|at| between(self.intake.steady.now(), at));
            tokio::select! {
                () = stop.cancelled() => return,
                news = self.news.recv() => match news {
                    Some(news) => self.hear(news).await,
                    None => return,
                },
                () = rest(pause) => self.look_at_what_is_due().await,
            }
        }
    }

    async fn hear(&mut self, news: News) {
        match news {
            News::Watch(watch) => self.watch(watch),
            News::Blocked(channel) => self.tell_elsewhere(channel).await,
        }
    }

    fn watch(&mut self, Watch { notification, look_at }: Watch) {
        match look_at {
            Some(wall) => {
                let lead = self.lead();
                self.timers.set(notification, wall, lead);
            }
            None => self.timers.forget(notification),
        }
    }

    /// How far steady time is ahead of the wall clock at the moment.
    fn lead(&self) -> SignedDuration {
        self.intake.steady.now().duration_since(self.clock.now())
    }

    /// Who waits for a channel that can send nothing is told elsewhere now and not when it is late.
    async fn tell_elsewhere(&mut self, channel: ChannelName) {
        match self.intake.store.waiting_for(channel.clone()).await {
            Ok(ids) => {
                let lead = self.lead();
                let now =
                    |id: &NotificationId| (*id, self.timers.time_of(*id, self.intake.steady.now(), lead));
                for some in ids.chunks(AT_A_TIME) {
                    if let Err(err) = self.pursue(some.iter().map(now).collect()).await {
                        error!(channel.name = %channel, error = %err, "Who waits for the channel cannot be looked up; their own time limits still hold");
                        return;
                    }
                }
            }
            Err(err) => {
                error!(channel.name = %channel, error = %err, "Who waits for the channel cannot be looked up; their own time limits still hold");
            }
        }
    }

    async fn look_at_what_is_due(&mut self) {
        let due = self.timers.take_due(self.intake.steady.now(), AT_A_TIME);
        if due.is_empty() {
            return;
        }
        if let Err(err) = self.pursue(due.clone()).await {
            error!(error = %err, "Notifications cannot be followed up; trying again");
            let lead = self.lead();
            for (id, now) in due {
                self.timers.set(id, after(now, STORE_PAUSE), lead);
            }
        }
    }

    async fn pursue(&self, ids: Vec<(NotificationId, Timestamp)>) -> Result<(), StoreError> {
        let dispatch = Arc::clone(&self.intake.dispatch);
        let act = move |consequences: &_| dispatch.act_on(consequences);
        self.intake.store.pursue(ids, self.intake.dispatch.decider(), act).await
    }
}

impl Timers {
    fn first(&self) -> Option<Timestamp> {
        self.in_order.first().map(|(at, _)| *at)
    }

    /// Waits until it is `wall` by the clock of the promise. `lead` is that of now,
    /// with which a promise begins that is not known yet.
    fn set(&mut self, id: NotificationId, wall: Timestamp, lead: SignedDuration) {
        let lead = self.of.get(&id).map_or(lead, |timer| timer.lead);
        self.forget(id);
        let due = wall.saturating_add(lead).unwrap_or(Timestamp::MAX);
        self.in_order.insert((due, id));
        self.of.insert(id, Timer { due: Some(due), lead });
    }

    fn forget(&mut self, id: NotificationId) {
        if let Some(Timer { due: Some(due), .. }) = self.of.remove(&id) {
            self.in_order.remove(&(due, id));
        }
    }

    /// What time it is by the clock of the promise.
    fn time_of(&self, id: NotificationId, now: Timestamp, lead: SignedDuration) -> Timestamp {
        let lead = self.of.get(&id).map_or(lead, |timer| timer.lead);
        now.saturating_sub(lead).unwrap_or(now)
    }

    /// What is due at `now`, each with the time by the clock of its promise.
    fn take_due(&mut self, now: Timestamp, most: usize) -> Vec<(NotificationId, Timestamp)> {
        let mut due = Vec::new();
        while let Some(&(at, id)) = self.in_order.first().filter(|(at, _)| *at <= now && due.len() < most) {
            self.in_order.remove(&(at, id));
            if let Some(timer) = self.of.get_mut(&id) {
                timer.due = None;
                due.push((id, now.saturating_sub(timer.lead).unwrap_or(now)));
            }
        }
        due
    }
}

async fn rest(pause: Option<Duration>) {
    match pause {
        Some(pause) => tokio::time::sleep(pause).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
