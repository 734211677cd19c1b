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
