//! The JSON that is posted; its shape stands at the top of the crate.

use fanfare_chat::{capacity, plain, without_links};
use fanfare_core::{
    Acknowledgement, AlertId, Attempt, ChannelName, Digest, Fingerprint, IdempotencyKey, Kind, Labels,
    MessageForm, Notification, NotificationId, ReceiverName, Severity, SourceName, Status, Unless, Why,
};
use fanfare_words::{Message, Renderer};
use jiff::Timestamp;
use serde::Serialize;

/// The version of the shape. It grows by fields that may be ignored; a change of the
/// meaning of a field would be another version.
const VERSION: &str = "1";

/// The most bytes of a digest's body. Ours: servers commonly take 1 MiB (nginx), and a
/// person reads no more than that in one message.
const LONGEST_BODY: usize = 256 * 1024;

/// The body of one message.
#[derive(Debug, Serialize)]
pub(crate) struct WebhookBody<'a> {
    version: &'static str,
    id: &'a str,
    channel: &'a str,
    title: String,
    text: String,
    notifications: Vec<WebhookNotification<'a>>,
}

/// One notification in a message.
#[derive(Debug, Serialize)]
struct WebhookNotification<'a> {
    id: NotificationId,
    alert_id: AlertId,
    incident: AlertId,
    receiver: &'a ReceiverName,
    why: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    worsened_from: Option<Severity>,
    kind: Kind,
    status: Status,
    severity: Severity,
    source: &'a SourceName,
    fingerprint: &'a Fingerprint,
    labels: &'a Labels,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<&'a Labels>,
    since: Timestamp,
    starts_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    generator_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ack_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledged_by: Option<&'a Acknowledgement>,
    #[serde(skip_serializing_if = "Option::is_none")]
    escalated: Option<Unless>,
}

/// The writer of a channel's bodies.
#[derive(Debug)]
pub(crate) struct BodyWriter {
    pub(crate) channel: ChannelName,
    pub(crate) renderer: Renderer,
}

impl BodyWriter {
    /// The body about one notification.
    pub(crate) fn notification<'a>(
        &'a self,
        told: &'a Notification,
        attempt: &'a Attempt,
    ) -> WebhookBody<'a> {
        let message = self.renderer.notification(told);
        let message = match attempt.form {
            MessageForm::Full => message,
            MessageForm::Plain => plain(&message),
        };
        self.body(&message, vec![shown(told, attempt.form)], &attempt.key)
    }

    /// The body about all of a digest.
    pub(crate) fn digest<'a>(
        &'a self,
        digest: &'a Digest,
        form: MessageForm,
        key: &'a IdempotencyKey,
    ) -> WebhookBody<'a> {
        let message = self.renderer.digest(digest);
        let message = match form {
            MessageForm::Full => message,
            MessageForm::Plain => without_links(&message),
        };
        let notifications = digest.notifications().iter().map(|it| shown(it, form)).collect();
        self.body(&message, notifications, key)
    }

    /// The notifications of `digest`, from the first on, that one body carries.
    pub(crate) fn capacity(&self, digest: &Digest) -> usize {
        let some_key = IdempotencyKey::new(&[]);
        capacity(digest, |digest, form| length(&self.digest(digest, form, &some_key)) <= LONGEST_BODY)
    }

    fn body<'a>(
        &'a self,
        message: &Message,
        notifications: Vec<WebhookNotification<'a>>,
        key: &'a IdempotencyKey,
    ) -> WebhookBody<'a> {
        WebhookBody {
            version: VERSION,
            id: key.as_str(),
            channel: self.channel.as_str(),
            title: message.title.clone(),
            text: message.to_string(),
            notifications,
        }
    }
}

/// The notification as a body shows it. The plain form leaves out what a receiver may have
/// refused: the sender's own texts and links.
fn shown(told: &Notification, form: MessageForm) -> WebhookNotification<'_> {
    let Notification {
        id,
        alert_id,
        incident,
        receiver,
        why,
        alert,
        since,
        owed_at: _,
        acknowledged_by,
        ack_url,
        escalated,
        // The text tells of the other alerts of a group.
        group: _,
        others: _,
    } = told;
    let is_full = match form {
        MessageForm::Full => true,
        MessageForm::Plain => false,
    };
    let (why, worsened_from) = why_words(*why);
    WebhookNotification {
        id: *id,
        alert_id: *alert_id,
        incident: *incident,
        receiver,
        why,
        worsened_from,
        kind: alert.kind,
        status: alert.status,
        severity: alert.severity,
        source: &alert.source,
        fingerprint: &alert.fingerprint,
        labels: &alert.labels,
        annotations: is_full.then_some(&alert.annotations),
        since: *since,
        starts_at: alert.starts_at,
        generator_url: alert.generator_url.as_deref().filter(|_| is_full),
        ack_url: ack_url.as_deref().filter(|_| is_full),
        acknowledged_by: acknowledged_by.as_ref(),
        escalated: *escalated,
    }
}

/// The word for the reason of a notification, and the severity before it got worse.
fn why_words(why: Why) -> (&'static str, Option<Severity>) {
    match why {
        Why::Started => ("started", None),
        Why::Worsened { from } => ("worsened", Some(from)),
        Why::StillFiring => ("still_firing", None),
        Why::Acknowledged => ("acknowledged", None),
        Why::Resolved => ("resolved", None),
        Why::Notice => ("notice", None),
    }
}

/// The bytes of `body` as it is posted.
fn length(body: &WebhookBody<'_>) -> usize {
    serde_json::to_vec(body).map_or(0, |json| json.len())
}

#[cfg(test)]
mod tests;
