//! The spent budget of each account, and the accounts that must be silent: neither
//! is forgotten by a restart.

use fanfare_core::{Account, AccountHold, DeliveryId, DigestRef, Moment, SendId};
use jiff::Timestamp;
use rusqlite::Connection;

use crate::column::as_kept;
pub use crate::tables::sends::OldSends;
use crate::tables::{digests, holds, sends, usage};
use crate::{Store, StoreError};

/// A send that is about to be made.
#[derive(Debug, Clone)]
pub struct NewSend {
    /// Account that sends.
    pub account: Account,
    /// Deliveries that it carries.
    pub deliveries: Vec<DeliveryId>,
    /// Digest that it carries, if there are several deliveries.
    pub digest: SendDigest,
    /// Pool and period (day or month) of the allowance that it uses up.
    pub usage: Option<(String, String)>,
    /// Time of the send, by the wall clock and by what has passed for certain.
    pub now: Moment,
}

/// The digest of a send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendDigest {
    /// None: one delivery by itself.
    None,
    /// A digest that goes out for the first time.
    New,
    /// A digest that went out before.
    Existing(DigestRef),
}

/// A send that was entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartedSend {
    /// Number of the send.
    pub send: SendId,
    /// Digest that it carries.
    pub digest: Option<DigestRef>,
    /// Number of messages of the allowance that have been used with it.
    pub used: Option<u64>,
}

impl Store {
    /// Enters that an account is about to send, before it does.
    ///
    /// # Errors
    ///
    /// If it cannot be written; then the send must not be made.
    pub async fn begin_send(&self, new: NewSend) -> Result<StartedSend, StoreError> {
        self.write(move |db| begin_send(db, &new), |_| ()).await
    }

    /// The number of messages that went out of a pool's allowance in a period, which began at `since` by what has
    /// passed for certain: a clock that is set does not start the count anew.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn usage(&self, pool: String, period: String, since: Timestamp) -> Result<u64, StoreError> {
        self.read(move |db| usage::messages(db, (&pool, &period), since)).await
    }

    /// The deliveries that were being sent when the run before this one ended. To be asked before
    /// [`Store::counted_sends`], which enters an end for them.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn cut_off_deliveries(&self) -> Result<Vec<DeliveryId>, StoreError> {
        self.read(sends::unseen).await
    }

    /// The ends of the sends of each account, without those that are `old`, which are deleted. One whose
    /// end nobody saw, because the gateway died, counts as ended `now`, and is
    /// entered so. All times are those of what has passed for certain.
    ///
    /// # Errors
    ///
    /// If the store cannot be used.
    pub async fn counted_sends(
        &self,
        old: OldSends,
        now: Timestamp,
    ) -> Result<Vec<(Account, Timestamp)>, StoreError> {
        let work = move |db: &Connection| {
            sends::delete(db, &old)?;
            sends::end_unseen(db, now)?;
            sends::all(db)
        };
        self.write(work, |_| ()).await
    }

    /// The accounts that must still be silent at `now`, by what has passed for certain; of the others none is kept.
    ///
    /// A silence that begins in the future was asked for before the clock was set
    /// back: it is taken to begin now, once, and to be as long as it was.
    ///
    /// # Errors
    ///
    /// If the store cannot be used.
    pub async fn holds(&self, now: Timestamp) -> Result<Vec<AccountHold>, StoreError> {
        let work = move |db: &Connection| {
            holds::delete_damaged(db)?;
            holds::begin_at_latest(db, now)?;
            holds::delete_ended(db, now)?;
            holds::all(db)
        };
        self.write(work, |_| ()).await
    }
}

fn begin_send(db: &Connection, new: &NewSend) -> Result<StartedSend, StoreError> {
    let NewSend { account, deliveries, digest, usage, now } = new;
    let send = sends::insert(db, account, deliveries.first().copied(), now.certain)?;
    let digest = match digest {
        SendDigest::None => None,
        SendDigest::Existing(digest) => Some(*digest),
        SendDigest::New => Some(digests::insert(db, deliveries, as_kept(now.wall)?)?),
    };
    let used = match usage {
        Some((pool, period)) => Some(usage::add(db, (pool, period), now.certain)?),
        None => None,
    };
    Ok(StartedSend { send, digest, used })
}

#[cfg(test)]
mod tests;
