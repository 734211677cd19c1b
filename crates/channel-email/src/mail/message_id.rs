//! The `Message-ID` of a mail, and of the mail that it follows.

use fanfare_core::{Attempt, ChannelName, Kind, Notification, Why, stable_hash};

/// The ids of a mail and of the mail that it follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MessageIds {
    /// The mail's own `Message-ID`: the same in every attempt, so that a repeat
    /// after a lost answer can be recognised.
    pub(crate) id: String,
    /// The `Message-ID` of the incident's first mail, on every later one.
    pub(crate) root: Option<String>,
}

impl MessageIds {
    /// The ids of `notification`'s mail through `channel`, from an address of `domain`.
    ///
    /// No two mails share an id. A delivery's key is its own, and so is the id
    /// made of it. The id of a first mail must be known to the later ones, who
    /// know only the incident: it is made of what names that mail alone. A
    /// receiver is told once that an incident started, by one delivery through
    /// each channel; `since` tells apart what two stores number alike.
    pub(crate) fn from_notification(
        notification: &Notification,
        attempt: &Attempt,
        channel: &ChannelName,
        domain: &str,
    ) -> Self {
        let Notification { incident, receiver, since, why, alert, .. } = notification;
        let own = own_id(attempt, domain);
        let first = stable_hash(&[
            "the first mail of an incident",
            &incident.to_string(),
            receiver.as_str(),
            channel.as_str(),
            &since.to_string(),
            domain,
        ]);
        let first = format!("<incident-{}@{domain}>", first);
        match why {
            Why::Started => Self { id: first, root: None },
            Why::Worsened { .. } | Why::StillFiring | Why::Resolved => Self { id: own, root: Some(first) },
            // A message to pass on belongs to no incident.
            Why::Notice => Self { id: own, root: None },
            Why::Acknowledged => match alert.kind {
                Kind::Alarm => Self { id: own, root: Some(first) },
                Kind::Notice => Self { id: own, root: None },
            },
        }
    }

    /// The ids of a mail that tells of many incidents and so hangs below none.
    pub(crate) fn from_digest(attempt: &Attempt, domain: &str) -> Self {
        Self { id: own_id(attempt, domain), root: None }
    }
}

fn own_id(attempt: &Attempt, domain: &str) -> String {
    format!("<{}@{domain}>", attempt.key.as_str())
}

#[cfg(test)]
mod tests;
