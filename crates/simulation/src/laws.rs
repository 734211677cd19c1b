//! Laws that hold in every world, read past the code under test.

mod settled;
mod contracts;
mod messages;
mod ledger;
mod evidence;

pub(crate) use self::contracts::{check_acknowledgements, check_contracts, check_rungs};
pub(crate) use self::evidence::{Disturbances, Evidence, LedgerOrigin, number};
pub(crate) use self::ledger::{check_ledger, dump};
pub(crate) use self::messages::check_messages;
pub(crate) use self::settled::{SettledWorld, check_settled, newest_delivery, owed_after, pending_on};
