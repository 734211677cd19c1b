//! Giving up deliveries whose channel has left the config.

use std::collections::BTreeSet;
use std::sync::Arc;

use fanfare_core::ChannelName;
use jiff::Timestamp;
use rusqlite::Connection;

use crate::column::as_kept;
use crate::recheck::{Consequences, Moment, recheck};
use crate::tables::deliveries;
use crate::{Decider, Store, StoreError};

/// The most deliveries that are given up in one transaction, so that a request never waits long behind it.
const BATCH_SIZE: u32 = 200;

const REASON: &str = "the channel is no longer in the config";

impl Store {
    /// Gives up deliveries whose channel is not among the `known` ones and was added
    /// before `before`, and follows up their notifications in the same transaction.
    ///
    /// One batch a call: returns how many, 0 when there are no more.
    ///
    /// # Errors
    ///
    /// If it cannot be written; then nothing of it is done.
    pub async fn give_up_missing(
        &self,
        known: Vec<ChannelName>,
        before: Timestamp,
        now: Timestamp,
        decider: Arc<dyn Decider>,
        then: impl FnOnce(&Consequences) + Send + 'static,
    ) -> Result<usize, StoreError> {
        let now = as_kept(now)?;
        let work = move |db: &Connection| {
            let missing = deliveries::on_unknown_channels(db, &known, before, BATCH_SIZE)?;
            for (delivery, _) in &missing {
                deliveries::give_up(db, *delivery, REASON, now)?;
            }
            let notifications: BTreeSet<_> = missing.iter().map(|(_, notification)| *notification).collect();
            let mut consequences = Consequences::default();
            for id in notifications {
                consequences.add(recheck(db, id, Moment::Meanwhile(now), decider.as_ref())?);
            }
            Ok((missing.len(), consequences))
        };
        self.write(work, |(_, consequences)| then(consequences)).await.map(|(many, _)| many)
    }
}

#[cfg(test)]
mod tests;
