//! The record of answers to requests that show an `Idempotency-Key`.

use jiff::Timestamp;

use crate::tables::answers;
use crate::tables::answers::{KeptAnswer, RequestKey};
use crate::{Store, StoreError};

impl Store {
    /// The answer to a request that was given after `since`, by what has passed for certain; `None`: it is new.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn answer_to(
        &self,
        request: RequestKey,
        since: Timestamp,
    ) -> Result<Option<KeptAnswer>, StoreError> {
        self.read(move |db| answers::find(db, &request, since)).await
    }

    /// Keeps the first answer to a request, which is given at `at` by what has passed for certain.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub async fn keep_answer(
        &self,
        request: RequestKey,
        kept: KeptAnswer,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |db| answers::insert(db, &request, &kept, at), |()| ()).await
    }

    /// Deletes up to `most` answers that were given at `before` or earlier, by what has passed for certain, and
    /// returns their number.
    ///
    /// # Errors
    ///
    /// If they cannot be deleted.
    pub async fn forget_answers(&self, before: Timestamp, most: u32) -> Result<usize, StoreError> {
        self.write(move |db| answers::delete_old(db, before, most), |_| ()).await
    }
}

#[cfg(test)]
mod tests;
