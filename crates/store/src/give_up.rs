//! Giving up what can no longer go out.

use std::collections::BTreeSet;
use std::sync::Arc;

use fanfare_core::{ChannelName, DeliveryId, NotificationId};
use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::column::{as_kept, from_json, from_time};
use crate::pursue::{Consequences, Moment, pursue};
use crate::{Decider, Store, StoreError};

/// How many are given up in one transaction, so that a request never waits long behind it.
const AT_A_TIME: u32 = 200;

const REASON: &str = "the channel is no longer in the config";

const MISSING: &str = "
    SELECT d.id, d.notification FROM deliveries d JOIN notifications n ON n.id = d.notification
    WHERE d.state = 'pending' AND d.channel NOT IN (SELECT value FROM json_each(?1))
      AND coalesce(d.called_at, n.owed_at) < ?2
    ORDER BY d.id LIMIT ?3";

impl Store {
    /// Gives up deliveries whose channel is not among the `known` ones and was called
    /// in before `before`, and follows up their notifications in the same transaction.
    ///
    /// Some at a time: says how many, 0 when there are no more.
    ///
    /// # Errors
    ///
    /// If it cannot be written; then nothing of it is done.
    pub async fn give_up_missing(
        &self,
        known: Vec<ChannelName>,
        before: Timestamp,
        now: Timestamp,
        decider: Arc<dyn Decider>,
        then: impl FnOnce(&Consequences) + Send + 'static,
    ) -> Result<usize, StoreError> {
        let now = as_kept(now)?;
        let known = from_json(&known)?;
        let work = move |db: &Connection| {
            let missing = missing(db, &known, before)?;
            for (delivery, _) in &missing {
                give_up(db, *delivery, now)?;
            }
            let notifications: BTreeSet<_> = missing.iter().map(|(_, notification)| *notification).collect();
            let mut consequences = Consequences::default();
            for id in notifications {
                consequences.add(pursue(db, id, Moment::Meanwhile(now), decider.as_ref())?);
            }
            Ok((missing.len(), consequences))
        };
        self.writer.write(work, |(_, consequences)| then(consequences)).await.map(|(many, _)| many)
    }
}

fn missing(
    db: &Connection,
    known: &str,
    before: Timestamp,
) -> Result<Vec<(DeliveryId, NotificationId)>, StoreError> {
    let mut statement = db.prepare_cached(MISSING)?;
    let found = statement.query_map(params![known, from_time(before), AT_A_TIME], |row| {
        Ok((DeliveryId(row.get(0)?), NotificationId(row.get(1)?)))
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn give_up(db: &Connection, id: DeliveryId, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE deliveries SET state = 'dead', settled_at = ?2, reason = concat_ws('; last answer: ', ?3, reason) WHERE id = ?1",
    )?
    .execute(params![id.0, from_time(now), REASON])?;
    Ok(())
}

#[cfg(test)]
mod tests;
