//! Rows that a decision may be about: it decides again on the state it reads itself.

use std::collections::BTreeMap;

use fanfare_core::{ChannelName, DeadLetterId, DeliveryId, NotificationId};
use jiff::Timestamp;
use rusqlite::Connection;

use crate::read::dead_letters::{DeadLetterKey, DeadLetters, find, key_of, waits_for_a_person};
use crate::tables::deliveries;
use crate::{Store, StoreError};

impl Store {
    /// The dead letters that are meant, by notification: the newest first, those
    /// after `after` only, at most `limit`.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn dead_letters_by_notification(
        &self,
        which: DeadLetters,
        after: Option<DeadLetterId>,
        limit: u32,
    ) -> Result<Vec<(NotificationId, Vec<DeadLetterId>)>, StoreError> {
        self.read_report(move |db| {
            let moment = db.unchecked_transaction()?; // or a letter that is found could be gone when it is read
            let after = after.map(|it| key_of(&moment, it)).transpose()?;
            let found = match &which {
                DeadLetters::All(filter) => find(&moment, filter, after, limit)?,
                DeadLetters::These(ids) => find_named(&moment, ids, after, limit)?,
            };
            moment.commit()?;
            let of_one = found.chunk_by(|one, other| one.notification == other.notification);
            Ok(of_one.filter_map(by_notification).collect())
        })
        .await
    }

    /// The pending deliveries after `after` on channels other than `known` that were added before
    /// `before`, on the scale of promises, by notification; at most `limit` deliveries, the oldest first.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn on_unknown_channels(
        &self,
        known: Vec<ChannelName>,
        before: Timestamp,
        after: DeliveryId,
        limit: u32,
    ) -> Result<Vec<(NotificationId, Vec<DeliveryId>)>, StoreError> {
        self.read_report(move |db| {
            let mut found: BTreeMap<NotificationId, Vec<DeliveryId>> = BTreeMap::new();
            for (delivery, notification) in deliveries::on_unknown_channels(db, &known, before, after, limit)?
            {
                found.entry(notification).or_default().push(delivery);
            }
            Ok(found.into_iter().collect())
        })
        .await
    }
}

fn find_named(
    db: &Connection,
    ids: &[DeadLetterId],
    after: Option<DeadLetterKey>,
    limit: u32,
) -> Result<Vec<DeadLetterKey>, StoreError> {
    let mut found = Vec::new();
    for id in ids {
        if waits_for_a_person(db, *id)? {
            found.push(key_of(db, *id)?);
        }
    }
    found.retain(|it| after.is_none_or(|after| *it < after));
    found.sort_unstable_by(|one, other| other.cmp(one));
    found.dedup();
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

fn by_notification(keys: &[DeadLetterKey]) -> Option<(NotificationId, Vec<DeadLetterId>)> {
    Some((keys.first()?.notification, keys.iter().map(|it| it.id()).collect()))
}

#[cfg(test)]
mod tests;
