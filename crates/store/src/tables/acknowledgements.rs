//! The table `acknowledgements`: who takes care of which incident.

use fanfare_core::{Acknowledgement, AlertId, NewAcknowledgement, NotificationId};
use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::StoreError;
use crate::column::{from_time, to_time};

/// One acknowledgement of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcknowledgementRow {
    /// Person, as they named themselves.
    pub by: String,
    /// Time of the acknowledgement.
    pub at: Timestamp,
    /// Notification whose link was followed.
    pub notification: NotificationId,
    /// Newest notification that it covers.
    pub up_to: NotificationId,
}

/// Inserts an acknowledgement.
pub(crate) fn insert(db: &Connection, new: &NewAcknowledgement) -> Result<(), StoreError> {
    let NewAcknowledgement { incident, notification, up_to, acknowledgement: Acknowledgement { by, at } } =
        new;
    db.prepare_cached(
        "INSERT INTO acknowledgements (incident, notification, up_to, by, at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![incident.0, notification.0, up_to.0, by, from_time(*at)])?;
    Ok(())
}

/// The statement of [`of_incident`].
pub(crate) const OF_INCIDENT: &str =
    "SELECT by, at, notification, up_to FROM acknowledgements WHERE incident = ?1 ORDER BY id";

/// The acknowledgements of an incident, the oldest first.
pub(crate) fn of_incident(db: &Connection, incident: AlertId) -> Result<Vec<AcknowledgementRow>, StoreError> {
    let mut statement = db.prepare_cached(OF_INCIDENT)?;
    let mut rows = statement.query([incident.0])?;
    let mut acknowledgements = Vec::new();
    while let Some(row) = rows.next()? {
        acknowledgements.push(AcknowledgementRow {
            by: row.get(0)?,
            at: to_time(row.get(1)?)?,
            notification: NotificationId(row.get(2)?),
            up_to: NotificationId(row.get(3)?),
        });
    }
    Ok(acknowledgements)
}
