//! Deleting alerts that are long over, with all that came of them.

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use crate::{Store, StoreError, tables};

/// The most alerts that are deleted in one transaction, so that a request never
/// waits long behind it.
const BATCH_SIZE: u32 = 500;

/// The time for which a count of used messages is kept after its last one. No provider
/// counts longer than a month.
const LONGEST_PERIOD: SignedDuration = SignedDuration::from_hours(32 * 24);

/// The milliseconds before the oldest alert at which a policy must have been replaced: clocks are
/// set back, and the last alerts by a policy are written after the first by the next.
const POLICY_MARGIN_MILLIS: i64 = 24 * 60 * 60 * 1000;

impl Store {
    /// Deletes some alerts that were accepted before `before`, with all that
    /// came of them, and returns how many; 0 when there are no more. What still
    /// fires, is pending or followed up, or was given up and waits for a
    /// person, stays.
    ///
    /// # Errors
    ///
    /// If the store cannot be used.
    pub async fn forget_alerts(&self, before: Timestamp) -> Result<usize, StoreError> {
        self.write(move |db| delete_expired(db, before), |_| ()).await
    }
}

fn delete_expired(db: &Connection, before: Timestamp) -> Result<usize, StoreError> {
    let expired = tables::alerts::expired(db, before, BATCH_SIZE)?;
    for id in &expired {
        tables::alerts::delete(db, *id)?;
    }
    tables::digests::delete_unused(db, before)?;
    tables::usage::delete(db, before.saturating_sub(LONGEST_PERIOD).unwrap_or(Timestamp::MIN))?;
    tables::policies::delete_unused(db, before, POLICY_MARGIN_MILLIS)?;
    Ok(expired.len())
}

#[cfg(test)]
mod tests;
