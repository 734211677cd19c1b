//! Dead letters: deliveries given up and contracts abandoned, which wait for a person.

mod selection;

use fanfare_core::{
    Alert, AlertId, ChannelName, ContractStatus, DeadLetterId, LedgerSentence, NotificationId, ReceiverName,
    Severity,
};
use jiff::Timestamp;
use rusqlite::{Connection, Row};

pub use self::selection::DeadLetterFilter;
pub(crate) use self::selection::{DeadLetterKey, find};
use self::selection::{KeyPage, find_page};
use crate::column::{to_contract_status, to_json, to_time};
use crate::tables::{deliveries, notifications};
use crate::{Store, StoreError};

/// Dead letters that are to be resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeadLetters {
    /// Named ones, as far as they still wait for a person.
    These(Vec<DeadLetterId>),
    /// All that a filter lets through.
    All(DeadLetterFilter),
}

impl From<DeadLetterFilter> for DeadLetters {
    fn from(filter: DeadLetterFilter) -> Self {
        Self::All(filter)
    }
}

/// One dead letter, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Name of the dead letter.
    pub id: DeadLetterId,
    /// Alert that called for it; its history tells the rest.
    pub alert_id: AlertId,
    /// Title of the alert.
    pub title: String,
    /// Title of the alert in Chinese, where its source gives one.
    pub title_zh: Option<String>,
    /// Severity of the alert.
    pub severity: Severity,
    /// Notification that was to be told.
    pub notification_id: NotificationId,
    /// Receiver that was to be told.
    pub receiver: ReceiverName,
    /// Channel of the delivery; `None` for a notification.
    pub channel: Option<ChannelName>,
    /// Reason why it was given up.
    pub reason: String,
    /// Number of attempts; of a notification: of all its deliveries.
    pub attempts: u32,
    /// Time at which it was given up.
    pub given_up_at: Timestamp,
    /// State of the contract.
    pub contract: ContractStatus,
}

/// The dead letters that one step through the list has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetterPage {
    /// Dead letters found, those of the newest notification first.
    pub letters: Vec<DeadLetter>,
    /// Dead letter after which the list goes on, whether it was let through or not; `None`: nothing is left.
    pub next_after: Option<DeadLetterId>,
}

impl Store {
    /// Dead letters, those of the newest notification first, and of them only
    /// those after `after` in this order. For a receiver a thousand are looked at, at most.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn dead_letters(
        &self,
        filter: DeadLetterFilter,
        after: Option<DeadLetterId>,
        limit: u32,
    ) -> Result<DeadLetterPage, StoreError> {
        self.read_report(move |db| {
            let snapshot = db.unchecked_transaction()?; // or a letter that is found could be gone when it is read
            let after = after.map(|it| key_of(&snapshot, it)).transpose()?;
            let KeyPage { found, next_after } = find_page(&snapshot, &filter, after, limit)?;
            let mut letters = Vec::new();
            for key in found {
                letters.extend(StoreError::skip_damaged(read(&snapshot, key), &key.id())?);
            }
            snapshot.commit()?;
            Ok(DeadLetterPage { letters, next_after: next_after.map(DeadLetterKey::id) })
        })
        .await
    }

    /// The dead letter `id`, if it still waits for a person.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn dead_letter(&self, id: DeadLetterId) -> Result<Option<DeadLetter>, StoreError> {
        self.read_report(move |db| {
            let snapshot = db.unchecked_transaction()?; // or it could be gone when it is read
            let waits = waits_for_a_person(&snapshot, id)?;
            let letter = if waits { Some(read(&snapshot, key_of(&snapshot, id)?)?) } else { None };
            snapshot.commit()?;
            Ok(letter)
        })
        .await
    }
}

/// The place of the dead letter `id`.
pub(crate) fn key_of(db: &Connection, id: DeadLetterId) -> Result<DeadLetterKey, StoreError> {
    Ok(match id {
        DeadLetterId::Notification(notification) => DeadLetterKey { notification, delivery: 0 },
        DeadLetterId::Delivery(id) => {
            let notification = deliveries::notification_of(db, id)?.unwrap_or(NotificationId(0));
            DeadLetterKey { notification, delivery: id.0 }
        }
    })
}

/// True of a dead letter that still waits for a person.
pub(crate) fn waits_for_a_person(db: &Connection, id: DeadLetterId) -> Result<bool, StoreError> {
    match id {
        DeadLetterId::Delivery(id) => deliveries::is_dead(db, id),
        DeadLetterId::Notification(id) => notifications::is_unhandled(db, id),
    }
}

const OF_DELIVERY: &str = "
    SELECT d.notification, coalesce(n.alert, 0), coalesce(n.receiver, ''), n.fulfilment, a.alert, d.channel,
           d.reason, d.attempts, coalesce(d.settled_at, n.owed_at)
    FROM deliveries d LEFT JOIN notifications n ON n.id = d.notification LEFT JOIN alerts a ON a.id = n.alert
    WHERE d.id = ?1";

const OF_NOTIFICATION: &str = "
    SELECT n.id, n.alert, n.receiver, n.fulfilment, a.alert, NULL, NULL,
           (SELECT coalesce(sum(d.attempts), 0) FROM deliveries d WHERE d.notification = n.id),
           coalesce((SELECT max(s.at) FROM steps s
                     WHERE s.notification = n.id AND s.fulfilment = 'abandoned'), n.owed_at)
    FROM notifications n LEFT JOIN alerts a ON a.id = n.alert WHERE n.id = ?1";

fn read(db: &Connection, key: DeadLetterKey) -> Result<DeadLetter, StoreError> {
    let id = key.id();
    let (sql, number) = match id {
        DeadLetterId::Delivery(id) => (OF_DELIVERY, id.0),
        DeadLetterId::Notification(id) => (OF_NOTIFICATION, id.0),
    };
    db.prepare_cached(sql)?.query_row([number], |row| Ok(letter(id, row)))?
}

fn letter(id: DeadLetterId, row: &Row<'_>) -> Result<DeadLetter, StoreError> {
    let alert = row.get::<_, String>(4).map_err(StoreError::from).and_then(|it| to_json("an alert", &it));
    let alert: Option<Alert> = alert.ok();
    Ok(DeadLetter {
        id,
        alert_id: AlertId(row.get(1)?),
        title: alert.as_ref().map_or("?", Alert::title).to_owned(),
        title_zh: alert.as_ref().and_then(|it| it.annotations.get("title_zh")).map(str::to_owned),
        severity: alert.as_ref().map_or(Severity::High, |it| it.severity),
        notification_id: NotificationId(row.get(0)?),
        receiver: row.get::<_, String>(2)?.as_str().into(),
        channel: row.get::<_, Option<String>>(5)?.map(|it| it.as_str().into()),
        reason: reason(id, row.get(6)?),
        attempts: row.get(7)?,
        given_up_at: to_time(row.get(8)?)?,
        // A notification that is missing, or whose state is none that is known, will not be told.
        contract: row
            .get::<_, String>(3)
            .map_err(StoreError::from)
            .and_then(|it| to_contract_status(&it))
            .unwrap_or(ContractStatus::Abandoned),
    })
}

/// The reason why a dead letter was given up; a notification has none of its own.
fn reason(id: DeadLetterId, kept: Option<String>) -> String {
    match id {
        DeadLetterId::Delivery(_) => kept.unwrap_or_default(),
        DeadLetterId::Notification(_) => LedgerSentence::NobodyLeft.to_string(),
    }
}

#[cfg(test)]
mod tests;
