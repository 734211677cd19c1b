//! The table `heartbeat`: the newest times that a life of the gateway has seen, and behind them those at which the
//! last lives began.

use std::time::Duration;

use fanfare_core::{Heartbeat, Moment};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::StoreError;
use crate::column::{FIRST_MILLIS, LAST_MILLIS, from_time, to_time};

/// The row of the newest times. It stands first: that is the one which earlier versions read.
const NEWEST: i64 = 1;

/// The lives of which the beginning is kept, the last ones: some days of a gateway that is restarted every hour.
const LIVES: i64 = 100;

/// Enters the newest times.
pub(crate) fn replace(db: &Connection, heartbeat: &Heartbeat) -> Result<(), StoreError> {
    enter(db, NEWEST, heartbeat)
}

/// Enters the times at which a life begins, and forgets the beginnings of all but the last ones.
pub(crate) fn enter_beginning(db: &Connection, beginning: &Heartbeat) -> Result<(), StoreError> {
    let last: Option<i64> = db.query_row("SELECT max(rowid) FROM heartbeat", [], |row| row.get(0))?;
    let row = last.unwrap_or(NEWEST).max(NEWEST) + 1;
    enter(db, row, beginning)?;
    db.execute("DELETE FROM heartbeat WHERE rowid > ?1 AND rowid <= ?2", [NEWEST, row - LIVES])?;
    Ok(())
}

fn enter(db: &Connection, row: i64, heartbeat: &Heartbeat) -> Result<(), StoreError> {
    let Heartbeat { moment: Moment { wall, promise, certain }, boot_id, since_boot } = heartbeat;
    db.prepare_cached(
        "INSERT OR REPLACE INTO heartbeat (rowid, boot_id, since_boot, wall, promise, certain)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        row,
        boot_id,
        i64::try_from(since_boot.as_millis()).unwrap_or(i64::MAX),
        from_time(*wall),
        from_time(*promise),
        from_time(*certain),
    ])?;
    Ok(())
}

/// The newest times; `None` if no life has entered any.
pub(crate) fn find(db: &Connection) -> Result<Option<Heartbeat>, StoreError> {
    let sql = "SELECT boot_id, since_boot, wall, promise, certain FROM heartbeat WHERE rowid = ?1";
    let found = db.query_row(sql, [NEWEST], |row| Ok(heartbeat(row))).optional()?.transpose();
    Ok(StoreError::skip_damaged(found, &"of `heartbeat`")?.flatten())
}

/// The times, by the wall clock, at which the last lives began, the first of them first.
pub(crate) fn beginnings(db: &Connection) -> Result<Vec<Timestamp>, StoreError> {
    let sql =
        "SELECT boot_id, since_boot, wall, promise, certain FROM heartbeat WHERE rowid > ?1 ORDER BY rowid";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([NEWEST])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let beginning = StoreError::skip_damaged(heartbeat(row), &"of `heartbeat`")?;
        found.extend(beginning.map(|it| it.moment.wall));
    }
    Ok(found)
}

fn heartbeat(row: &Row<'_>) -> Result<Heartbeat, StoreError> {
    let moment = Moment {
        wall: to_time(row.get(2)?)?,
        promise: to_time(row.get(3)?)?,
        certain: to_time(row.get(4)?)?,
    };
    let since_boot = Duration::from_millis(row.get::<_, i64>(1)?.try_into().unwrap_or_default());
    Ok(Heartbeat { moment, boot_id: row.get(0)?, since_boot })
}

/// The newest time in a store whose lives have entered none of their own; `None` in an empty one.
pub(crate) fn newest_time(db: &Connection) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT max(at) FROM (
                 SELECT last_seen AS at FROM (SELECT last_seen FROM alerts ORDER BY id DESC LIMIT 1)
                 UNION ALL SELECT at FROM (SELECT at FROM steps ORDER BY id DESC LIMIT 1)
                 UNION ALL SELECT max(coalesce(ended_at, started_at)) FROM sends
                 UNION ALL SELECT max(since) FROM policies)
               WHERE typeof(at) = 'integer' AND at BETWEEN ?1 AND ?2";
    db.query_row(sql, [FIRST_MILLIS, LAST_MILLIS], |row| row.get::<_, Option<i64>>(0))?
        .map(to_time)
        .transpose()
}
