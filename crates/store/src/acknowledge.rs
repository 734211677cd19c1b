//! Somebody takes care of it.

use std::sync::Arc;

use fanfare_core::{Acknowledgement, AlertId, ChannelName, DeliveryTerms, NotificationId, ReceiverName, Why};
use rusqlite::{Connection, OptionalExtension, params};

use crate::accept::{About, Telling, owe};
use crate::column::{as_kept, from_bits, from_json, from_time, to_json, to_time};
use crate::pending::notification_of;
use crate::pursue::{Consequences, pursue_incident};
use crate::{Decider, Owed, Store, StoreError};

/// What acknowledging came to.
#[derive(Debug, Clone)]
pub enum Acknowledged {
    /// It was acknowledged by this, and this is told to those who were told.
    Now(Vec<Owed>),
    /// Somebody else was first.
    Already(Acknowledgement),
    /// It has ended; there is nothing to take care of.
    Over,
    /// There is no such notification.
    Unknown,
}

impl Store {
    /// Notes that `by` takes care of what the notification `id` told: its ladder
    /// and those of its incident end, and everybody who was told hears so.
    ///
    /// # Errors
    ///
    /// If it cannot be written; then nothing of it is done.
    pub async fn acknowledge(
        &self,
        id: NotificationId,
        acknowledgement: Acknowledgement,
        decider: Arc<dyn Decider>,
        then: impl FnOnce(&(Acknowledged, Consequences)) + Send + 'static,
    ) -> Result<Acknowledged, StoreError> {
        let now = as_kept(acknowledgement.at)?;
        let acknowledgement = Acknowledgement { at: now, ..acknowledgement };
        let work = move |db: &Connection| acknowledge(db, id, &acknowledgement, decider.as_ref());
        self.writer.write(work, then).await.map(|(outcome, _)| outcome)
    }

    /// The key that signs acknowledgement links: random, and made by the store that
    /// needs it first. `fresh` becomes it if there is none.
    ///
    /// # Errors
    ///
    /// If it cannot be read or written.
    pub async fn ack_key(&self, fresh: [u8; 32]) -> Result<[u8; 32], StoreError> {
        let work = move |db: &Connection| {
            db.execute("UPDATE instance SET ack_key = ?1 WHERE ack_key IS NULL", [fresh])?;
            Ok(db.query_row("SELECT ack_key FROM instance", [], |row| row.get(0))?)
        };
        self.writer.write(work, |_| ()).await
    }

    /// What acknowledging the notification `id` would come to; the one who would is `None`.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn acknowledgement(&self, id: NotificationId) -> Result<Option<Acknowledged>, StoreError> {
        self.look_up(move |db| stands_in_the_way(db, id)).await
    }

    /// The newest notification of the alert `id` or of its incident that can be acknowledged.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn newest_of_incident(&self, id: AlertId) -> Result<Option<NotificationId>, StoreError> {
        self.look_up(move |db| {
            let sql = "SELECT max(n.id) FROM notifications n WHERE n.incident = (SELECT incident FROM alerts WHERE id = ?1)
                       AND n.acknowledgement IS NULL";
            Ok(db.query_row(sql, [id.0], |row| row.get::<_, Option<i64>>(0))?.map(NotificationId))
        })
        .await
    }
}

fn acknowledge(
    db: &Connection,
    id: NotificationId,
    acknowledgement: &Acknowledgement,
    decider: &dyn Decider,
) -> Result<(Acknowledged, Consequences), StoreError> {
    if let Some(obstacle) = stands_in_the_way(db, id)? {
        return Ok((obstacle, Consequences::default()));
    }
    let Some(notification) = notification_of(db, id)? else {
        return Ok((Acknowledged::Unknown, Consequences::default()));
    };
    let Acknowledgement { by, at } = acknowledgement;
    let incident = notification.incident;
    let told = told(db, incident, decider)?;
    db.prepare_cached(
        "INSERT INTO acknowledgements (incident, notification, up_to, by, at)
         VALUES (?1, ?2, (SELECT max(seq) FROM sqlite_sequence WHERE name = 'notifications'), ?3, ?4)",
    )?
    .execute(params![incident.0, id.0, by, from_time(*at)])?;
    db.prepare_cached("UPDATE incidents SET acknowledged = ?3 WHERE fingerprint = ?1 AND first_alert = ?2")?
        .execute(params![
            from_bits(notification.alert.fingerprint.to_bits()),
            incident.0,
            from_json(acknowledgement)?
        ])?;
    let mut consequences = pursue_incident(db, incident, *at, decider)?;
    let about =
        About { id: notification.alert_id, incident, since: notification.since, alert: &notification.alert };
    let mut owed = Vec::new();
    for (receiver, channels) in told {
        let telling = Telling {
            receiver: &receiver,
            route: None,
            why: Why::Acknowledged,
            terms: Arc::new(DeliveryTerms::plain(channels)),
            acknowledgement: Some(acknowledgement),
        };
        let (notification, more) = owe(db, &about, telling, *at, decider)?;
        owed.push(notification);
        consequences.add(more);
    }
    Ok((Acknowledged::Now(owed), consequences))
}

/// Why the notification cannot be acknowledged, if it cannot.
fn stands_in_the_way(db: &Connection, id: NotificationId) -> Result<Option<Acknowledged>, StoreError> {
    let first = db
        .prepare_cached(
            "SELECT k.by, k.at FROM notifications n JOIN acknowledgements k ON k.incident = n.incident
             WHERE n.id = ?1 AND k.up_to >= n.id ORDER BY k.id LIMIT 1",
        )?
        .query_row([id.0], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))
        .optional()?;
    if let Some((by, at)) = first {
        return Ok(Some(Acknowledged::Already(Acknowledgement { by, at: to_time(at)? })));
    }
    let state = db
        .prepare_cached(
            "SELECT n.why, EXISTS (SELECT 1 FROM incidents i
                                   WHERE i.fingerprint = a.fingerprint AND i.first_alert = n.incident)
             FROM notifications n JOIN alerts a ON a.id = n.alert WHERE n.id = ?1",
        )?
        .query_row([id.0], |row| Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?)))
        .optional()?;
    let Some((why, fires)) = state else { return Ok(Some(Acknowledged::Unknown)) };
    let why: Why = to_json("a reason", &why)?;
    Ok(match why {
        Why::Notice => None,
        Why::Started | Why::Worsened { .. } | Why::StillFiring if fires => None,
        Why::Started | Why::Worsened { .. } | Why::StillFiring | Why::Acknowledged | Why::Resolved => {
            Some(Acknowledged::Over)
        }
    })
}

/// Who was told of an incident, and where, as far as that still is in the config.
fn told(
    db: &Connection,
    incident: AlertId,
    decider: &dyn Decider,
) -> Result<Vec<(ReceiverName, Vec<ChannelName>)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT DISTINCT n.receiver, d.channel
         FROM notifications n JOIN deliveries d ON d.notification = n.id
         WHERE n.incident = ?1 ORDER BY n.receiver, d.channel",
    )?;
    let mut rows = statement.query([incident.0])?;
    let mut told: Vec<(ReceiverName, Vec<ChannelName>)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (receiver, channel): (String, String) = (row.get(0)?, row.get(1)?);
        let channel = ChannelName::from(channel.as_str());
        if !decider.knows(&channel) {
            continue;
        }
        match told.last_mut() {
            Some((last, channels)) if last.as_str() == receiver => channels.push(channel),
            _ => told.push((receiver.as_str().into(), vec![channel])),
        }
    }
    Ok(told)
}

#[cfg(test)]
mod tests;
