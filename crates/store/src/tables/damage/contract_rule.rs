//! Rules of contracts, which the cells of one row keep together: asked from SQL, decided in `core`.

use fanfare_core::DeliveryTerms;
use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};

use crate::StoreError;
use crate::column::{to_contract_status, to_json};

/// The condition that no more rungs were climbed than there are. Needs [`define`].
pub(super) const FITS_LADDER: &str = "fits_ladder(terms, climbed)";

/// The condition that the time of the next check is known where there must be one. Needs [`define`].
pub(super) const IS_SCHEDULED: &str = "look_at IS NOT NULL OR may_rest(terms, fulfilment, climbed)";

/// Defines the SQL functions of the rules on a connection. Each is true where a cell cannot be read, which is another
/// rule's matter.
pub(super) fn define(db: &Connection) -> Result<(), StoreError> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    db.create_scalar_function("fits_ladder", 2, flags, |values| Ok(fits_ladder(values).unwrap_or(true)))?;
    db.create_scalar_function("may_rest", 3, flags, |values| Ok(may_rest(values).unwrap_or(true)))?;
    Ok(())
}

fn fits_ladder(values: &Context<'_>) -> Option<bool> {
    Some(climbed(values, 1)? <= terms(values)?.escalate.len())
}

fn may_rest(values: &Context<'_>) -> Option<bool> {
    let status = to_contract_status(values.get_raw(1).as_str().ok()?).ok()?;
    Some(!status.must_be_checked(&terms(values)?, climbed(values, 2)?))
}

/// The number of rungs, which is the value at `place`.
fn climbed(values: &Context<'_>, place: usize) -> Option<usize> {
    values.get::<i64>(place).ok()?.try_into().ok()
}

/// The terms, which are the first of the values.
fn terms(values: &Context<'_>) -> Option<DeliveryTerms> {
    to_json("the terms of a notification", values.get_raw(0).as_str().ok()?).ok()
}
