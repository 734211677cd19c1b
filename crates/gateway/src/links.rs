//! The links with which people acknowledge.

use fanfare_core::{AckKey, AckToken, Notification};

/// Makes the links with which people acknowledge.
#[derive(Debug, Clone)]
pub(crate) struct Links {
    /// How people reach this gateway, e.g. `https://alerts.example.com`, without a slash at its end.
    pub(crate) external_url: String,
    /// Signs them.
    pub(crate) key: AckKey,
}

impl Links {
    /// The link for `notification`: the same in every message that tells it.
    pub(crate) fn of(&self, notification: &Notification) -> String {
        let token = AckToken::of(notification.id, notification.owed_at);
        format!("{}/ack/{}", self.external_url, self.key.sign(&token))
    }
}
