//! Settling attempts: what came of each, and what becomes of its delivery.

use std::sync::Arc;

use fanfare_core::{AttemptRecord, DeliveryId, DeliveryStatus, MessageForm, NotificationId};
use jiff::Timestamp;
use rusqlite::Connection;

use crate::recheck::{Consequences, Moment, recheck};
use crate::tables::deliveries::NextAttempt;
use crate::tables::{attempts, deliveries, holds, sends};
use crate::{AccountHold, Decider, Gathered, SendId, Store, StoreError};

/// The result of one attempt, and what becomes of its delivery.
#[derive(Debug, Clone)]
pub struct Settlement {
    /// Delivery that was attempted.
    pub delivery: DeliveryId,
    /// Notification that it tells.
    pub notification: NotificationId,
    /// Flag of a delivery whose notification is followed up.
    pub watched: bool,
    /// Ordinal of the attempt, from 1.
    pub ordinal: u32,
    /// Start of the attempt.
    pub started_at: Timestamp,
    /// End of the attempt.
    pub ended_at: Timestamp,
    /// Outcome in one word: `delivered`, `partial`, or that of the error.
    pub word: &'static str,
    /// Answer of the provider.
    pub words: String,
    /// State of the delivery after the attempt.
    pub outcome: Outcome,
    /// Send as which this attempt was entered, if its account has a budget.
    pub send: Option<SendId>,
    /// Silence that the provider asks of the account.
    pub hold: Option<AccountHold>,
}

/// The state of a delivery after an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Taken by the provider.
    Delivered,
    /// Tried again later.
    Pending {
        /// Time of the next attempt.
        next_at: Timestamp,
        /// Number of failures so far.
        failures: u32,
        /// Form of the next attempt.
        form: MessageForm,
        /// Recipients still owed; `None` means all.
        only: Option<Vec<String>>,
        /// Digest in which it is repeated; `None`: by itself.
        gathered: Option<Gathered>,
    },
    /// Given up for good.
    Dead {
        /// Reason why it is given up.
        reason: String,
    },
}

impl Store {
    /// Writes the result of an attempt, for each delivery it carried, and does
    /// what is then due about their notifications.
    ///
    /// # Errors
    ///
    /// If it cannot be written; then the deliveries are as they were before.
    pub async fn settle(
        &self,
        settlements: Vec<Settlement>,
        decider: Arc<dyn Decider>,
        then: impl FnOnce(&Consequences) + Send + 'static,
    ) -> Result<(), StoreError> {
        let work = move |db: &Connection| {
            let mut consequences = Consequences::default();
            for settlement in &settlements {
                settle(db, settlement)?;
                if settlement.calls_for_more() {
                    let Settlement { notification, ended_at, .. } = settlement;
                    let moment = Moment::Meanwhile(*ended_at);
                    consequences.add(recheck(db, *notification, moment, decider.as_ref())?);
                }
            }
            Ok(consequences)
        };
        self.write(work, then).await.map(|_| ())
    }
}

impl Settlement {
    /// Whether another channel may have to be told now.
    fn calls_for_more(&self) -> bool {
        match self.outcome {
            Outcome::Dead { .. } => true,
            Outcome::Delivered | Outcome::Pending { .. } => self.watched,
        }
    }
}

fn settle(db: &Connection, settlement: &Settlement) -> Result<(), StoreError> {
    let Settlement { delivery, ordinal, started_at, ended_at, word, words, outcome, send, hold, .. } =
        settlement;
    let attempt = AttemptRecord {
        delivery: *delivery,
        ordinal: *ordinal,
        started_at: *started_at,
        ended_at: *ended_at,
        word,
        words: words.clone(),
    };
    attempts::upsert(db, &attempt)?;
    settle_delivery(db, settlement, outcome)?;
    if let Some(send) = send {
        sends::end(db, *send, *ended_at)?;
    }
    hold.as_ref().map_or(Ok(()), |hold| holds::upsert(db, hold))
}

fn settle_delivery(db: &Connection, settlement: &Settlement, outcome: &Outcome) -> Result<(), StoreError> {
    let Settlement { delivery, ordinal, ended_at, words, .. } = settlement;
    let finish =
        |status, reason: &str| deliveries::finish(db, *delivery, status, (*ordinal, *ended_at, reason));
    match outcome {
        Outcome::Delivered => finish(DeliveryStatus::Delivered, words),
        Outcome::Dead { reason } => finish(DeliveryStatus::Dead, &format!("{reason}; last answer: {words}")),
        Outcome::Pending { next_at, failures, form, only, gathered } => {
            let next = NextAttempt {
                attempts: *ordinal,
                next_at: *next_at,
                failures: *failures,
                form: *form,
                only: only.as_deref(),
                reason: words,
                digest: gathered.map(|it| it.id),
            };
            deliveries::postpone(db, *delivery, &next)
        }
    }
}

#[cfg(test)]
mod tests;
