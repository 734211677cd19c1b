//! The table `steps`: what was done about a notification, and why.

use fanfare_core::{NotificationId, Step};
use jiff::Timestamp;
use rusqlite::{Connection, params};

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

/// The statement of [`of_notification`].
pub(crate) const OF_NOTIFICATION: &str = "SELECT at, step FROM steps WHERE notification = ?1 ORDER BY id";

/// The steps of one notification, the oldest first.
pub(crate) fn of_notification(
    db: &Connection,
    notification: NotificationId,
) -> Result<Vec<StepRow>, StoreError> {
    let mut statement = db.prepare_cached(OF_NOTIFICATION)?;
    let mut rows = statement.query([notification.0])?;
    let mut steps = Vec::new();
    while let Some(row) = rows.next()? {
        let step = to_json("a step", &row.get::<_, String>(1)?)?;
        steps.push(StepRow { at: to_time(row.get(0)?)?, step });
    }
    Ok(steps)
}
