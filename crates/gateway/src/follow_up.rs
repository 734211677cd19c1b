//! Looking at notifications again when something is due: a rung of a ladder, the
//! end of a contract's time, the turn of the next channel.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{ChannelName, Clock, NotificationId};
use fanfare_store::{Store, StoreError, Watch};
use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::dispatch::{Dispatch, News};
use crate::steady::{SteadyTime, after, between};

/// How long to wait before the store is asked again after it failed.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// How many notifications are looked at in one transaction, so that an alert
/// that comes in meanwhile does not wait long.
const AT_A_TIME: usize = 200;

/// What the follow-up needs.
#[derive(Debug)]
pub(crate) struct FollowUp {
    pub(crate) store: Store,
    pub(crate) dispatch: Arc<Dispatch>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) steady: SteadyTime,
    pub(crate) news: UnboundedReceiver<News>,
    pub(crate) stop: CancellationToken,
    timers: Timers,
}

/// When something is due, in steady time.
#[derive(Debug, Default)]
struct Timers {
    in_order: BTreeSet<(Timestamp, NotificationId)>,
    of: HashMap<NotificationId, Due>,
}

#[derive(Debug, Clone, Copy)]
struct Due {
    /// In steady time: what the timer waits for.
    steady: Timestamp,
    /// By the wall clock: what was written down.
    wall: Timestamp,
}

impl FollowUp {
    pub(crate) fn new(
        store: Store,
        dispatch: Arc<Dispatch>,
        clock: Arc<dyn Clock>,
        steady: SteadyTime,
        news: UnboundedReceiver<News>,
        stop: CancellationToken,
    ) -> Self {
        Self { store, dispatch, clock, steady, news, stop, timers: Timers::default() }
    }

    /// Runs until the gateway stops.
    pub(crate) async fn run(mut self) {
        let stop = self.stop.clone();
        loop {
            let pause = self.timers.first().map(|at| between(self.steady.now(), at));
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
                let pause = between(self.clock.now(), wall);
                self.timers.set(notification, Due { steady: after(self.steady.now(), pause), wall });
            }
            None => self.timers.forget(notification),
        }
    }

    /// Who waits for a channel that can send nothing is told elsewhere now and not when it is late.
    async fn tell_elsewhere(&mut self, channel: ChannelName) {
        match self.store.waiting_for(channel.clone()).await {
            Ok(ids) => {
                for some in ids.chunks(AT_A_TIME) {
                    if let Err(err) = self.pursue(some.to_vec(), self.clock.now()).await {
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
        let due = self.timers.take_due(self.steady.now(), AT_A_TIME);
        // Where the clock was set back, what is due is due all the same.
        let now = due.iter().map(|(_, due)| due.wall).max().max(Some(self.clock.now()));
        let (Some(now), ids) = (now, due.iter().map(|(id, _)| *id).collect()) else { return };
        if let Err(err) = self.pursue(ids, now).await {
            error!(error = %err, "Notifications cannot be followed up; trying again");
            for (id, due) in due {
                self.timers.set(id, Due { steady: after(self.steady.now(), STORE_PAUSE), ..due });
            }
        }
    }

    async fn pursue(&self, ids: Vec<NotificationId>, now: Timestamp) -> Result<(), StoreError> {
        let dispatch = Arc::clone(&self.dispatch);
        let act = move |consequences: &_| dispatch.act_on(consequences);
        self.store.pursue(ids, now, self.dispatch.decider(), act).await
    }
}

impl Timers {
    fn first(&self) -> Option<Timestamp> {
        self.in_order.first().map(|(at, _)| *at)
    }

    fn set(&mut self, id: NotificationId, due: Due) {
        self.forget(id);
        self.in_order.insert((due.steady, id));
        self.of.insert(id, due);
    }

    fn forget(&mut self, id: NotificationId) {
        if let Some(due) = self.of.remove(&id) {
            self.in_order.remove(&(due.steady, id));
        }
    }

    fn take_due(&mut self, now: Timestamp, most: usize) -> Vec<(NotificationId, Due)> {
        let ids: Vec<_> =
            self.in_order.iter().take_while(|(at, _)| *at <= now).take(most).map(|(_, id)| *id).collect();
        let mut due = Vec::new();
        for id in ids {
            if let Some(its) = self.of.get(&id).copied() {
                self.forget(id);
                due.push((id, its));
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
