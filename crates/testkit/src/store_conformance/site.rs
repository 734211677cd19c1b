//! The database that the suite runs on.

use std::future::Future;

use fanfare_store::Store;

/// A database of the engine under test.
pub trait StoreSite: Sized {
    /// A new database, without anything in it.
    fn create() -> impl Future<Output = Self>;

    /// The store in the database, opened anew. The handles that were opened before are dropped by then.
    fn open(&self) -> impl Future<Output = Store>;
}
