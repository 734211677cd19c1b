//! Abandoned contracts of which nobody takes care: what notices are made of.

use fanfare_core::{
    AbandonedContract, ChannelName, Confirmation, NoticeChannel, NotificationId, ReceiverName, Severity,
};
use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::column::{to_severity, to_time};
use crate::{Store, StoreError};

/// Abandoned contracts, the newest notifications first: those that no person has dealt with or acknowledged, and whose
/// incident fires, or which are about a notice.
const BROKEN: &str = "
    SELECT n.id, coalesce(s.id, 0), coalesce(s.at, n.owed_at), n.receiver, a.severity
    FROM notifications n JOIN alerts a ON a.id = n.alert
      LEFT JOIN steps s ON s.id = (SELECT max(last.id) FROM steps last
                                   WHERE last.notification = n.id AND last.fulfilment = 'abandoned')
    WHERE n.fulfilment = 'abandoned' AND n.dealt_with IS NULL AND n.id < ?2 AND a.source <> ?1
      AND NOT EXISTS (SELECT 1 FROM acknowledgements k WHERE k.incident = n.incident AND k.up_to >= n.id
                                                        AND typeof(k.up_to) = 'integer')
      AND (a.kind = 'notice'
           OR EXISTS (SELECT 1 FROM incidents i WHERE i.fingerprint = a.fingerprint AND i.first_alert = n.incident))
    ORDER BY n.id DESC LIMIT ?3";

/// The deliveries of a notification, each with the time at which it was settled.
const CHANNELS: &str = "
    SELECT channel, state, settled_at, reason FROM deliveries WHERE notification = ?1 ORDER BY id";

impl Store {
    /// Abandoned contracts, of the newest notifications first, that wait for a person: at most `limit` of those before
    /// the notification `before`, without those that tell of an alert from the source `except`.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn abandoned_contracts(
        &self,
        except: &'static str,
        before: Option<NotificationId>,
        limit: u32,
    ) -> Result<Vec<AbandonedContract>, StoreError> {
        self.read_report(move |db| {
            let snapshot = db.unchecked_transaction()?; // or a delivery could be confirmed in between
            let before = before.map_or(i64::MAX, |it| it.0);
            let mut broken = Vec::new();
            for contract in contracts(&snapshot, except, before, limit)? {
                let channels = channels(&snapshot, contract.notification, contract.abandoned_at)?;
                broken.push(AbandonedContract { channels, ..contract });
            }
            snapshot.commit()?;
            Ok(broken)
        })
        .await
    }
}

fn contracts(
    db: &Connection,
    except: &str,
    before: i64,
    limit: u32,
) -> Result<Vec<AbandonedContract>, StoreError> {
    let mut statement = db.prepare_cached(BROKEN)?;
    let mut rows = statement.query(params![except, before, limit])?;
    let mut contracts = Vec::new();
    while let Some(row) = rows.next()? {
        contracts.extend(StoreError::skip_damaged(contract(row), &"of `notifications`")?);
    }
    Ok(contracts)
}

/// The text in a column; `?` where it cannot be read: what it is about must be told all the same.
fn text<'a>(row: &'a Row<'_>, column: usize) -> &'a str {
    row.get_ref(column).ok().and_then(|it| it.as_str().ok()).unwrap_or("?")
}

fn contract(row: &Row<'_>) -> Result<AbandonedContract, StoreError> {
    Ok(AbandonedContract {
        notification: NotificationId(row.get(0)?),
        place: row.get(1)?,
        // A time that is none: long ago, so that every link covers it.
        abandoned_at: to_time(row.get(2)?).unwrap_or(Timestamp::UNIX_EPOCH),
        receiver: ReceiverName::from(text(row, 3)),
        // What cannot be read must be told all the same.
        severity: to_severity(text(row, 4)).unwrap_or(Severity::High),
        channels: Vec::new(),
    })
}

/// The channels of a notification whose contract was abandoned at `abandoned_at`. Where one was told twice, the better
/// confirmation counts.
fn channels(
    db: &Connection,
    id: NotificationId,
    abandoned_at: Timestamp,
) -> Result<Vec<NoticeChannel>, StoreError> {
    let mut statement = db.prepare_cached(CHANNELS)?;
    let mut rows = statement.query([id.0])?;
    let mut channels: Vec<NoticeChannel> = Vec::new();
    while let Some(row) = rows.next()? {
        let Some(one) = StoreError::skip_damaged(channel(row, abandoned_at), &"of `deliveries`")? else {
            continue;
        };
        match channels.iter_mut().find(|it| it.channel == one.channel) {
            Some(known) if rank(known.confirmation) < rank(one.confirmation) => *known = one,
            Some(_) => {}
            None => channels.push(one),
        }
    }
    Ok(channels)
}

fn channel(row: &Row<'_>, abandoned_at: Timestamp) -> Result<NoticeChannel, StoreError> {
    let is_delivered = row.get::<_, String>(1)?.as_str() == "delivered";
    let settled_at = row.get::<_, Option<i64>>(2)?.map(to_time).transpose()?;
    let confirmation = match settled_at {
        Some(at) if is_delivered && at <= abandoned_at => Confirmation::InTime,
        Some(_) | None if is_delivered => Confirmation::Late,
        Some(_) | None => Confirmation::Missing,
    };
    Ok(NoticeChannel {
        channel: ChannelName::from(row.get::<_, String>(0)?.as_str()),
        confirmation,
        words: row.get(3)?,
    })
}

fn rank(confirmation: Confirmation) -> u8 {
    match confirmation {
        Confirmation::Missing => 0,
        Confirmation::Late => 1,
        Confirmation::InTime => 2,
    }
}

#[cfg(test)]
mod tests;
