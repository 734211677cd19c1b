//! The table `acknowledgements`: who takes care of which incident.

use fanfare_core::{Acknowledgement, AlertId, NewAcknowledgement, NotificationId};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

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

/// The statement of [`ids`].
pub(crate) const IDS: &str = "SELECT id FROM acknowledgements WHERE incident = ?1 ORDER BY id";

/// The numbers of the acknowledgements of an incident, the oldest first.
pub(crate) fn ids(db: &Connection, incident: AlertId) -> Result<Vec<i64>, StoreError> {
    let mut statement = db.prepare_cached(IDS)?;
    let ids = statement.query_map([incident.0], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// The acknowledgements with these numbers; those that cannot be read are left out.
pub(crate) fn read(db: &Connection, ids: &[i64]) -> Result<Vec<AcknowledgementRow>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT by, at, notification, up_to FROM acknowledgements WHERE id = ?1")?;
    let mut acknowledgements = Vec::new();
    for id in ids {
        let found = statement.query_row([id], |row| Ok(acknowledgement(row))).optional()?.transpose();
        let name = format_args!("{id} of `acknowledgements`");
        acknowledgements.extend(StoreError::skip_damaged(found, &name)?.flatten());
    }
    Ok(acknowledgements)
}

fn acknowledgement(row: &Row<'_>) -> Result<AcknowledgementRow, StoreError> {
    Ok(AcknowledgementRow {
        by: row.get(0)?,
        at: to_time(row.get(1)?)?,
        notification: NotificationId(row.get(2)?),
        up_to: NotificationId(row.get(3)?),
    })
}
