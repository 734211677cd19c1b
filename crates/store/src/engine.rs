//! The SQLite engine: opening and locking the file, the schema's migrations, the
//! writing thread with its group commit, the numbers of new rows, and the reading connections; the watch over the
//! files, and what is done while the disk cannot be written.

mod store;
mod backup;
mod commits;
mod writer;
mod database;
mod merge;
mod reading_turns;
mod readers;
mod memory;
mod salvage;
mod image;
mod reserve;
mod watch;
mod pace;
mod condition;
mod commit_observer;
mod migrations;
mod insert;
mod connection;
mod copy_out;
mod earlier_copy;
mod files;

pub use self::backup::{Backup, BackupError, ExistingStore, Restored, backup, restore};
pub use self::commits::Commit;
pub use self::condition::StoreCondition;
pub use self::files::saved_stores;
pub(crate) use self::insert::{insert, next_alert};
pub use self::store::{Store, StoreSize};
pub use self::writer::Durability;
