//! The JSON that is posted; its shape stands at the top of the crate.

use fanfare_chat::{capacity, plain, without_links};
use fanfare_core::{
    Acknowledgement, Alert, AlertId, Attempt, ChannelName, Digest, Fingerprint, GroupKey, IdempotencyKey,
    Kind, Labels, MessageForm, Notification, NotificationId, ReceiverName, Severity, SourceName, Status,
    Unless, Why,
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

/// The bytes of the lines in `text` about the other alerts of a group. Ours: a quarter of a body.
const LONGEST_OTHERS: usize = LONGEST_BODY / 4;

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
    incident: AlertId,
    group: &'a GroupKey,
    receiver: &'a ReceiverName,
    why: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    worsened_from: Option<Severity>,
    since: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    ack_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledged_by: Option<&'a Acknowledgement>,
    #[serde(skip_serializing_if = "Option::is_none")]
    escalated: Option<Unless>,
    alerts: Vec<WebhookAlert<'a>>,
    /// The number of alerts for which the body has no room.
    #[serde(skip_serializing_if = "is_zero")]
    more_alerts: usize,
}

/// One alert of a notification's group.
#[derive(Debug, Serialize)]
struct WebhookAlert<'a> {
    id: AlertId,
    kind: Kind,
    status: Status,
    severity: Severity,
    source: &'a SourceName,
    fingerprint: &'a Fingerprint,
    labels: &'a Labels,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<&'a Labels>,
    starts_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generator_url: Option<&'a str>,
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
        let mut message = match attempt.form {
            MessageForm::Full => message,
            MessageForm::Plain => plain(&message),
        };
        // A text longer than that is read by nobody; the alerts themselves follow it.
        message.others.show_within(LONGEST_OTHERS, usize::MAX);
        let mut body = self.body(&message, vec![shown(told, attempt.form)], &attempt.key);
        body.leave_out_alerts();
        body
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
        let mut body = self.body(&message, notifications, key);
        if let [_only] = digest.notifications() {
            body.leave_out_alerts();
        }
        body
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

/// The notification as a body shows it.
fn shown(told: &Notification, form: MessageForm) -> WebhookNotification<'_> {
    let Notification {
        id,
        alert_id,
        incident,
        group,
        receiver,
        why,
        alert,
        others: _,
        since,
        owed_at: _,
        acknowledged_by,
        ack_url,
        escalated,
    } = told;
    let (why, worsened_from) = why_words(*why);
    let worst = shown_alert(*alert_id, alert, form);
    let others = told.others_worst_first().into_iter().map(|it| shown_alert(it.id, &it.alert, form));
    WebhookNotification {
        id: *id,
        incident: *incident,
        group,
        receiver,
        why,
        worsened_from,
        since: *since,
        ack_url: in_full(ack_url.as_deref(), form),
        acknowledged_by: acknowledged_by.as_ref(),
        escalated: *escalated,
        alerts: [worst].into_iter().chain(others).collect(),
        more_alerts: 0,
    }
}

/// The alert as a body shows it. The plain form leaves out what a receiver may have
/// refused: the sender's own texts and links.
fn shown_alert(id: AlertId, alert: &Alert, form: MessageForm) -> WebhookAlert<'_> {
    WebhookAlert {
        id,
        kind: alert.kind,
        status: alert.status,
        severity: alert.severity,
        source: &alert.source,
        fingerprint: &alert.fingerprint,
        labels: &alert.labels,
        annotations: in_full(Some(&alert.annotations), form),
        starts_at: alert.starts_at,
        ends_at: alert.ends_at,
        generator_url: in_full(alert.generator_url.as_deref(), form),
    }
}

/// `part` in the full form, and nothing in the plain one.
fn in_full<T>(part: Option<T>, form: MessageForm) -> Option<T> {
    match form {
        MessageForm::Full => part,
        MessageForm::Plain => None,
    }
}

fn is_zero(number: &usize) -> bool {
    *number == 0
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

impl WebhookBody<'_> {
    /// Leaves out and counts the last alerts of a group for which there is no room. The worst
    /// alert stays, however long it is.
    fn leave_out_alerts(&mut self) {
        loop {
            let excess = length(self).saturating_sub(LONGEST_BODY);
            let Some(told) = self.notifications.last_mut().filter(|it| excess > 0 && it.alerts.len() > 1)
            else {
                return;
            };
            let mut freed = 0;
            while freed < excess && told.alerts.len() > 1 {
                freed += told.alerts.pop().map_or(0, |it| length(&it));
                told.more_alerts += 1;
            }
        }
    }
}

/// The bytes of `part` as it is posted.
fn length(part: &impl Serialize) -> usize {
    serde_json::to_vec(part).map_or(0, |json| json.len())
}

#[cfg(test)]
mod tests;
