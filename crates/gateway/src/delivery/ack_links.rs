//! Links with which people acknowledge.

use fanfare_core::{AckKey, AckToken, ClockLeads, Notification, shifted};

/// The address and the key that acknowledgement links are made of.
#[derive(Debug, Clone)]
pub(crate) struct AckLinks {
    /// The gateway's public address, e.g. `https://alerts.example.com`, without a trailing slash.
    pub(crate) external_url: String,
    /// The key that signs the links.
    pub(crate) key: AckKey,
}

impl AckLinks {
    /// The link for `notification`, which came to be while the time scales had these leads: the same in every
    /// message that tells it. Its lifetime counts by what has passed for certain.
    pub(crate) fn url_for(&self, notification: &Notification, leads: ClockLeads) -> String {
        let token = AckToken::new(notification.id, shifted(notification.owed_at, leads.certain));
        format!("{}/ack/{}", self.external_url, self.key.sign(&token))
    }
}
