//! SQLite keeps the promises of the store.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use fanfare_store::{OpenError, Store};
use fanfare_testkit::{StoreSite, store_conformance};
use tempfile::TempDir;

/// A folder with a store in SQLite.
struct SqliteSite(TempDir);

impl StoreSite for SqliteSite {
    async fn create() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    async fn open(&self) -> Store {
        loop {
            match Store::open(&self.0.path().join("fanfare.db"), "a store under test") {
                Err(OpenError::InUse(_)) => tokio::task::yield_now().await, // it still finishes its last job
                opened => return opened.unwrap(),
            }
        }
    }
}

#[tokio::test]
async fn sqlite_keeps_every_promise_of_the_store() {
    store_conformance::<SqliteSite>().await;
}
