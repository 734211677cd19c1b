//! Maintenance: the regular audit of the ledger, and retention.

pub(crate) mod audit;
pub(crate) mod retention;
