//! What was given up and waits for a person.

mod deal;

use std::fmt;
use std::str::FromStr;

use fanfare_core::{
    Alert, AlertId, ChannelName, ContractStatus, DeliveryId, NotificationId, ReceiverName, Severity,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;

pub use self::deal::{Discarding, Retried};
use crate::column::{from_time, to_fulfilment, to_json, to_time};
use crate::{Store, StoreError};

/// Names a dead letter: a delivery that was given up, e.g. `d17`, or a
/// notification whose promise was abandoned though none of its deliveries was
/// given up, e.g. `n5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeadLetterId {
    /// A delivery.
    Delivery(DeliveryId),
    /// A notification, with all of its deliveries.
    Notification(NotificationId),
}

/// Why a text is not a [`DeadLetterId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not the number of a dead letter: expected one like d17 (a delivery) or n5 (a notification)"
)]
pub struct InvalidDeadLetterId(String);

/// Which dead letters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeadLetterFilter {
    /// Only deliveries on this channel.
    pub channel: Option<ChannelName>,
    /// Only what this receiver was to be told.
    pub receiver: Option<ReceiverName>,
    /// Only what was given up at this time or later.
    pub since: Option<Timestamp>,
    /// Only what was given up before this time.
    pub until: Option<Timestamp>,
}

/// Some dead letters, to be dealt with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeadLetters {
    /// These, as far as they still wait for a person.
    These(Vec<DeadLetterId>),
    /// All like this.
    All(DeadLetterFilter),
}

impl From<DeadLetterFilter> for DeadLetters {
    fn from(filter: DeadLetterFilter) -> Self {
        Self::All(filter)
    }
}

/// One dead letter, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeadLetter {
    /// Its name.
    pub id: DeadLetterId,
    /// The alert that called for it; its story tells the rest.
    pub alert_id: AlertId,
    /// What the alert is about, in a few words.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// The notification.
    pub notification_id: NotificationId,
    /// Who was to be told.
    pub receiver: ReceiverName,
    /// Where; `None` for a notification.
    pub channel: Option<ChannelName>,
    /// Why it was given up.
    pub reason: String,
    /// How many attempts were made; of a notification: of all its deliveries.
    pub attempts: u32,
    /// When it was given up.
    pub given_up_at: Timestamp,
    /// How the promise to the receiver stands.
    pub fulfilment: ContractStatus,
}

impl Store {
    /// Dead letters, those of the newest notification first, and of them only
    /// those after `after` in this order.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn dead_letters(
        &self,
        filter: DeadLetterFilter,
        after: Option<DeadLetterId>,
        limit: u32,
    ) -> Result<Vec<DeadLetter>, StoreError> {
        self.look_up(move |db| {
            let moment = db.unchecked_transaction()?; // or a letter that is found could be gone when it is read
            let after = after.map(|it| place_of(&moment, it)).transpose()?;
            let found = find(&moment, &filter, after, limit)?;
            let letters: Result<_, _> = found.into_iter().map(|it| read(&moment, it)).collect();
            moment.commit()?;
            letters
        })
        .await
    }

    /// The dead letter `id`, if it still waits for a person.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn dead_letter(&self, id: DeadLetterId) -> Result<Option<DeadLetter>, StoreError> {
        self.look_up(move |db| {
            let moment = db.unchecked_transaction()?; // or it could be gone when it is read
            let waits = deal::waits_for_a_person(&moment, id)?;
            let letter = if waits { Some(read(&moment, place_of(&moment, id)?)?) } else { None };
            moment.commit()?;
            Ok(letter)
        })
        .await
    }
}

/// Where a dead letter stands among all: by its notification, then by its
/// delivery; 0 for that of the whole notification, which comes after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    notification: i64,
    delivery: i64,
}

impl Place {
    fn id(self) -> DeadLetterId {
        match self.delivery {
            0 => DeadLetterId::Notification(NotificationId(self.notification)),
            delivery => DeadLetterId::Delivery(DeliveryId(delivery)),
        }
    }
}

fn place_of(db: &Connection, id: DeadLetterId) -> Result<Place, StoreError> {
    Ok(match id {
        DeadLetterId::Notification(id) => Place { notification: id.0, delivery: 0 },
        DeadLetterId::Delivery(id) => {
            let notification = db
                .prepare_cached("SELECT notification FROM deliveries WHERE id = ?1")?
                .query_row([id.0], |row| row.get(0))
                .optional()?;
            Place { notification: notification.unwrap_or(0), delivery: id.0 }
        }
    })
}

