//! Alarms that are over by themselves: the board that commits and the timer share.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fanfare_core::{Alert, CommittedAlert, ExpiryBoard, IncidentKey, Kind, Status};
use jiff::Timestamp;
use tokio::sync::Notify;

use crate::time::between;

/// The board of alarms that are over by themselves, in [monotonic](crate::time::MonotonicClock) time.
#[derive(Debug, Default)]
pub(crate) struct Expiries {
    board: Mutex<ExpiryBoard>,
    earlier: Notify,
}

impl Expiries {
    /// The board, for as long as nothing is awaited.
    pub(crate) fn board(&self) -> MutexGuard<'_, ExpiryBoard> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until an alarm may be over before all others.
    pub(crate) async fn is_earlier(&self) {
        self.earlier.notified().await;
    }

    /// Takes up the alarms that are open: each has its whole time from `now` on.
    pub(crate) fn take_up(&self, open: Vec<(IncidentKey, Duration)>, now: Timestamp) {
        let mut board = self.board();
        open.into_iter().for_each(|(key, lasting)| board.insert(key, lasting, now));
        self.earlier.notify_one();
    }

    /// Notes alerts that were received at `wall` by the wall clock, and at `now`.
    pub(crate) fn note(&self, accepted: &[CommittedAlert], wall: Timestamp, now: Timestamp) {
        let mut board = self.board();
        let before = board.next();
        for alert in accepted.iter().map(|it| &it.alert) {
            match lasting(alert, wall) {
                Some(lasting) => board.insert(alert.incident_key(), lasting, now),
                None if board.is_empty() => {}
                None => board.remove(&alert.incident_key()),
            }
        }
        let is_earlier = board.next().is_some_and(|next| before.is_none_or(|before| next < before));
        if is_earlier {
            self.earlier.notify_one();
        }
    }
}

/// The time from `wall` on for which an alarm is open unless it is reported again; `None`: it lasts, or is over.
fn lasting(alert: &Alert, wall: Timestamp) -> Option<Duration> {
    match (alert.kind, alert.status) {
        (Kind::Alarm, Status::Firing) => alert.ends_at.map(|end| between(wall, end)),
        (Kind::Alarm, Status::Resolved) | (Kind::Notice, _) => None,
    }
}

#[cfg(test)]
mod tests;
