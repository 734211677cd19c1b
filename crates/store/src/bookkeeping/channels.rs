//! The record of when a channel last showed that it works.

use fanfare_core::{ChannelName, Moment};
use jiff::Timestamp;

use crate::{ChannelState, Store, StoreError, tables};

impl Store {
    /// Enters that the provider of `channel` took a message.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub async fn proven(&self, channel: ChannelName, at: Timestamp) -> Result<(), StoreError> {
        self.write(move |db| tables::channels::set_proven(db, &channel, at), |()| ()).await
    }

    /// Enters that a drill of `channel` began.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub async fn drilled(&self, channel: ChannelName, at: Moment) -> Result<(), StoreError> {
        self.write(move |db| tables::channels::set_drilled(db, &channel, at), |()| ()).await
    }

    /// The record of every channel, also of those that are no longer in the config; sorted by name.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn channel_states(&self) -> Result<Vec<ChannelState>, StoreError> {
        self.read_report(tables::channels::all).await
    }
}

#[cfg(test)]
mod tests;