/// A promise that was abandoned counts by itself only while none of its
/// deliveries is dead: what is one thing to do is one dead letter.
const FIND: &str = "
    SELECT l.notification, l.delivery FROM (
      SELECT d.notification, d.id AS delivery, d.channel, d.settled_at AS at FROM deliveries d WHERE d.state = 'dead'
      UNION ALL
      SELECT n.id, 0, NULL, (SELECT max(s.at) FROM steps s
                             WHERE s.notification = n.id AND json_extract(s.step, '$.fulfilment') = 'abandoned')
      FROM notifications n
      WHERE n.fulfilment = 'abandoned' AND n.dealt_with IS NULL
        AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.notification = n.id AND d.state = 'dead')
    ) l JOIN notifications n ON n.id = l.notification
    WHERE (?1 IS NULL OR l.channel = ?1) AND (?2 IS NULL OR n.receiver = ?2)
      AND (?3 IS NULL OR l.at >= ?3) AND (?4 IS NULL OR l.at < ?4)
      AND (?5 IS NULL OR (l.notification, l.delivery) < (?5, ?6))
    ORDER BY l.notification DESC, l.delivery DESC LIMIT ?7";

fn find(
    db: &Connection,
    filter: &DeadLetterFilter,
    after: Option<Place>,
    limit: u32,
) -> Result<Vec<Place>, StoreError> {
    let DeadLetterFilter { channel, receiver, since, until } = filter;
    let mut statement = db.prepare_cached(FIND)?;
    let places = statement.query_map(
        params![
            channel.as_ref().map(ChannelName::as_str),
            receiver.as_ref().map(ReceiverName::as_str),
            since.map(from_time),
            until.map(from_time),
            after.map(|it| it.notification),
            after.map(|it| it.delivery),
            limit,
        ],
        |row| Ok(Place { notification: row.get(0)?, delivery: row.get(1)? }),
    )?;
    Ok(places.collect::<Result<_, _>>()?)
}

const OF_DELIVERY: &str = "
    SELECT n.id, n.alert, n.receiver, n.fulfilment, a.alert, d.channel, coalesce(d.reason, ''), d.attempts,
           coalesce(d.settled_at, n.owed_at)
    FROM deliveries d JOIN notifications n ON n.id = d.notification JOIN alerts a ON a.id = n.alert WHERE d.id = ?1";

const OF_NOTIFICATION: &str = "
    SELECT n.id, n.alert, n.receiver, n.fulfilment, a.alert, NULL,
           'too few of its channels confirmed in time, and nobody is left to be told',
           (SELECT coalesce(sum(d.attempts), 0) FROM deliveries d WHERE d.notification = n.id),
           coalesce((SELECT max(s.at) FROM steps s
                     WHERE s.notification = n.id AND json_extract(s.step, '$.fulfilment') = 'abandoned'), n.owed_at)
    FROM notifications n JOIN alerts a ON a.id = n.alert WHERE n.id = ?1";

fn read(db: &Connection, place: Place) -> Result<DeadLetter, StoreError> {
    let id = place.id();
    let (sql, number) = match id {
        DeadLetterId::Delivery(id) => (OF_DELIVERY, id.0),
        DeadLetterId::Notification(id) => (OF_NOTIFICATION, id.0),
    };
    db.prepare_cached(sql)?.query_row([number], |row| Ok(letter(id, row)))?
}

fn letter(id: DeadLetterId, row: &Row<'_>) -> Result<DeadLetter, StoreError> {
    let alert: Alert = to_json("an alert", &row.get::<_, String>(4)?)?;
    let title = alert.annotations.get("title").unwrap_or_else(|| alert.text_of("alertname"));
    Ok(DeadLetter {
        id,
        alert_id: AlertId(row.get(1)?),
        title: title.to_owned(),
        severity: alert.severity,
        notification_id: NotificationId(row.get(0)?),
        receiver: row.get::<_, String>(2)?.as_str().into(),
        channel: row.get::<_, Option<String>>(5)?.map(|it| it.as_str().into()),
        reason: row.get(6)?,
        attempts: row.get(7)?,
        given_up_at: to_time(row.get(8)?)?,
        fulfilment: to_fulfilment(&row.get::<_, String>(3)?)?,
    })
}

impl fmt::Display for DeadLetterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delivery(id) => write!(f, "d{id}"),
            Self::Notification(id) => write!(f, "n{id}"),
        }
    }
}

impl FromStr for DeadLetterId {
    type Err = InvalidDeadLetterId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |digits: &str| digits.parse().ok().filter(|&number: &i64| number > 0);
        let delivery = text.strip_prefix('d').and_then(number).map(|it| Self::Delivery(DeliveryId(it)));
        let notification =
            text.strip_prefix('n').and_then(number).map(|it| Self::Notification(NotificationId(it)));
        delivery.or(notification).ok_or_else(|| InvalidDeadLetterId(text.to_owned()))
    }
}

impl Serialize for DeadLetterId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests;
