//! The key that signs acknowledgement links.

use crate::{Store, StoreError, tables};

impl Store {
    /// The key that signs acknowledgement links: random, and made by the store that
    /// needs it first. `fresh` becomes it if there is none.
    ///
    /// # Errors
    ///
    /// If it cannot be read or written.
    pub async fn ack_key(&self, fresh: [u8; 32]) -> Result<[u8; 32], StoreError> {
        self.write(move |db| tables::instance::ack_key(db, fresh), |_| ()).await
    }
}
