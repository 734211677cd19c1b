//! Writing down what came of an attempt.

use std::sync::Arc;

use fanfare_core::{DeliveryId, MessageForm, NotificationId};
use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::column::{from_json, from_time};
use crate::pursue::{Consequences, Moment, pursue};
use crate::send::Gathered;
use crate::{AccountHold, Decider, SendId, Store, StoreError};

/// What came of one attempt, and what becomes of its delivery.
#[derive(Debug, Clone)]
pub struct Settlement {
    /// The delivery.
    pub delivery: DeliveryId,
    /// What it told.
    pub notification: NotificationId,
    /// Whether its notification is followed up.
    pub watched: bool,
    /// Which attempt it was, from 1.
    pub ordinal: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// One word for how it ended: `delivered`, `partial`, or that of the error.
    pub word: &'static str,
    /// The provider's answer.
    pub words: String,
    /// What becomes of the delivery.
    pub outcome: Outcome,
    /// The send this attempt was entered as, if its account has a budget.
    pub send: Option<SendId>,
    /// The account must be silent.
    pub hold: Option<AccountHold>,
}

/// What becomes of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The provider took it.
    Delivered,
    /// It is tried again.
    Pending {
        /// Not before then.
        next_at: Timestamp,
        /// Failures so far.
        failures: u32,
        /// The form of the next attempt.
        form: MessageForm,
        /// The recipients still owed; `None` means all.
        only: Option<Vec<String>>,
        /// The digest in which it is repeated; `None`: by itself.
        gathered: Option<Gathered>,
    },
    /// It is given up.
    Dead {
        /// Why.
        reason: String,
    },
}

impl Store {
    /// Writes down what came of an attempt, for each delivery it carried, and does
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
                    consequences.add(pursue(db, *notification, moment, decider.as_ref())?);
                }
            }
            Ok(consequences)
        };
        self.writer.write(work, then).await.map(|_| ())
    }
}

impl Settlement {
    /// Whether somebody else may have to be told now.
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
    db.prepare_cached(
        "INSERT OR REPLACE INTO attempts (delivery, ordinal, started_at, ended_at, outcome, words)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![delivery.0, ordinal, from_time(*started_at), from_time(*ended_at), word, words])?;
    settle_delivery(db, settlement, outcome)?;
    if let Some(SendId(send)) = send {
        db.prepare_cached("UPDATE sends SET ended_at = ?2 WHERE id = ?1")?
            .execute(params![send, from_time(*ended_at)])?;
    }
    hold.as_ref().map_or(Ok(()), |hold| keep_silent(db, hold))
}

/// Of two silences the one that ends later counts, unless it begins only after
/// the newer one: it was asked for before the clock was set back.
fn keep_silent(db: &Connection, hold: &AccountHold) -> Result<(), StoreError> {
    let AccountHold { account, since, until, reason } = hold;
    db.prepare_cached(
        "INSERT INTO holds (account, since, until, reason) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (account) DO UPDATE SET since = excluded.since, until = excluded.until, reason = excluded.reason
         WHERE holds.until < excluded.until OR holds.since > excluded.until",
    )?
    .execute(params![account.as_str(), from_time(*since), from_time(*until), reason])?;
    Ok(())
}

fn settle_delivery(db: &Connection, settlement: &Settlement, outcome: &Outcome) -> Result<(), StoreError> {
    let Settlement { delivery, ordinal, ended_at, words, .. } = settlement;
    match outcome {
        Outcome::Delivered => settle_for_good(db, *delivery, "delivered", *ordinal, *ended_at, words),
        Outcome::Dead { reason } => {
            let reason = format!("{reason}; last answer: {words}");
            settle_for_good(db, *delivery, "dead", *ordinal, *ended_at, &reason)
        }
        Outcome::Pending { next_at, failures, form, only, gathered } => {
            let form = match form {
                MessageForm::Full => "full",
                MessageForm::Plain => "plain",
            };
            let only = only.as_ref().map(from_json).transpose()?;
            db.prepare_cached(
                "UPDATE deliveries SET attempts = ?2, next_at = ?3, failures = ?4, form = ?5, only_to = ?6, reason = ?7,
                        digest = ?8
                 WHERE id = ?1",
            )?
            .execute(params![
                delivery.0,
                ordinal,
                from_time(*next_at),
                failures,
                form,
                only,
                words,
                gathered.map(|it| it.id),
            ])?;
            Ok(())
        }
    }
}

fn settle_for_good(
    db: &Connection,
    delivery: DeliveryId,
    state: &str,
    attempts: u32,
    at: Timestamp,
    reason: &str,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE deliveries SET state = ?2, attempts = ?3, settled_at = ?4, reason = ?5 WHERE id = ?1",
    )?
    .execute(params![delivery.0, state, attempts, from_time(at), reason])?;
    Ok(())
}

#[cfg(test)]
mod tests;
