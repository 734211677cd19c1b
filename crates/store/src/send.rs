//! What of an account's budget is spent, and who must be silent: neither is
//! forgotten by a restart.

use fanfare_core::{Account, DeliveryId};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use crate::column::{as_kept, from_time, to_count, to_time};
use crate::{Store, StoreError};

/// One request to a provider, entered before it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendId(pub(crate) i64);

/// A send that is about to be made.
#[derive(Debug, Clone)]
pub struct SendStart {
    /// By whom.
    pub account: Account,
    /// What it carries.
    pub deliveries: Vec<DeliveryId>,
    /// In which digest, if it carries several.
    pub gathered: Gathering,
    /// Whose allowance of which day or month it uses up.
    pub usage: Option<(String, String)>,
    /// When.
    pub now: Timestamp,
}

/// Whether a send carries a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gathering {
    /// One delivery by itself.
    Alone,
    /// A digest that goes out for the first time.
    New,
    /// One that went out before.
    Again(Gathered),
}

/// A digest that went out, perhaps in vain: it is repeated with the same deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Gathered {
    /// Its number.
    pub id: i64,
    /// When it first went out.
    pub made_at: Timestamp,
}

/// A send that was entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begun {
    /// Its number.
    pub send: SendId,
    /// The digest it carries.
    pub gathered: Option<Gathered>,
    /// How many messages of the allowance have been used with it.
    pub used: Option<u64>,
}

fn begin_send(db: &rusqlite::Connection, start: &SendStart) -> Result<Begun, StoreError> {
    let SendStart { account, deliveries, gathered, usage, now } = start;
    let first = deliveries.first().map_or(0, |it| it.0);
    db.prepare_cached("INSERT INTO sends (account, delivery, started_at) VALUES (?1, ?2, ?3)")?
        .execute(params![account.as_str(), first, from_time(*now)])?;
    let send = SendId(db.last_insert_rowid());
    let gathered = match gathered {
        Gathering::Alone => None,
        Gathering::Again(gathered) => Some(*gathered),
        Gathering::New => Some(gather(db, deliveries, as_kept(*now)?)?),
    };
    let used = match usage {
        Some((pool, period)) => Some(
            db.prepare_cached(
                "INSERT INTO usage (pool, period, messages, used_at) VALUES (?1, ?2, 1, ?3)
                 ON CONFLICT (pool, period) DO UPDATE SET messages = messages + 1, used_at = excluded.used_at
                 RETURNING messages",
            )?
            .query_row(params![pool, period, from_time(*now)], |row| row.get(0).map(to_count))?,
        ),
        None => None,
    };
    Ok(Begun { send, gathered, used })
}

fn gather(
    db: &rusqlite::Connection,
    deliveries: &[DeliveryId],
    now: Timestamp,
) -> Result<Gathered, StoreError> {
    db.prepare_cached("INSERT INTO digests (made_at) VALUES (?1)")?.execute([from_time(now)])?;
    let id = db.last_insert_rowid();
    for delivery in deliveries {
        db.prepare_cached("UPDATE deliveries SET digest = ?2 WHERE id = ?1")?.execute([delivery.0, id])?;
    }
    Ok(Gathered { id, made_at: now })
}

/// An account that must be silent for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountHold {
    /// Which.
    pub account: Account,
    /// From when.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// The provider's words.
    pub reason: String,
}

impl Store {
    /// Enters that an account is about to send, before it does.
    ///
    /// # Errors
    ///
    /// If it cannot be written; then the send must not be made.
    pub async fn begin_send(&self, start: SendStart) -> Result<Begun, StoreError> {
        self.writer.write(move |db| begin_send(db, &start), |_| ()).await
    }

    /// How many messages went out of each pool's allowance in each period.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn usage(&self, pool: String, period: String) -> Result<u64, StoreError> {
        self.read(move |db| {
            let sql = "SELECT messages FROM usage WHERE pool = ?1 AND period = ?2";
            Ok(db
                .prepare_cached(sql)?
                .query_row([pool, period], |row| row.get(0))
                .optional()?
                .map_or(0, to_count))
        })
        .await
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

    /// The accounts that must still be silent at `now`; of the others none is kept.
    ///
    /// A silence that begins in the future was asked for before the clock was set
    /// back: it is taken to begin now, once, and to be as long as it was.
    ///
    /// # Errors
    ///
    /// If the store cannot be used.
    pub async fn holds(&self, now: Timestamp) -> Result<Vec<AccountHold>, StoreError> {
        let work = move |db: &rusqlite::Connection| {
            let now = from_time(now);
            db.execute("UPDATE holds SET since = ?1, until = ?1 + (until - since) WHERE since > ?1", [now])?;
            db.execute("DELETE FROM holds WHERE until <= ?1", [now])?;
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
        };
        self.writer.write(work, |_| ()).await
    }
}

#[cfg(test)]
mod tests;
