//! Escalation: notifications are checked again when a rung, the end of a contract's
//! time, or the turn of the next channel is due.

mod timers;

use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{ChannelName, EvaluationTime, NotificationId, Recheck, StateKey, TimerKey, recheck};
use fanfare_store::{Store, StoreError, Unit};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use self::timers::Timers;
use crate::dispatch::{Dispatch, EscalationEvent};
use crate::time::{MonotonicClock, STORE_PAUSE, after, between, sleep_or_forever};

/// The number of notifications checked in one transaction, so that an alert that
/// arrives meanwhile does not wait long.
const BATCH_SIZE: usize = 200;

/// The pause before a notification that cannot be checked for damage in the store is tried again: only a person can mend
/// it, and the log names it each time.
const DAMAGE_PAUSE: Duration = Duration::from_secs(60);

/// The task that checks notifications again when they are due.
#[derive(Debug)]
pub(crate) struct EscalationTimers {
    pub(crate) store: Store,
    pub(crate) dispatch: Arc<Dispatch>,
    pub(crate) monotonic: MonotonicClock,
    pub(crate) stop: CancellationToken,
}

impl EscalationTimers {
    /// Runs until the gateway stops.
    pub(crate) async fn run(self, mut events: UnboundedReceiver<EscalationEvent>) {
        let mut timers = Timers::default();
        loop {
            let pause = timers.first().map(|at| between(self.monotonic.now(), at));
            // In a fixed order, so that a test runs alike each time. A timer that was checked is
            // set again for later, so that events have their turn.
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                () = sleep_or_forever(pause) => self.check_due(&mut timers).await,
                event = events.recv() => match event {
                    Some(event) => self.handle(event, &mut timers).await,
                    None => return,
                },
            }
        }
    }

    async fn handle(&self, event: EscalationEvent, timers: &mut Timers) {
        match event {
            EscalationEvent::Reschedule(Recheck { notification, at }) => {
                let key = TimerKey::Notification(notification);
                match at {
                    Some(due) => timers.set(key, due),
                    None => timers.remove(&key),
                }
            }
            EscalationEvent::ChannelBlocked(channel) => self.fail_over(channel).await,
            EscalationEvent::TimePassed => {} // the next turn asks for the time
        }
    }

    /// Checks the notifications that wait for a blocked channel, so that their receivers are
    /// notified on another now and not after a time limit.
    async fn fail_over(&self, channel: ChannelName) {
        if let Err(err) = self.check_waiting_for(channel.clone()).await {
            error!(channel.name = %channel, error = %err, "Notifications that wait for a blocked channel cannot be checked; their own time limits still hold");
        }
    }

    async fn check_waiting_for(&self, channel: ChannelName) -> Result<(), StoreError> {
        let ids = self.store.waiting_for(channel).await?;
        for some in ids.chunks(BATCH_SIZE) {
            self.check(some.iter().copied()).await?;
        }
        Ok(())
    }

    async fn check_due(&self, timers: &mut Timers) {
        let due = timers.take_due(self.monotonic.now(), BATCH_SIZE);
        if due.is_empty() {
            return;
        }
        match self.check(due.iter().filter_map(notification_of)).await {
            Ok(()) => {}
            Err(err @ StoreError::Damaged { .. }) => self.check_each(due, &err, timers).await,
            Err(
                err @ (StoreError::Sqlite(_)
                | StoreError::Refused(_)
                | StoreError::Panicked
                | StoreError::Closed),
            ) => {
                error!(error = %err, "Due notifications cannot be checked; trying again");
                let again_at = after(self.monotonic.now(), STORE_PAUSE);
                due.into_iter().for_each(|key| timers.set(key, again_at));
            }
        }
    }

    /// Checks notifications one by one, of which a damaged one kept all from being checked: it costs itself only.
    async fn check_each(&self, due: Vec<TimerKey>, damage: &StoreError, timers: &mut Timers) {
        warn!(error = %damage, "Due notifications cannot be checked together; checking each by itself");
        for key in due {
            if let Err(err) = self.check(notification_of(&key).into_iter()).await {
                error!(timer = ?key, error = %err, "A due notification cannot be checked; trying again later. See `fanfare audit`");
                timers.set(key, after(self.monotonic.now(), DAMAGE_PAUSE));
            }
        }
    }

    /// Checks notifications in one transaction.
    async fn check(&self, due: impl Iterator<Item = NotificationId>) -> Result<(), StoreError> {
        let (policy, now) = (self.dispatch.policy(), self.monotonic.moment());
        let unit = |id| {
            let policy = Arc::clone(&policy);
            let time = EvaluationTime::Scheduled(now.promise);
            let decide = move |state: &_| policy.decide(now, |context| recheck(state, time, context));
            Unit::new(vec![StateKey::Notification(id)], decide)
        };
        self.store.transact(due.map(unit).collect()).await.map(drop)
    }
}

/// The notification of a timer; `None` for all other timers, which check no notification.
fn notification_of(key: &TimerKey) -> Option<NotificationId> {
    match key {
        TimerKey::Notification(id) => Some(*id),
        TimerKey::Group(_) => None,
    }
}
