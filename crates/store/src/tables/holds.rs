//! The table `holds`: accounts that must be silent for a while.

use fanfare_core::{Account, AccountHold};
use jiff::Timestamp;
use rusqlite::{Connection, Row, params};
use tracing::error;

use crate::StoreError;
use crate::column::{FIRST_MILLIS, LAST_MILLIS, from_time, to_time};

/// Inserts a hold. Of two of one account the one that ends later counts, unless it
/// begins only after the newer one: it was asked for before the clock was set back.
pub(crate) fn upsert(db: &Connection, hold: &AccountHold) -> Result<(), StoreError> {
    let AccountHold { account, since, until, reason } = hold;
    db.prepare_cached(
        "INSERT INTO holds (account, since, until, reason) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (account) DO UPDATE SET since = excluded.since, until = excluded.until, reason = excluded.reason
         WHERE holds.until < excluded.until OR holds.since > excluded.until",
    )?
    .execute(params![account.as_str(), from_time(*since), from_time(*until), reason])?;
    Ok(())
}

/// Moves the holds that begin after `now` to begin now, each as long as it was.
pub(crate) fn begin_at_latest(db: &Connection, now: Timestamp) -> Result<(), StoreError> {
    db.execute(
        "UPDATE holds SET since = ?1, until = ?1 + (until - since) WHERE since > ?1",
        [from_time(now)],
    )?;
    Ok(())
}

/// Deletes the holds whose times are none.
pub(crate) fn delete_damaged(db: &Connection) -> Result<(), StoreError> {
    let sql = "DELETE FROM holds
               WHERE typeof(since) <> 'integer' OR typeof(until) <> 'integer' OR typeof(account) <> 'text'
                  OR since NOT BETWEEN ?1 AND ?2 OR until NOT BETWEEN ?1 AND ?2";
    let deleted = db.execute(sql, [FIRST_MILLIS, LAST_MILLIS])?;
    if deleted > 0 {
        error!(holds = deleted, "Holds of accounts could not be read; their accounts send again");
    }
    Ok(())
}

/// Deletes the holds that ended at `now` or before.
pub(crate) fn delete_ended(db: &Connection, now: Timestamp) -> Result<(), StoreError> {
    db.execute("DELETE FROM holds WHERE until <= ?1", [from_time(now)])?;
    Ok(())
}

/// Every hold that is kept.
pub(crate) fn all(db: &Connection) -> Result<Vec<AccountHold>, StoreError> {
    let mut statement = db.prepare("SELECT account, since, until, reason FROM holds")?;
    let mut rows = statement.query([])?;
    let mut holds = Vec::new();
    while let Some(row) = rows.next()? {
        holds.extend(StoreError::skip_damaged(hold(row), &"of `holds`")?);
    }
    Ok(holds)
}

fn hold(row: &Row<'_>) -> Result<AccountHold, StoreError> {
    Ok(AccountHold {
        account: Account::from_stored(row.get(0)?),
        since: to_time(row.get(1)?)?,
        until: to_time(row.get(2)?)?,
        reason: row.get(3)?,
    })
}
