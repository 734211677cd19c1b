//! The policies alerts were decided by.

use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde::Serialize;

use crate::column::from_time;
use crate::{Store, StoreError};

/// A policy alerts were decided by. Counts up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct PolicyId(pub i64);

impl Store {
    /// Enters the policy that decides from now on, as JSON, unless it is known.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub async fn enter_policy(&self, policy: String, now: Timestamp) -> Result<PolicyId, StoreError> {
        let work = move |db: &Connection| {
            db.execute("UPDATE policies SET until = ?1 WHERE until IS NULL", [from_time(now)])?;
            let id = db.query_row(
                "INSERT INTO policies (since, policy) VALUES (?1, ?2)
                 ON CONFLICT (policy) DO UPDATE SET until = NULL RETURNING id",
                params![from_time(now), policy],
                |row| row.get(0),
            )?;
            Ok(PolicyId(id))
        };
        self.writer.write(work, |_| ()).await
    }
}

#[cfg(test)]
mod tests;
