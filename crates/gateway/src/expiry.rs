//! Expiry: alarms that are over by themselves, since they were not reported again in time.

use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{ExpiredAlarm, StateKey, expire};
use fanfare_store::Unit;
use fanfare_words::expired_alarm_texts;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::intake::Intake;
use crate::time::{STANDSTILL, STORE_PAUSE, after, between, sleep_or_forever};

/// The number of alarms that are ended in one transaction.
const BATCH_SIZE: usize = 100;

/// The task that ends alarms which are over by themselves.
#[derive(Debug)]
pub(crate) struct ExpiryTimer {
    pub(crate) intake: Arc<Intake>,
    pub(crate) stop: CancellationToken,
}

impl ExpiryTimer {
    /// Runs until the gateway stops.
    pub(crate) async fn run(self) {
        let expiries = &self.intake.expiries;
        while !self.stop.is_cancelled() {
            let begun = self.intake.monotonic.now();
            let pause = expiries.board().next().map(|at| between(begun, at));
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                () = expiries.is_earlier() => {}
                () = sleep_or_forever(pause) => {}
            }
            self.note_standstill(begun, pause);
            self.end_due().await;
        }
    }

    /// Gives all alarms their whole time if the timer that was set at `begun` is late.
    fn note_standstill(&self, begun: Timestamp, pause: Option<Duration>) {
        let (now, expected) = (self.intake.monotonic.now(), pause.unwrap_or(Duration::MAX));
        if between(begun, now) > expected.saturating_add(STANDSTILL) {
            self.intake.expiries.board().renew(now, |_| true);
        }
    }

    /// Ends the alarms that are due.
    async fn end_due(&self) {
        let now = self.intake.monotonic.now();
        let due = {
            let heartbeats = self.intake.heartbeats.board();
            self.intake.expiries.board().take_due(now, BATCH_SIZE, |source| heartbeats.is_away(source))
        };
        if due.is_empty() {
            return;
        }
        let units = due.iter().map(|it| self.unit(it)).collect();
        if let Err(err) = self.intake.store.transact(units).await {
            warn!(error = %err, "Alarms that are over cannot be ended; trying again");
            let again_at = after(self.intake.monotonic.now(), STORE_PAUSE);
            let mut board = self.intake.expiries.board();
            due.into_iter().for_each(|it| board.put_back(it, again_at));
        }
    }

    fn unit(&self, ExpiredAlarm { key, lasting }: &ExpiredAlarm) -> Unit {
        let (policy, now) = (self.intake.dispatch.policy(), self.intake.monotonic.moment());
        let texts = expired_alarm_texts(*lasting);
        Unit::new(vec![StateKey::WholeIncident(key.clone())], move |state| {
            policy.decide(now, |context| expire(state, &texts, context, now.wall))
        })
    }
}
