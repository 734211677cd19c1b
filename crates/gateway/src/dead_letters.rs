//! What people do about dead letters, while the lanes run.

use std::sync::Arc;

use fanfare_store::{Consequences, DeadLetters, Discarding, StoreError};

use crate::gateway::Gateway;

impl Gateway {
    /// Has dead letters tried again at once, on behalf of `by`, and says how many.
    ///
    /// # Errors
    ///
    /// If it cannot be written; some may have been, and those are tried.
    pub async fn retry_dead_letters(
        &self,
        which: impl Into<DeadLetters> + Send,
        by: &str,
    ) -> Result<usize, StoreError> {
        let dispatch = Arc::clone(&self.dispatch);
        let hand_out = move |consequences: &Consequences| dispatch.act_on(consequences);
        let (now, decider) = (self.clock.now(), self.dispatch.decider());
        let retried = self.store.retry(which.into(), by.to_owned(), now, decider, hand_out).await?;
        self.dispatch.hasten(retried.hastened);
        Ok(retried.letters)
    }

    /// Lets dead letters be, and says how many; `reason` goes to the ledger.
    ///
    /// # Errors
    ///
    /// If it cannot be written; some may have been.
    pub async fn discard_dead_letters(
        &self,
        which: impl Into<DeadLetters> + Send,
        by: &str,
        reason: &str,
    ) -> Result<usize, StoreError> {
        let discarding = Discarding { by: by.to_owned(), reason: reason.to_owned() };
        self.store.discard(which.into(), discarding, self.clock.now()).await
    }
}
