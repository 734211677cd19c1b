//! Counts by which the gateway monitors itself.

use std::collections::BTreeMap;

use fanfare_core::{Alert, ChannelName, IncidentKey};

use crate::column::{to_alert, to_count};
use crate::tables::incidents;
use crate::{Store, StoreError};

/// Dead letters by channel. An alert that cannot be read is of no source, and counts.
const DEAD_LETTERS: &str = "
    SELECT d.channel, count(*)
    FROM deliveries d JOIN notifications n ON n.id = d.notification JOIN alerts a ON a.id = n.alert
    WHERE d.state = 'dead' AND a.source <> ?1
    GROUP BY d.channel";

const FIRING: &str = "
    SELECT a.alert, a.identity FROM incidents i JOIN alerts a ON a.id = i.last_alert
    WHERE a.source = ?1 ORDER BY a.id";

impl Store {
    /// The number of deliveries on each channel that were given up and wait for a
    /// person, without those that tell of an alert from the source `except`.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn dead_letters_by_channel(
        &self,
        except: &'static str,
    ) -> Result<BTreeMap<ChannelName, u64>, StoreError> {
        self.read_report(move |db| {
            let mut statement = db.prepare_cached(DEAD_LETTERS)?;
            let mut rows = statement.query([except])?;
            let mut counts = BTreeMap::new();
            while let Some(row) = rows.next()? {
                let channel = row.get::<_, String>(0).map_err(StoreError::from);
                if let Some(channel) = StoreError::skip_damaged(channel, &"of `deliveries`")? {
                    counts.insert(channel.as_str().into(), to_count(row.get(1)?));
                }
            }
            Ok(counts)
        })
        .await
    }

    /// The number of `keys` whose incident is open.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn open_among(&self, keys: Vec<IncidentKey>) -> Result<usize, StoreError> {
        self.read_report(move |db| {
            let mut open = 0;
            for key in &keys {
                let found = StoreError::skip_damaged(incidents::find(db, key), &"of `incidents`")?;
                open += usize::from(found.flatten().is_some());
            }
            Ok(open)
        })
        .await
    }

    /// The firing alerts of the source `source`, each as it was last told.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn firing_of(&self, source: &'static str) -> Result<Vec<Alert>, StoreError> {
        self.read_report(move |db| {
            let mut statement = db.prepare_cached(FIRING)?;
            let alerts = statement.query_map([source], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, Option<Vec<u8>>>(1)?))
            })?;
            let mut firing = Vec::new();
            for alert in alerts {
                let alert = alert.map_err(StoreError::from);
                let alert = alert.and_then(|(json, identity)| to_alert(&json, identity.as_deref()));
                firing.extend(StoreError::skip_damaged(alert, &"of `alerts`")?);
            }
            Ok(firing)
        })
        .await
    }
}

#[cfg(test)]
mod tests;
