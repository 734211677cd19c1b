//! Maintenance: the regular audit of the ledger, the newest times on the disk, and retention.

pub(crate) mod audit;
pub(crate) mod time_recorder;
pub(crate) mod retention;
