//! The record of the policies that alerts were decided by.

use fanfare_core::PolicyId;
use jiff::Timestamp;

use crate::{Store, StoreError, tables};

impl Store {
    /// Enters the policy that decides from now on, as JSON, unless it is known.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub async fn enter_policy(&self, policy: String, now: Timestamp) -> Result<PolicyId, StoreError> {
        self.write(move |db| tables::policies::replace(db, &policy, now), |_| ()).await
    }
}

#[cfg(test)]
mod tests;
