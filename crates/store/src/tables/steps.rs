//! The table `steps`: what was done about a notification, and why.

use fanfare_core::{NotificationId, Step};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::StoreError;
use crate::column::{from_json, from_time, to_json, to_time};

/// One step that was done about a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRow {
    /// Time of the step.
    pub at: Timestamp,
    /// Step, and the reason for it.
    pub step: Step,
}

/// Inserts a step.
pub(crate) fn insert(
    db: &Connection,
    notification: NotificationId,
    step: &Step,
    now: Timestamp,
) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO steps (notification, at, step, fulfilment) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![notification.0, from_time(now), from_json(step)?, contract_status(step)])?;
    Ok(())
}

/// The status of the contract after a step that settles it; `None` for any other.
fn contract_status(step: &Step) -> Option<&'static str> {
    match step {
        Step::Settle { status } => Some(status.word()),
        Step::TakeTurn { .. }
        | Step::Climb { .. }
        | Step::Skip { .. }
        | Step::Retried { .. }
        | Step::Discarded { .. } => None,
    }
}

/// The statement of [`ids`].
pub(crate) const IDS: &str = "SELECT id FROM steps WHERE notification = ?1 ORDER BY id";

/// The numbers of the steps of one notification, the oldest first.
pub(crate) fn ids(db: &Connection, notification: NotificationId) -> Result<Vec<i64>, StoreError> {
    let mut statement = db.prepare_cached(IDS)?;
    let ids = statement.query_map([notification.0], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// The steps with these numbers; those that cannot be read are left out.
pub(crate) fn read(db: &Connection, ids: &[i64]) -> Result<Vec<StepRow>, StoreError> {
    let mut statement = db.prepare_cached("SELECT at, step FROM steps WHERE id = ?1")?;
    let mut steps = Vec::new();
    for id in ids {
        let found = statement.query_row([id], |row| Ok(step(row))).optional()?.transpose();
        steps.extend(StoreError::skip_damaged(found, &format_args!("{id} of `steps`"))?.flatten());
    }
    Ok(steps)
}

fn step(row: &Row<'_>) -> Result<StepRow, StoreError> {
    Ok(StepRow { at: to_time(row.get(0)?)?, step: to_json("a step", &row.get::<_, String>(1)?)? })
}
