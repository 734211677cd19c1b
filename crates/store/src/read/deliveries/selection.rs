//! The numbers of the deliveries that a filter lets through: each filter has its index, and none reads the table.

use rusqlite::{Connection, OptionalExtension, params};

use super::DeliveryFilter;
use crate::StoreError;
use crate::tables::deliveries::pending_channels;

const NEWEST: &str = "SELECT id FROM deliveries WHERE id < ?1 ORDER BY id DESC LIMIT ?2";

const OF_ALERT: &str = "
    SELECT d.id FROM deliveries d
    WHERE d.notification IN (SELECT id FROM notifications WHERE alert = ?1
                             UNION ALL SELECT notification FROM notification_alerts WHERE alert = ?1)
      AND (?2 IS NULL OR d.channel = ?2) AND (?3 IS NULL OR d.state = ?3) AND d.id < ?4
    ORDER BY d.id DESC LIMIT ?5";

const PENDING_ON: &str = "
    SELECT id FROM deliveries INDEXED BY deliveries_pending
    WHERE state = 'pending' AND channel = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";

const SETTLED_ON: &str = "
    SELECT id FROM deliveries INDEXED BY deliveries_settled
    WHERE state <> 'pending' AND state = ?1 AND channel = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4";

/// The state and the channel of a settled delivery, behind the state ?1 and the channel ?2.
const NEXT_SETTLED: &str = "
    SELECT state, channel FROM deliveries INDEXED BY deliveries_settled
    WHERE state <> 'pending' AND (state, channel) > (?1, ?2) ORDER BY state, channel LIMIT 1";

/// The numbers of the deliveries that `filter` lets through, the newest first.
pub(super) fn ids(db: &Connection, filter: &DeliveryFilter) -> Result<Vec<i64>, StoreError> {
    let DeliveryFilter { channel, state, alert, before, limit } = filter;
    let before = before.unwrap_or(i64::MAX);
    match (alert, channel, state) {
        (Some(alert), channel, state) => {
            let mut statement = db.prepare_cached(OF_ALERT)?;
            let channel = channel.as_ref().map(|it| it.as_str());
            let ids =
                statement.query_map(params![alert.0, channel, state, before, limit], |row| row.get(0))?;
            Ok(ids.collect::<Result<_, _>>()?)
        }
        (None, None, None) => {
            let mut statement = db.prepare_cached(NEWEST)?;
            let ids = statement.query_map(params![before, limit], |row| row.get(0))?;
            Ok(ids.collect::<Result<_, _>>()?)
        }
        (None, channel, state) => {
            let is_meant = |on: &str, stands: &str| {
                channel.as_ref().is_none_or(|it| it.as_str() == on)
                    && state.as_ref().is_none_or(|it| it == stands)
            };
            let mut found = pending(db, is_meant, before, *limit)?;
            found.extend(settled(db, is_meant, before, *limit)?);
            found.sort_unstable_by(|one, other| other.cmp(one));
            found.truncate(usize::try_from(*limit).unwrap_or(usize::MAX));
            Ok(found)
        }
    }
}

/// The newest pending deliveries on each channel that is meant.
fn pending(
    db: &Connection,
    is_meant: impl Fn(&str, &str) -> bool,
    before: i64,
    limit: u32,
) -> Result<Vec<i64>, StoreError> {
    let mut statement = db.prepare_cached(PENDING_ON)?;
    let mut found = Vec::new();
    for channel in pending_channels(db)? {
        if is_meant(&channel, "pending") {
            let ids = statement.query_map(params![channel, before, limit], |row| row.get(0))?;
            found.extend(ids.collect::<Result<Vec<i64>, _>>()?);
        }
    }
    Ok(found)
}

/// The newest settled deliveries of each state on each channel that is meant.
fn settled(
    db: &Connection,
    is_meant: impl Fn(&str, &str) -> bool,
    before: i64,
    limit: u32,
) -> Result<Vec<i64>, StoreError> {
    let mut statement = db.prepare_cached(SETTLED_ON)?;
    let mut found = Vec::new();
    for (state, channel) in states_and_channels(db)? {
        if is_meant(&channel, &state) {
            let ids = statement.query_map(params![state, channel, before, limit], |row| row.get(0))?;
            found.extend(ids.collect::<Result<Vec<i64>, _>>()?);
        }
    }
    Ok(found)
}

/// The states and channels of settled deliveries: one search for each, however many deliveries there are.
fn states_and_channels(db: &Connection) -> Result<Vec<(String, String)>, StoreError> {
    let mut statement = db.prepare_cached(NEXT_SETTLED)?;
    let mut pairs: Vec<(String, String)> = Vec::new();
    loop {
        let (state, channel) = pairs.last().map_or(("", ""), |(state, channel)| (state, channel));
        match statement.query_row([state, channel], |row| Ok((row.get(0)?, row.get(1)?))).optional()? {
            Some(pair) => pairs.push(pair),
            None => return Ok(pairs),
        }
    }
}

#[cfg(test)]
mod tests;
