//! The SQLite engine: opening and locking the file, the schema's migrations, the
//! writing thread with its group commit, and the reading connections.

mod store;
mod commits;
mod writer;
mod migrations;
mod connection;
mod files;

pub use self::commits::Commit;
pub use self::store::Store;
