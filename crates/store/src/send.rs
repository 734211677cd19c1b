//! What of an account's budget is spent, and who must be silent: neither is
//! forgotten by a restart.

use fanfare_core::{Account, DeliveryId};
use jiff::Timestamp;
use rusqlite::params;

use crate::column::{from_time, to_time};
use crate::{Store, StoreError};

/// One request to a provider, entered before it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendId(pub(crate) i64);

/// An account that must be silent for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountHold {
    /// Which.
    pub account: Account,
    /// From when; a silence that begins in the future was asked for before the clock was set back.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// The provider's words.
    pub reason: String,
}

impl Store {
    /// Enters that `account` is about to send, before it does.
    ///
    /// # Errors
    ///
    /// If it cannot be written; then the send must not be made.
    pub async fn begin_send(
        &self,
        account: Account,
        delivery: DeliveryId,
        now: Timestamp,
    ) -> Result<SendId, StoreError> {
        let work = move |db: &rusqlite::Connection| {
            db.prepare_cached("INSERT INTO sends (account, delivery, started_at) VALUES (?1, ?2, ?3)")?
                .execute(params![account.as_str(), delivery.0, from_time(now)])?;
            Ok(SendId(db.last_insert_rowid()))
        };
        self.writer.write(work, |_| ()).await
    }

    /// When the sends of each account ended that ended after `since`. One whose
    /// end nobody saw, because the gateway died, counts as ended `now`, and is
    /// entered so.
    ///
    /// # Errors
    ///
    /// If the store cannot be used.
    pub async fn sends_since(
        &self,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<(Account, Timestamp)>, StoreError> {
        let work = move |db: &rusqlite::Connection| {
            db.execute("DELETE FROM sends WHERE ended_at <= ?1", [from_time(since)])?;
            db.execute("UPDATE sends SET ended_at = ?1 WHERE ended_at IS NULL", [from_time(now)])?;
            let mut statement = db.prepare("SELECT account, ended_at FROM sends")?;
            let mut rows = statement.query([])?;
            let mut sends = Vec::new();
            while let Some(row) = rows.next()? {
                sends.push((Account::from_stored(row.get(0)?), to_time(row.get(1)?)?));
            }
            Ok(sends)
        };
        self.writer.write(work, |_| ()).await
    }

    /// Forgets sends that ended before `before`: no budget looks that far back.
    ///
    /// # Errors
    ///
    /// If the store cannot be used.
    pub async fn forget_sends(&self, before: Timestamp) -> Result<(), StoreError> {
        let work = move |db: &rusqlite::Connection| {
            db.execute("DELETE FROM sends WHERE ended_at <= ?1", [from_time(before)])?;
            Ok(())
        };
        self.writer.write(work, |()| ()).await
    }

    /// The accounts that must be silent, over or not.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn holds(&self) -> Result<Vec<AccountHold>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare("SELECT account, since, until, reason FROM holds")?;
            let mut rows = statement.query([])?;
            let mut holds = Vec::new();
            while let Some(row) = rows.next()? {
                holds.push(AccountHold {
                    account: Account::from_stored(row.get(0)?),
                    since: to_time(row.get(1)?)?,
                    until: to_time(row.get(2)?)?,
                    reason: row.get(3)?,
                });
            }
            Ok(holds)
        })
        .await
    }
}

#[cfg(test)]
mod tests;
