//! The table `incidents`: the fingerprints that fire, and what was last told of each.

use fanfare_core::{Acknowledgement, AlertId, Fingerprint, Incident, LastNotified};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::StoreError;
use crate::column::{from_bits, from_json, from_time, to_json, to_time};

/// An incident that fires, and the newest of its alerts that somebody was told of.
#[derive(Debug)]
pub(crate) struct StoredIncident {
    pub(crate) incident: Incident,
    pub(crate) last_alert: AlertId,
}

/// The incident of `fingerprint`, if it fires.
pub(crate) fn find(db: &Connection, fingerprint: Fingerprint) -> Result<Option<StoredIncident>, StoreError> {
    db.prepare_cached(
        "SELECT first_alert, last_alert, since, told, acknowledged FROM incidents WHERE fingerprint = ?1",
    )?
    .query_row([from_bits(fingerprint.to_bits())], |row| Ok(incident(row)))
    .optional()?
    .transpose()
}

fn incident(row: &Row<'_>) -> Result<StoredIncident, StoreError> {
    let acknowledged: Option<String> = row.get(4)?;
    let incident = Incident {
        id: AlertId(row.get(0)?),
        since: to_time(row.get(2)?)?,
        told: to_json("what was last told", &row.get::<_, String>(3)?)?,
        acknowledged: acknowledged.map(|it| to_json("an acknowledgement", &it)).transpose()?,
    };
    Ok(StoredIncident { incident, last_alert: AlertId(row.get(1)?) })
}

/// The values of an incident that somebody is told of.
#[derive(Debug)]
pub(crate) struct IncidentValues<'a> {
    pub(crate) fingerprint: Fingerprint,
    pub(crate) first_alert: AlertId,
    pub(crate) last_alert: AlertId,
    pub(crate) since: Timestamp,
    pub(crate) told: &'a [LastNotified],
    pub(crate) acknowledged: Option<&'a Acknowledgement>,
}

/// Inserts an incident, or updates what was last told of it.
pub(crate) fn upsert(db: &Connection, values: &IncidentValues<'_>) -> Result<(), StoreError> {
    let IncidentValues { fingerprint, first_alert, last_alert, since, told, acknowledged } = values;
    db.prepare_cached(
        "INSERT INTO incidents (fingerprint, first_alert, last_alert, since, told, acknowledged)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (fingerprint) DO UPDATE
         SET last_alert = excluded.last_alert, told = excluded.told, acknowledged = excluded.acknowledged",
    )?
    .execute(params![
        from_bits(fingerprint.to_bits()),
        first_alert.0,
        last_alert.0,
        from_time(*since),
        from_json(told)?,
        acknowledged.map(from_json).transpose()?,
    ])?;
    Ok(())
}

/// Enters who takes care of an incident, if it still fires.
pub(crate) fn acknowledge(
    db: &Connection,
    fingerprint: Fingerprint,
    first_alert: AlertId,
    acknowledgement: &Acknowledgement,
) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE incidents SET acknowledged = ?3 WHERE fingerprint = ?1 AND first_alert = ?2")?
        .execute(params![from_bits(fingerprint.to_bits()), first_alert.0, from_json(acknowledgement)?])?;
    Ok(())
}

/// Deletes the incident of `fingerprint`, which has ended.
pub(crate) fn delete(db: &Connection, fingerprint: Fingerprint) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM incidents WHERE fingerprint = ?1")?
        .execute([from_bits(fingerprint.to_bits())])?;
    Ok(())
}
