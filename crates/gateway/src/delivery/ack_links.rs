//! Links with which people acknowledge.

use fanfare_core::{AckKey, AckToken, Notification};

/// The address and the key that acknowledgement links are made of.
#[derive(Debug, Clone)]
pub(crate) struct AckLinks {
    /// The gateway's public address, e.g. `https://alerts.example.com`, without a trailing slash.
    pub(crate) external_url: String,
    /// The key that signs the links.
    pub(crate) key: AckKey,
}

impl AckLinks {
    /// The link for `notification`: the same in every message that tells it.
    pub(crate) fn url_for(&self, notification: &Notification) -> String {
        let token = AckToken::new(notification.id, notification.owed_at);
        format!("{}/ack/{}", self.external_url, self.key.sign(&token))
    }
}
