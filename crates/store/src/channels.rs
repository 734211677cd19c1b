//! What is known of a channel beyond its deliveries.

use fanfare_core::ChannelName;
use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde::Serialize;

use crate::column::{from_time, to_time};
use crate::{Store, StoreError};

/// When a channel last showed that it works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChannelState {
    /// Its name.
    pub name: ChannelName,
    /// When its provider last took a message.
    pub proven_at: Option<Timestamp>,
    /// When the last drill began.
    pub drilled_at: Option<Timestamp>,
}

impl Store {
    /// Notes that the provider of `channel` took a message.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub async fn proven(&self, channel: ChannelName, at: Timestamp) -> Result<(), StoreError> {
        self.note(
            "INSERT INTO channels (name, proven_at) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET proven_at = excluded.proven_at",
            channel,
            at,
        )
        .await
    }

    /// Notes that a drill of `channel` began.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub async fn drilled(&self, channel: ChannelName, at: Timestamp) -> Result<(), StoreError> {
        self.note(
            "INSERT INTO channels (name, drilled_at) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET drilled_at = excluded.drilled_at",
            channel,
            at,
        )
        .await
    }

    /// What was noted of channels, also of those that are no longer in the config; sorted by name.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn channel_states(&self) -> Result<Vec<ChannelState>, StoreError> {
        self.look_up(|db| {
            let mut statement =
                db.prepare_cached("SELECT name, proven_at, drilled_at FROM channels ORDER BY name")?;
            let mut rows = statement.query([])?;
            let mut states = Vec::new();
            while let Some(row) = rows.next()? {
                states.push(ChannelState {
                    name: row.get::<_, String>(0)?.as_str().into(),
                    proven_at: row.get::<_, Option<i64>>(1)?.map(to_time).transpose()?,
                    drilled_at: row.get::<_, Option<i64>>(2)?.map(to_time).transpose()?,
                });
            }
            Ok(states)
        })
        .await
    }

    async fn note(&self, sql: &'static str, channel: ChannelName, at: Timestamp) -> Result<(), StoreError> {
        let work = move |db: &Connection| {
            db.prepare_cached(sql)?.execute(params![channel.as_str(), from_time(at)])?;
            Ok(())
        };
        self.writer.write(work, |()| ()).await
    }
}

#[cfg(test)]
mod tests;
