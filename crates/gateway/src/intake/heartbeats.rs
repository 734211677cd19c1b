//! Heartbeats of senders: the board that doors, commits and the monitor share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use fanfare_core::{
    BeatOutcome, CommittedAlert, HeartbeatBoard, HeartbeatKey, HeartbeatRule, SourceName, is_expiry,
};
use jiff::Timestamp;
use tokio::sync::Notify;

/// The board of heartbeats, in [monotonic](crate::time::MonotonicClock) time.
#[derive(Debug, Default)]
pub(crate) struct Heartbeats {
    board: Mutex<HeartbeatBoard>,
    changed: Notify,
}

impl Heartbeats {
    /// The board, for as long as nothing is awaited.
    pub(crate) fn board(&self) -> MutexGuard<'_, HeartbeatBoard> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Expects by `rules` from `now` on, and returns what no rule is about any more.
    pub(crate) fn apply_rules(&self, rules: Vec<HeartbeatRule>, now: Timestamp) -> Vec<HeartbeatKey> {
        let forgotten = self.board().apply_rules(rules, now);
        self.changed.notify_one();
        forgotten
    }

    /// Notes a heartbeat that was heard at `now`.
    pub(crate) fn hear(&self, key: &HeartbeatKey, now: Timestamp) -> BeatOutcome {
        let outcome = self.board().hear(key, now);
        match outcome {
            BeatOutcome::Learned(_) => self.changed.notify_one(),
            BeatOutcome::Heard(_) | BeatOutcome::NotExpected | BeatOutcome::TooMany => {}
        }
        outcome
    }

    /// Notes that from `now` on nothing can come from `source`.
    pub(crate) fn leave(&self, source: &SourceName, now: Timestamp) {
        self.board().leave(source, now);
        self.changed.notify_one();
    }

    /// Waits until more may be expected than before.
    pub(crate) async fn expected(&self) {
        self.changed.notified().await;
    }

    /// Notes alerts that were received at `now`: each is a heartbeat of its source as a whole, if one is expected. The
    /// end of an alarm that was not reported again is none: nothing was received.
    pub(crate) fn hear_alerts(&self, accepted: &[CommittedAlert], now: Timestamp) {
        let mut board = self.board();
        for one in accepted.iter().filter(|it| !is_expiry(&it.alert)) {
            board.hear_alert(&one.alert.source, now);
        }
    }
}

#[cfg(test)]
mod tests;
