//! The SQLite engine: opening and locking the file, the schema's migrations, the
//! writing thread with its group commit, the numbers of new rows, and the reading connections.

mod store;
mod commits;
mod writer;
mod commit_observer;
mod migrations;
mod insert;
mod connection;
mod files;

pub use self::commits::Commit;
pub(crate) use self::insert::{insert, next_alert};
pub use self::store::{Store, StoreSize};
