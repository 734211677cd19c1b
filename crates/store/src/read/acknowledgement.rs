//! Reads before an acknowledgement: the notification that stands for an alert.

use fanfare_core::{AlertId, NotificationId};

use crate::tables::notifications;
use crate::{Store, StoreError};

impl Store {
    /// The newest notification of the alert `id` or of its incident that can be acknowledged.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn newest_of_incident(&self, id: AlertId) -> Result<Option<NotificationId>, StoreError> {
        self.read_report(move |db| notifications::newest_of_incident(db, id)).await
    }
}
