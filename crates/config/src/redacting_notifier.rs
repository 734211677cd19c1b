//! A channel whose messages hold no personal data and no internal addresses.

use std::sync::Arc;

use async_trait::async_trait;
use fanfare_core::{Attempt, Digest, GroupedAlert, Limits, Notification, Notifier, Receipt, SendError};
use fanfare_sources::redact_everywhere;
use jiff::SignedDuration;

#[cfg(test)]
mod tests;

/// A notifier that is handed every notification without personal data and internal addresses.
#[derive(Debug)]
pub(crate) struct RedactingNotifier {
    inner: Arc<dyn Notifier>,
}

impl RedactingNotifier {
    /// The notifier `inner`, which hears nothing private any more.
    pub(crate) fn new(inner: Arc<dyn Notifier>) -> Self {
        Self { inner }
    }
}

#[async_trait]
impl Notifier for RedactingNotifier {
    async fn notify(&self, notification: &Notification, attempt: &Attempt) -> Result<Receipt, SendError> {
        self.inner.notify(&redacted(notification), attempt).await
    }

    async fn digest(&self, digest: &Digest, attempt: &Attempt) -> Result<Receipt, SendError> {
        self.inner.digest(&redacted_digest(digest), attempt).await
    }

    fn capacity(&self, digest: &Digest) -> usize {
        self.inner.capacity(&redacted_digest(digest))
    }

    fn limits(&self) -> Limits {
        self.inner.limits()
    }

    fn clock_offset(&self) -> Option<SignedDuration> {
        self.inner.clock_offset()
    }
}

fn redacted_digest(digest: &Digest) -> Digest {
    let parts = digest.notifications().iter().map(|it| Arc::new(redacted(it))).collect();
    // None only of an empty one, which there is not.
    Digest::new(parts).unwrap_or_else(|| digest.clone())
}

/// The notification as people may read it. What addresses it stays: who is mentioned, and the link to acknowledge.
fn redacted(notification: &Notification) -> Notification {
    let mut clean = notification.clone();
    redact_everywhere(Arc::make_mut(&mut clean.alert));
    for GroupedAlert { id: _, alert } in &mut clean.others {
        redact_everywhere(Arc::make_mut(alert));
    }
    clean
}
