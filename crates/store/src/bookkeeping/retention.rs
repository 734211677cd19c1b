//! Deleting alerts that are long over, with all that came of them: a piece at a time, so that nobody waits.

use fanfare_core::{AlertId, SendId};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::sends::OldSends;
use crate::tables::{alerts, digests, policies, sends, usage};
use crate::{Store, StoreError};

/// The alerts that are looked at in one read: some milliseconds. The writer is not kept by it.
const WALK: u32 = 500;

/// The most alerts that are deleted in one transaction: some 5 ms, for which a request waits behind it.
const BATCH_SIZE: usize = 40;

/// The rows of other tables that are looked at in one transaction: likewise.
const OTHER_ROWS: u32 = 500;

/// The time for which a count of used messages is kept after its last one. No provider
/// counts longer than a month.
const LONGEST_PERIOD: SignedDuration = SignedDuration::from_hours(32 * 24);

/// The milliseconds before the oldest alert at which a policy must have been replaced: the last alerts by a
/// policy are written after the first by the next.
const POLICY_MARGIN_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// A piece of the walk through old alerts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExpiredAlerts {
    /// Alerts that may be deleted, the oldest first, in parts for one transaction each.
    pub parts: Vec<Vec<AlertId>>,
    /// The alert after which the walk goes on; `None`: all that follow are young.
    pub next: Option<AlertId>,
}

impl Store {
    /// The alerts after `after` that were last seen before `before`, by what has passed for certain, and may be
    /// deleted. What still fires, is pending or followed up, or was given up and waits for a person, stays.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn expired_alerts(
        &self,
        after: AlertId,
        before: Timestamp,
    ) -> Result<ExpiredAlerts, StoreError> {
        self.read_report(move |db| expired(db, after, before)).await
    }

    /// Deletes those of `ids` that may still be deleted, with all that came of them, and returns how many.
    ///
    /// # Errors
    ///
    /// If the store cannot be used.
    pub async fn forget_alerts(&self, ids: Vec<AlertId>, before: Timestamp) -> Result<usize, StoreError> {
        self.write(move |db| delete(db, &ids, before), |_| ()).await
    }

    /// Deletes some digests after the number `after` that were made before `before` and that no delivery refers
    /// to. Returns the number after which to go on; `None` when there are no more.
    ///
    /// # Errors
    ///
    /// If the store cannot be used.
    pub async fn forget_digests(&self, after: i64, before: Timestamp) -> Result<Option<i64>, StoreError> {
        self.write(move |db| digests::delete_unused(db, after, before, OTHER_ROWS), |_| ()).await
    }

    /// Deletes counts of used messages and policies that are of no use before `before`, by what has passed for
    /// certain.
    ///
    /// # Errors
    ///
    /// If the store cannot be used.
    pub async fn forget_usage_and_policies(&self, before: Timestamp) -> Result<(), StoreError> {
        let work = move |db: &Connection| {
            usage::delete(db, before.saturating_sub(LONGEST_PERIOD).unwrap_or(Timestamp::MIN))?;
            policies::delete_unused(db, before, POLICY_MARGIN_MILLIS)
        };
        self.write(work, |()| ()).await
    }

    /// Deletes those of some sends after the number `after` that are `old`. Returns the number after which to go on;
    /// `None` when there are no more.
    ///
    /// # Errors
    ///
    /// If the store cannot be used.
    pub async fn forget_sends(&self, after: SendId, old: OldSends) -> Result<Option<SendId>, StoreError> {
        self.write(move |db| sends::delete_some(db, after, &old, OTHER_ROWS), |_| ()).await
    }
}

fn expired(db: &Connection, after: AlertId, before: Timestamp) -> Result<ExpiredAlerts, StoreError> {
    let aged = alerts::walk(db, after, before, WALK)?;
    let old: Vec<_> = aged.iter().take_while(|it| !it.is_young).collect();
    let ids: Vec<AlertId> = old.iter().filter(|it| it.is_expired).map(|it| it.id).collect();
    let is_all = old.len() < aged.len() || aged.is_empty();
    let next = if is_all { None } else { old.last().map(|it| it.id) };
    Ok(ExpiredAlerts { parts: ids.chunks(BATCH_SIZE).map(<[_]>::to_vec).collect(), next })
}

fn delete(db: &Connection, ids: &[AlertId], before: Timestamp) -> Result<usize, StoreError> {
    let mut deleted = 0;
    for id in ids {
        // Something may have happened to it since it was found.
        if alerts::is_expired(db, *id, before)? {
            alerts::delete(db, *id)?;
            deleted += 1;
        }
    }
    Ok(deleted)
}

#[cfg(test)]
mod tests;
