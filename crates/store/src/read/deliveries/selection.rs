//! The numbers of the deliveries that a filter lets through: each filter has its index, and none reads the table.

use fanfare_core::{AlertId, ChannelName};
use rusqlite::{Connection, OptionalExtension, params};

use crate::StoreError;
use crate::tables::deliveries::pending_channels;

/// A choice of deliveries.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// Channel of the deliveries; `None`: any.
    pub channel: Option<ChannelName>,
    /// State of the deliveries; `None`: any. One of `pending`, `delivered`, `dead` or `discarded`.
    pub state: Option<String>,
    /// Alert of the deliveries; `None`: any.
    pub alert: Option<AlertId>,
    /// Number before which the page begins: only smaller ones are returned.
    pub before: Option<i64>,
    /// The most deliveries that are returned, the newest first.
    pub limit: u32,
}

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

/// A state in which some delivery is settled, behind the state ?1; in bytes, since a damaged text need not be UTF-8. Every
/// text stands before every blob, which is none.
const NEXT_STATE: &str = "
    SELECT CAST(state AS BLOB) FROM deliveries INDEXED BY deliveries_settled
    WHERE state <> 'pending' AND state > CAST(?1 AS TEXT) AND state < x'' ORDER BY state LIMIT 1";

/// A channel on which some delivery stands in the state ?1, behind the channel ?2; all in bytes.
const NEXT_CHANNEL: &str = "
    SELECT CAST(channel AS BLOB) FROM deliveries INDEXED BY deliveries_settled
    WHERE state <> 'pending' AND state = CAST(?1 AS TEXT) AND channel > CAST(?2 AS TEXT) AND channel < x''
    ORDER BY channel LIMIT 1";

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

/// The states and channels of settled deliveries: one search for each, however many deliveries there are. Those that are
/// no text are left out.
fn states_and_channels(db: &Connection) -> Result<Vec<(String, String)>, StoreError> {
    let (mut next_state, mut next_channel) =
        (db.prepare_cached(NEXT_STATE)?, db.prepare_cached(NEXT_CHANNEL)?);
    let mut pairs = Vec::new();
    let mut state = Vec::new();
    while let Some(next) = next_state.query_row([&state], |row| row.get(0)).optional()? {
        state = next;
        let mut channel = Vec::new();
        while let Some(next) = next_channel.query_row([&state, &channel], |row| row.get(0)).optional()? {
            channel = next;
            let pair = String::from_utf8(state.clone()).ok().zip(String::from_utf8(channel.clone()).ok());
            pairs.extend(pair);
        }
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests;
