//! The mail itself.

use std::time::SystemTime;

use fanfare_core::{
    Attempt, ChannelName, Fact, Form, Message, Notification, SendError, Severity, Style, Why, cut_to_bytes,
    one_line,
};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{MessageBuilder, MultiPart, SinglePart};

use crate::addresses::Addresses;
use crate::html;
use crate::thread::Thread;

/// A line of a phone's list of mails shows a quarter of it; RFC 5322 §2.1.1 would allow 998.
const MAX_SUBJECT: usize = 240;

// Gmail cuts a page off after some 100 KB. Escaping makes a byte six at most, so the page
// stays below 6 * (240 + 12 * 600 + 7,000 + 1,000) bytes of text and 4,000 of its own.
/// The longest fact shown, of about twelve.
const MAX_FACT: usize = 600;
/// The longest part of the sender's own text shown.
const MAX_CONTENT: usize = 7_000;
/// A longer link would be a broken one if it were cut; it is left out.
const MAX_LINK: usize = 1_000;

/// The same of a mail in plain form.
const MAX_PLAIN_CONTENT: usize = 1_000;

/// The mail that carries `notification`, ready to be handed in.
///
/// It is the same to the byte in every attempt of one form: its ids, its date and
/// the line between its parts come from the delivery, not from the moment.
pub(crate) fn write(
    addresses: &Addresses,
    channel: &ChannelName,
    style: &Style,
    notification: &Notification,
    attempt: &Attempt,
) -> Result<Vec<u8>, SendError> {
    let message = bounded(Message::of(notification, style), attempt.form);
    let thread = Thread::of(notification, attempt, channel, addresses.from.email.domain());
    let head = head(addresses, notification, &thread).subject(subject(&message.title));
    let text = SinglePart::plain(message.to_string());
    let mail = match attempt.form {
        Form::Full => {
            let page = SinglePart::html(html::page(&message, accent(notification)));
            // RFC 2046 §5.1.4: the plainest first, the best last.
            let boundary = format!("=_{}", attempt.key.as_str());
            head.multipart(MultiPart::alternative().boundary(boundary).singlepart(text).singlepart(page))
        }
        Form::Plain => head.singlepart(text),
    };
    mail.map(|mail| mail.formatted())
        .map_err(|err| SendError::Unsendable { reason: format!("cannot be written as a mail: {err}") })
}

/// Every header but the subject and the content's own. Typed, or constant: no
/// text of an alert is ever joined into one.
fn head(addresses: &Addresses, notification: &Notification, thread: &Thread) -> MessageBuilder {
    let Thread { id, root } = thread;
    let mut head = lettre::Message::builder()
        .from(addresses.from.clone())
        .mailbox(lettre::message::header::To::from(addresses.shown()))
        .date(written_at(notification))
        .message_id(Some(id.clone()))
        // RFC 3834 §5: nobody's vacation responder or ticket system answers; Exchange has words of its own for it.
        .raw_header(fixed("Auto-Submitted", "auto-generated"))
        .raw_header(fixed("X-Auto-Response-Suppress", "OOF, AutoReply"));
    if let Some(reply_to) = &addresses.reply_to {
        head = head.reply_to(reply_to.clone());
    }
    if let Some(root) = root {
        head = head.in_reply_to(root.clone()).references(root.clone());
    }
    if notification.alert.severity == Severity::Urgent && notification.why != Why::Resolved {
        head = head.raw_header(fixed("Importance", "high")).raw_header(fixed("X-Priority", "1"));
    }
    head
}

fn fixed(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// "The date and time at which the creator of the message indicated that the
/// message was complete and ready to enter the mail delivery system" (RFC 5322
/// §3.6.1): when we decided to tell it, however long the way to the server took.
fn written_at(notification: &Notification) -> SystemTime {
    SystemTime::from(notification.owed_at).max(SystemTime::UNIX_EPOCH) // lettre cannot write earlier dates.
}

/// The title on one line. What looks like an encoded word (RFC 2047) is broken
/// up, or a mail program would show something else than was sent.
fn subject(title: &str) -> String {
    cut_to_bytes(&one_line(title).replace("=?", "= ?"), MAX_SUBJECT, "…")
}

/// `message` without what a mail cannot carry, and within bounds.
fn bounded(message: Message, form: Form) -> Message {
    let Message { title, facts, content, link } = message;
    let max_content = match form {
        Form::Full => MAX_CONTENT,
        Form::Plain => MAX_PLAIN_CONTENT,
    };
    let fact = |Fact { name, text }| Fact { name, text: cut_to_bytes(&one_line(&text), MAX_FACT, "…") };
    Message {
        title: cut_to_bytes(&one_line(&title), MAX_SUBJECT, "…"),
        facts: facts.into_iter().map(fact).collect(),
        content: content.map(|text| cut_to_bytes(&printable(&text), max_content, "…")),
        link: link.map(|link| one_line(&link)).filter(|link| link.len() <= MAX_LINK && form == Form::Full),
    }
}

/// `text` without control characters, its lines ended by `\n` alone.
fn printable(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace(|c: char| c.is_control() && c != '\n' && c != '\t', "")
}

/// The colour of the heading.
fn accent(notification: &Notification) -> &'static str {
    match (notification.why, notification.alert.severity) {
        (Why::Resolved, _) => "#2e7d32",
        (_, Severity::Urgent) => "#b71c1c",
        (_, Severity::High) => "#e65100",
        (_, Severity::Mid) => "#f9a825",
        (_, Severity::Low) => "#546e7a",
    }
}

#[cfg(test)]
mod tests;
