//! The table `channels`: what is known of a channel beyond its deliveries.

use fanfare_core::{ChannelName, Moment};
use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::StoreError;
use crate::column::{from_lead, from_time, to_time};

/// The times at which a channel last showed that it works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelState {
    /// Name of the channel.
    pub name: ChannelName,
    /// Time at which its provider last took a message.
    pub proven_at: Option<Timestamp>,
    /// Start of its last drill.
    pub drilled_at: Option<Timestamp>,
    /// The same on the scale of promises.
    pub drilled_promise: Option<Timestamp>,
}

/// Enters that the provider of `channel` took a message.
pub(crate) fn set_proven(db: &Connection, channel: &ChannelName, at: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO channels (name, proven_at) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET proven_at = excluded.proven_at",
    )?
    .execute(params![channel.as_str(), from_time(at)])?;
    Ok(())
}

/// Enters that a drill of `channel` began.
pub(crate) fn set_drilled(db: &Connection, channel: &ChannelName, at: Moment) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO channels (name, drilled_at, drilled_lead) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET drilled_at = excluded.drilled_at, drilled_lead = excluded.drilled_lead",
    )?
    .execute(params![channel.as_str(), from_time(at.wall), from_lead(at.leads().promise)])?;
    Ok(())
}

/// Every channel of which something was entered, by name.
pub(crate) fn all(db: &Connection) -> Result<Vec<ChannelState>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT name, proven_at, drilled_at, drilled_at + drilled_lead FROM channels ORDER BY name",
    )?;
    let mut rows = statement.query([])?;
    let mut states = Vec::new();
    while let Some(row) = rows.next()? {
        states.extend(StoreError::skip_damaged(channel_state(row), &"of `channels`")?);
    }
    Ok(states)
}

fn channel_state(row: &Row<'_>) -> Result<ChannelState, StoreError> {
    Ok(ChannelState {
        name: row.get::<_, String>(0)?.as_str().into(),
        proven_at: row.get::<_, Option<i64>>(1)?.map(to_time).transpose()?,
        drilled_at: row.get::<_, Option<i64>>(2)?.map(to_time).transpose()?,
        drilled_promise: row.get::<_, Option<i64>>(3)?.map(to_time).transpose()?,
    })
}
