//! Forgetting what is long over.

use jiff::Timestamp;
use rusqlite::Connection;

use crate::column::from_time;
use crate::{Store, StoreError};

/// How many alerts are forgotten in one transaction, so that a request never
/// waits long behind it.
const ALERTS_AT_A_TIME: u32 = 500;

/// Alerts that may be forgotten, the oldest first.
const OLD_AND_OVER: &str = "
    SELECT a.id FROM alerts a
    WHERE a.received_at < ?1
      AND NOT EXISTS (SELECT 1 FROM incidents i
                      WHERE i.fingerprint = a.fingerprint AND a.id IN (i.first_alert, i.last_alert))
      AND NOT EXISTS (SELECT 1 FROM notifications n JOIN deliveries d ON d.notification = n.id
                      WHERE n.alert = a.id AND d.state IN ('pending', 'dead'))
    ORDER BY a.received_at LIMIT ?2";

impl Store {
    /// Forgets some alerts that were accepted before `before`, with all that
    /// came of them, and says how many; 0 when there are no more. What still
    /// fires, is still owed, or was given up and waits for a person, stays.
    ///
    /// # Errors
    ///
    /// If the store cannot be used.
    pub async fn forget_alerts(&self, before: Timestamp) -> Result<usize, StoreError> {
        self.writer.write(move |db| forget(db, before), |_| ()).await
    }
}

fn forget(db: &Connection, before: Timestamp) -> Result<usize, StoreError> {
    let mut statement = db.prepare_cached(OLD_AND_OVER)?;
    let ids: Vec<i64> = statement
        .query_map(rusqlite::params![from_time(before), ALERTS_AT_A_TIME], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in &ids {
        db.prepare_cached(
            "DELETE FROM attempts WHERE delivery IN
               (SELECT d.id FROM deliveries d JOIN notifications n ON n.id = d.notification WHERE n.alert = ?1)",
        )?
        .execute([id])?;
        db.prepare_cached(
            "DELETE FROM deliveries WHERE notification IN (SELECT id FROM notifications WHERE alert = ?1)",
        )?
        .execute([id])?;
        db.prepare_cached("DELETE FROM notifications WHERE alert = ?1")?.execute([id])?;
        db.prepare_cached("DELETE FROM alerts WHERE id = ?1")?.execute([id])?;
    }
    Ok(ids.len())
}

#[cfg(test)]
mod tests;
