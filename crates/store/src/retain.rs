//! Forgetting what is long over.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

use crate::column::from_time;
use crate::{Store, StoreError};

/// How many alerts are forgotten in one transaction, so that a request never
/// waits long behind it.
const ALERTS_AT_A_TIME: u32 = 500;

/// For how long a count of used messages is kept after its last one. No provider
/// counts longer than a month.
const LONGEST_PERIOD: SignedDuration = SignedDuration::from_hours(32 * 24);

/// How long before the oldest alert a policy must have been replaced: clocks are
/// set back, and the last alerts by a policy are written after the first by the next.
const A_WHILE_IN_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// Alerts that may be forgotten, the oldest first.
const OLD_AND_OVER: &str = "
    SELECT a.id FROM alerts a
    WHERE a.received_at < ?1
      AND NOT EXISTS (SELECT 1 FROM incidents i
                      WHERE i.fingerprint = a.fingerprint AND a.id IN (i.first_alert, i.last_alert))
      AND NOT EXISTS (SELECT 1 FROM notifications n JOIN deliveries d ON d.notification = n.id
                      WHERE n.alert = a.id AND d.state IN ('pending', 'dead'))
      AND NOT EXISTS (SELECT 1 FROM notifications n
                      WHERE n.alert = a.id
                        AND (n.look_at IS NOT NULL OR n.fulfilment = 'abandoned' AND n.dealt_with IS NULL))
    ORDER BY a.received_at LIMIT ?2";

impl Store {
    /// Forgets some alerts that were accepted before `before`, with all that
    /// came of them, and says how many; 0 when there are no more. What still
    /// fires, is still owed or followed up, or was given up and waits for a
    /// person, stays.
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
        .query_map(params![from_time(before), ALERTS_AT_A_TIME], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in &ids {
        for sql in FORGET_ALERT {
            db.prepare_cached(sql)?.execute([id])?;
        }
    }
    forget_what_nothing_refers_to(db, before)?;
    Ok(ids.len())
}

/// In this order: each is found through those that go after it.
const FORGET_ALERT: [&str; 6] = [
    "DELETE FROM attempts WHERE delivery IN
       (SELECT d.id FROM deliveries d JOIN notifications n ON n.id = d.notification WHERE n.alert = ?1)",
    "DELETE FROM deliveries WHERE notification IN (SELECT id FROM notifications WHERE alert = ?1)",
    "DELETE FROM steps WHERE notification IN (SELECT id FROM notifications WHERE alert = ?1)",
    "DELETE FROM notifications WHERE alert = ?1",
    "DELETE FROM acknowledgements WHERE incident = (SELECT incident FROM alerts WHERE id = ?1)
       AND NOT EXISTS (SELECT 1 FROM notifications n WHERE n.incident = acknowledgements.incident)",
    "DELETE FROM alerts WHERE id = ?1",
];

fn forget_what_nothing_refers_to(db: &Connection, before: Timestamp) -> Result<(), StoreError> {
    let long_before = before.saturating_sub(LONGEST_PERIOD).unwrap_or(Timestamp::MIN);
    db.prepare_cached(
        "DELETE FROM digests WHERE made_at < ?1 AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.digest = digests.id)",
    )?
    .execute([from_time(before)])?;
    db.prepare_cached("DELETE FROM usage WHERE used_at < ?1")?.execute([from_time(long_before)])?;
    db.prepare_cached(
        "DELETE FROM policies WHERE until < coalesce((SELECT min(received_at) FROM alerts), ?1) - ?2",
    )?
    .execute([from_time(before), A_WHILE_IN_MILLIS])?;
    Ok(())
}

#[cfg(test)]
mod tests;
