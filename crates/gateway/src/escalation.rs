//! Escalation: notifications are checked again when a rung, the end of a contract's
//! time, or the turn of the next channel is due.

mod timers;

use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{ChannelName, Clock, NotificationId};
use fanfare_store::{Store, StoreError, Watch};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;
use tracing::error;

use self::timers::Timers;
use crate::dispatch::{Dispatch, EscalationEvent};
use crate::time::{MonotonicClock, STORE_PAUSE, after, between};

/// The number of notifications checked in one transaction, so that an alert that
/// arrives meanwhile does not wait long.
const BATCH_SIZE: usize = 200;

/// The task that checks notifications again when they are due.
#[derive(Debug)]
pub(crate) struct EscalationTimers {
    pub(crate) store: Store,
    pub(crate) dispatch: Arc<Dispatch>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) monotonic: MonotonicClock,
    pub(crate) stop: CancellationToken,
}

impl EscalationTimers {
    /// Runs until the gateway stops.
    pub(crate) async fn run(self, mut events: UnboundedReceiver<EscalationEvent>) {
        let mut timers = Timers::default();
        loop {
            let pause = timers.first().map(|at| between(self.monotonic.now(), at));
            tokio::select! {
                () = self.stop.cancelled() => return,
                event = events.recv() => match event {
                    Some(event) => self.handle(event, &mut timers).await,
                    None => return,
                },
                () = sleep_or_forever(pause) => self.check_due(&mut timers).await,
            }
        }
    }

    async fn handle(&self, event: EscalationEvent, timers: &mut Timers) {
        match event {
            EscalationEvent::Reschedule(Watch { notification, look_at }) => match look_at {
                Some(wall) => timers.set(notification, wall, self.lead()),
                None => timers.remove(notification),
            },
            EscalationEvent::ChannelBlocked(channel) => self.fail_over(channel, timers).await,
        }
    }

    /// The difference of monotonic time and wall clock at the moment.
    fn lead(&self) -> SignedDuration {
        self.monotonic.now().duration_since(self.clock.now())
    }

    /// Checks the notifications that wait for a blocked channel, so that their receivers are
    /// told on another now and not after a time limit.
    async fn fail_over(&self, channel: ChannelName, timers: &mut Timers) {
        if let Err(err) = self.check_waiting_for(channel.clone(), timers).await {
            error!(channel.name = %channel, error = %err, "Who waits for the channel cannot be looked up; their own time limits still hold");
        }
    }

    async fn check_waiting_for(&self, channel: ChannelName, timers: &mut Timers) -> Result<(), StoreError> {
        let ids = self.store.waiting_for(channel).await?;
        let lead = self.lead();
        let now = |id: &NotificationId| (*id, timers.time_of(*id, self.monotonic.now(), lead));
        for some in ids.chunks(BATCH_SIZE) {
            self.check(some.iter().map(now).collect()).await?;
        }
        Ok(())
    }

    async fn check_due(&self, timers: &mut Timers) {
        let due = timers.take_due(self.monotonic.now(), BATCH_SIZE);
        if due.is_empty() {
            return;
        }
        if let Err(err) = self.check(due.clone()).await {
            error!(error = %err, "Notifications cannot be followed up; trying again");
            let lead = self.lead();
            for (id, now) in due {
                timers.set(id, after(now, STORE_PAUSE), lead);
            }
        }
    }

    async fn check(&self, ids: Vec<(NotificationId, Timestamp)>) -> Result<(), StoreError> {
        let dispatch = Arc::clone(&self.dispatch);
        let act = move |consequences: &_| dispatch.act_on(consequences);
        self.store.pursue(ids, self.dispatch.decider(), act).await
    }
}

async fn sleep_or_forever(pause: Option<Duration>) {
    match pause {
        Some(pause) => tokio::time::sleep(pause).await,
        None => std::future::pending().await,
    }
}
