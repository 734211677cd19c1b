//! The table `incidents`: the things that fire, by source and identity, and what was last told of each.

use fanfare_core::{Acknowledgement, AlertId, DeviceKey, Fingerprint, Incident, IncidentKey, LastNotified};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::StoreError;
use crate::column::{
    from_bits, from_count, from_identity, from_json, from_time, to_identity, to_json, to_time,
};

/// An incident that fires, and the newest of its alerts that somebody was told of.
#[derive(Debug)]
pub(crate) struct StoredIncident {
    /// The key under which it is kept.
    pub(crate) key: IncidentKey,
    pub(crate) incident: Incident,
    pub(crate) last_alert: AlertId,
}

/// The incident of the thing `key`, if it fires. One that began before identities were kept is known by the
/// fingerprint, within its source.
pub(crate) fn find(db: &Connection, key: &IncidentKey) -> Result<Option<StoredIncident>, StoreError> {
    let IncidentKey { source, fingerprint } = key;
    db.prepare_cached(
        "SELECT first_alert, last_alert, since, told, acknowledged, identity FROM incidents
         WHERE fingerprint = ?1 AND source = ?2 AND identity IN (?3, x'') ORDER BY identity DESC LIMIT 1",
    )?
    .query_row(params![from_bits(fingerprint.to_bits()), source.as_str(), identity(key)], |row| {
        Ok(incident(row, key))
    })
    .optional()?
    .transpose()
}

/// The open incidents of `device`, the oldest first, at most `limit`. One that cannot be read is left out.
pub(crate) fn of_device(
    db: &Connection,
    device: &DeviceKey,
    limit: usize,
) -> Result<Vec<StoredIncident>, StoreError> {
    let DeviceKey { source, device } = device;
    let mut statement = db.prepare_cached(OF_DEVICE)?;
    let mut rows = statement.query(params![source.as_str(), device, from_count(limit)])?;
    let mut open = Vec::new();
    while let Some(row) = rows.next()? {
        let found = row.get::<_, i64>(6).map_err(StoreError::from).and_then(|bits| {
            let fingerprint = Fingerprint::from_bits(bits.cast_unsigned());
            incident(row, &IncidentKey { source: source.clone(), fingerprint })
        });
        open.extend(StoreError::skip_damaged(found, &"of `incidents`")?);
    }
    open.sort_by_key(|it| it.incident.id);
    Ok(open)
}

/// The statement of [`of_device`].
pub(crate) const OF_DEVICE: &str = "
    SELECT first_alert, last_alert, since, told, acknowledged, identity, fingerprint FROM incidents
    WHERE source = ?1 AND device = ?2 LIMIT ?3";

/// The identity of a key as it is kept here: empty if it is not known.
fn identity(key: &IncidentKey) -> Vec<u8> {
    from_identity(key.fingerprint).map_or_else(Vec::new, Vec::from)
}

fn incident(row: &Row<'_>, key: &IncidentKey) -> Result<StoredIncident, StoreError> {
    let acknowledged: Option<String> = row.get(4)?;
    let identity = to_identity(Some(&row.get::<_, Vec<u8>>(5)?));
    let key = IncidentKey { fingerprint: key.fingerprint.with_identity(identity), ..key.clone() };
    let incident = Incident {
        id: AlertId(row.get(0)?),
        since: to_time(row.get(2)?)?,
        told: to_json("what was last told", &row.get::<_, String>(3)?)?,
        acknowledged: acknowledged.map(|it| to_json("an acknowledgement", &it)).transpose()?,
    };
    Ok(StoredIncident { key, incident, last_alert: AlertId(row.get(1)?) })
}

/// The values of an incident that somebody is told of.
#[derive(Debug)]
pub(crate) struct IncidentValues<'a> {
    pub(crate) key: &'a IncidentKey,
    pub(crate) first_alert: AlertId,
    pub(crate) last_alert: AlertId,
    pub(crate) since: Timestamp,
    pub(crate) device: Option<&'a DeviceKey>,
    pub(crate) told: &'a [LastNotified],
    pub(crate) acknowledged: Option<&'a Acknowledgement>,
}

/// Inserts an incident, or updates what was last told of it.
pub(crate) fn upsert(db: &Connection, values: &IncidentValues<'_>) -> Result<(), StoreError> {
    let IncidentValues { key, first_alert, last_alert, since, device, told, acknowledged } = values;
    db.prepare_cached(
        "INSERT INTO incidents (fingerprint, first_alert, last_alert, since, told, acknowledged, source, identity, device)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (fingerprint, source, identity) DO UPDATE
         SET last_alert = excluded.last_alert, told = excluded.told, acknowledged = excluded.acknowledged",
    )?
    .execute(params![
        from_bits(key.fingerprint.to_bits()),
        first_alert.0,
        last_alert.0,
        from_time(*since),
        from_json(told)?,
        acknowledged.map(from_json).transpose()?,
        key.source.as_str(),
        identity(key),
        device.map(|it| it.device.as_str()),
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

/// Deletes the incident that is kept under `key`, which has ended.
pub(crate) fn delete(db: &Connection, key: &IncidentKey) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM incidents WHERE fingerprint = ?1 AND source = ?2 AND identity = ?3")?
        .execute(params![from_bits(key.fingerprint.to_bits()), key.source.as_str(), identity(key)])?;
    Ok(())
}
