//! The table `heartbeat`: the newest times that a life of the gateway has seen.

use std::time::Duration;

use fanfare_core::{Moment, TimeRecord};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::StoreError;
use crate::column::{FIRST_MILLIS, LAST_MILLIS, from_time, to_time};

/// Enters the newest times.
pub(crate) fn replace(db: &Connection, record: &TimeRecord) -> Result<(), StoreError> {
    let TimeRecord { moment: Moment { wall, promise, certain }, boot_id, since_boot } = record;
    db.prepare_cached("DELETE FROM heartbeat")?.execute([])?;
    db.prepare_cached(
        "INSERT INTO heartbeat (boot_id, since_boot, wall, promise, certain) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        boot_id,
        i64::try_from(since_boot.as_millis()).unwrap_or(i64::MAX),
        from_time(*wall),
        from_time(*promise),
        from_time(*certain),
    ])?;
    Ok(())
}

/// The newest times; `None` if no life has entered any.
pub(crate) fn find(db: &Connection) -> Result<Option<TimeRecord>, StoreError> {
    let sql = "SELECT boot_id, since_boot, wall, promise, certain FROM heartbeat";
    let found = db.query_row(sql, [], |row| Ok(time_record(row))).optional()?.transpose();
    Ok(StoreError::skip_damaged(found, &"of `heartbeat`")?.flatten())
}

fn time_record(row: &Row<'_>) -> Result<TimeRecord, StoreError> {
    let moment = Moment {
        wall: to_time(row.get(2)?)?,
        promise: to_time(row.get(3)?)?,
        certain: to_time(row.get(4)?)?,
    };
    let since_boot = Duration::from_millis(row.get::<_, i64>(1)?.try_into().unwrap_or_default());
    Ok(TimeRecord { moment, boot_id: row.get(0)?, since_boot })
}

/// The newest times in a store whose lives have entered none of their own, or whose record is damaged; `None` in an
/// empty one.
///
/// Sends are entered by what has passed for certain, and alerts by the wall clock with its lead over that: read as one
/// scale, sends that are seconds old would seem to be older than any budget looks back.
pub(crate) fn newest_times(db: &Connection) -> Result<Option<Moment>, StoreError> {
    let wall = newest(
        db,
        "SELECT last_seen AS at FROM (SELECT last_seen FROM alerts ORDER BY id DESC LIMIT 1)
         UNION ALL SELECT at FROM (SELECT at FROM steps ORDER BY id DESC LIMIT 1)
         UNION ALL SELECT max(coalesce(ended_at, started_at)) FROM sends
         UNION ALL SELECT max(since) FROM policies",
    )?;
    let certain = newest(
        db,
        "SELECT at FROM (SELECT last_seen + certain_lead AS at FROM alerts ORDER BY id DESC LIMIT 1)
         UNION ALL SELECT max(coalesce(ended_at, started_at)) FROM sends",
    )?;
    Ok(wall.map(|wall| Moment { certain: certain.unwrap_or(wall), ..Moment::at(wall) }))
}

/// The newest of the times that `rows` selects as `at`.
fn newest(db: &Connection, rows: &str) -> Result<Option<Timestamp>, StoreError> {
    let sql = format!("SELECT max(at) FROM ({rows}) WHERE typeof(at) = 'integer' AND at BETWEEN ?1 AND ?2");
    let newest = db.query_row(&sql, [FIRST_MILLIS, LAST_MILLIS], |row| row.get::<_, Option<i64>>(0))?;
    newest.map(to_time).transpose()
}
