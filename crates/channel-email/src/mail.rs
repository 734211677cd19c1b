//! The mail itself.

mod html;
mod message_id;

use std::time::SystemTime;

use fanfare_core::{
    Attempt, ChannelName, Digest, MessageForm, Notification, SendError, Severity, Why, cut_to_bytes, one_line,
};
use fanfare_words::{Fact, Message, Renderer};
use jiff::Timestamp;
use lettre::message::header::{Header as _, HeaderName, HeaderValue, Headers, To};
use lettre::message::{Mailboxes, MessageBuilder, MultiPart, SinglePart};

use self::message_id::MessageIds;
use crate::addresses::Addresses;

/// A line of a phone's list of mails shows a quarter of it; RFC 5322 §2.1.1 would allow 998.
const MAX_SUBJECT: usize = 240;

/// Gmail cuts a page off after some 100 KB.
const MAX_PAGE: usize = 100_000;

// Escaping makes a byte six at most. Of about thirteen facts seven are others' words, so the
// page stays below 6 * (240 + 7 * 600 + 6 * 100 + 7,000 + 2 * 1,000) bytes of text and 5,000 of its own.
/// The longest fact shown of one notification.
const MAX_FACT: usize = 600;
/// The longest part of the sender's own text shown.
const MAX_CONTENT: usize = 7_000;
/// A longer link would be a broken one if it were cut; it is left out.
const MAX_LINK: usize = 1_000;

/// The same of a mail in plain form.
const MAX_PLAIN_CONTENT: usize = 1_000;

/// The bytes of a page that one byte of a text becomes at most, `&quot;`.
const LONGEST_ESCAPE: usize = 6;

/// The most lines of a digest or a group. Our choice: nobody reads more in one mail.
const MAX_LINES: usize = 200;

/// The content of a mail, before it is written.
struct MailDraft {
    message: Message,
    ids: MessageIds,
    /// The time at which the gateway decided to send it.
    owed_at: Timestamp,
    /// The worst severity still open; `None` once all is over.
    shown_severity: Option<Severity>,
}

/// The mail that carries `notification`, ready to be handed in.
///
/// It is the same to the byte in every attempt of one form: its ids, its date and
/// the line between its parts come from the delivery, not from the moment.
pub(crate) fn write(
    addresses: &Addresses,
    channel: &ChannelName,
    renderer: &Renderer,
    notification: &Notification,
    attempt: &Attempt,
) -> Result<Vec<u8>, SendError> {
    let draft = MailDraft {
        message: within_page(bounded(renderer.notification(notification), attempt.form)),
        ids: MessageIds::from_notification(notification, attempt, channel, addresses.from.email.domain()),
        owed_at: notification.owed_at,
        shown_severity: shown_severity(notification),
    };
    draft.write(addresses, attempt)
}

/// The mail that carries all of `digest`; within its [`capacity`] nothing of it is cut.
/// It is the same in every attempt, too.
pub(crate) fn write_digest(
    addresses: &Addresses,
    renderer: &Renderer,
    digest: &Digest,
    attempt: &Attempt,
) -> Result<Vec<u8>, SendError> {
    let told = digest.notifications();
    let draft = MailDraft {
        message: bounded_digest(renderer.digest(digest), attempt.form),
        ids: MessageIds::from_digest(attempt, addresses.from.email.domain()),
        owed_at: told.iter().map(|it| it.owed_at).max().unwrap_or_default(),
        shown_severity: told.iter().map(|it| shown_severity(it)).max().flatten(),
    };
    draft.write(addresses, attempt)
}

/// The notifications of `digest`, from the first on, that one mail shows to the end.
pub(crate) fn capacity(renderer: &Renderer, digest: &Digest) -> usize {
    digest.how_many(|digest| {
        let message = bounded_digest(renderer.digest(digest), MessageForm::Full);
        message.facts.len() <= MAX_LINES && html::page(&message, heading_colour(None)).len() <= MAX_PAGE
    })
}

impl MailDraft {
    fn write(&self, addresses: &Addresses, attempt: &Attempt) -> Result<Vec<u8>, SendError> {
        let Self { message, ids: _, owed_at: _, shown_severity } = self;
        let head = self.head(addresses).subject(subject(&message.title));
        let text = SinglePart::plain(message.to_string());
        let mail = match attempt.form {
            MessageForm::Full => {
                let page = SinglePart::html(html::page(message, heading_colour(*shown_severity)));
                // RFC 2046 §5.1.4: the plainest first, the best last.
                let boundary = format!("=_{}", attempt.key.as_str());
                head.multipart(MultiPart::alternative().boundary(boundary).singlepart(text).singlepart(page))
            }
            MessageForm::Plain => head.singlepart(text),
        };
        mail.map(|mail| mail.formatted())
            .map_err(|err| SendError::Unsendable { reason: format!("cannot be written as a mail: {err}") })
    }

    /// Every header but the subject and the content's own. Typed, or constant: no
    /// text of an alert is ever joined into one.
    fn head(&self, addresses: &Addresses) -> MessageBuilder {
        let Self { message: _, ids: MessageIds { id, root }, owed_at, shown_severity } = self;
        let mut head = lettre::Message::builder()
            .from(addresses.from.clone())
            .raw_header(folded(addresses.shown()))
            .date(written_at(*owed_at))
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
        if *shown_severity == Some(Severity::Urgent) {
            head = head.raw_header(fixed("Importance", "high")).raw_header(fixed("X-Priority", "1"));
        }
        head
    }
}

/// The header `To`, with one address on each line if they do not fit into one: lettre folds names
/// but no addresses, and servers refuse a line of more than 998 bytes (RFC 5322 §2.1.1).
fn folded(to: Mailboxes) -> HeaderValue {
    let raw = to.to_string();
    let mut headers = Headers::new();
    headers.set(To::from(to));
    let header = headers.to_string();
    let value = header.trim_start_matches("To: ").trim_end();
    // A name with a comma in it is encoded.
    let lines = if header.len() > LINE { value.replace(", ", ",\r\n ") } else { value.to_owned() };
    HeaderValue::dangerous_new_pre_encoded(To::name(), raw, lines)
}

/// "Each line of characters … SHOULD be no more than 78 characters, excluding the CRLF" (RFC 5322 §2.1.1).
const LINE: usize = 78 + "\r\n".len();

fn fixed(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// "The date and time at which the creator of the message indicated that the
/// message was complete and ready to enter the mail delivery system" (RFC 5322
/// §3.6.1): when we decided to tell it, however long the way to the server took.
fn written_at(owed_at: Timestamp) -> SystemTime {
    SystemTime::from(owed_at).max(SystemTime::UNIX_EPOCH) // lettre cannot write earlier dates.
}

/// The title on one line. What looks like an encoded word (RFC 2047) is broken
/// up, or a mail program would show something else than was sent.
fn subject(title: &str) -> String {
    cut_to_bytes(&one_line(title).replace("=?", "= ?"), MAX_SUBJECT, "…")
}

/// `message` without what a mail cannot carry, and within bounds.
///
/// In plain form a fact that leads somewhere, the invitation to acknowledge, is left
/// out: without its link it would only say that somebody takes care.
fn bounded(message: Message, form: MessageForm) -> Message {
    let Message { title, facts, others, content, link } = message;
    let max_content = match form {
        MessageForm::Full => MAX_CONTENT,
        MessageForm::Plain => MAX_PLAIN_CONTENT,
    };
    let fact = |Fact { name, text, link }| {
        let text = cut_to_bytes(&one_line(&text), MAX_FACT, "…");
        Fact { name, text, link: bounded_link(link, form) }
    };
    Message {
        title: bounded_title(&title),
        facts: facts
            .into_iter()
            .filter(|it| form == MessageForm::Full || it.link.is_none())
            .map(fact)
            .collect(),
        others: others.map_lines(fact),
        content: content.map(|text| cut_to_bytes(&printable(&text), max_content, "…")),
        link: bounded_link(link, form),
    }
}

/// The same of a digest, whose lines are all shown, and to the end: it has no more
/// than its [`capacity`] lets it have.
fn bounded_digest(message: Message, form: MessageForm) -> Message {
    let Message { title, facts, others, content, link } = message;
    let fact =
        |Fact { name, text, link }| Fact { name, text: one_line(&text), link: bounded_link(link, form) };
    Message {
        title: bounded_title(&title),
        facts: facts.into_iter().map(fact).collect(),
        others,
        content,
        link,
    }
}

/// `message` with as many of the other alerts of its group as a page has room for.
fn within_page(mut message: Message) -> Message {
    message.others.show_at_most(MAX_LINES);
    loop {
        let excess = html::page(&message, heading_colour(None)).len().saturating_sub(MAX_PAGE);
        // Markup and escaping make a text several times as long: fewer at a time miss no room.
        if excess == 0 || !message.others.leave_out(excess / LONGEST_ESCAPE) {
            return message;
        }
    }
}

fn bounded_title(title: &str) -> String {
    cut_to_bytes(&one_line(title), MAX_SUBJECT, "…")
}

fn bounded_link(link: Option<String>, form: MessageForm) -> Option<String> {
    link.map(|link| one_line(&link)).filter(|link| link.len() <= MAX_LINK && form == MessageForm::Full)
}

/// `text` without control characters, its lines ended by `\n` alone.
fn printable(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace(|c: char| c.is_control() && c != '\n' && c != '\t', "")
}

/// The severity that the mail shows: none if over, low if taken care of, else the alert's.
fn shown_severity(notification: &Notification) -> Option<Severity> {
    match notification.why {
        Why::Resolved => None,
        Why::Acknowledged => Some(Severity::Low),
        Why::Started | Why::Worsened { .. } | Why::StillFiring | Why::Notice => {
            Some(notification.alert.severity)
        }
    }
}

/// The colour of the heading.
fn heading_colour(shown_severity: Option<Severity>) -> &'static str {
    match shown_severity {
        None => "#2e7d32",
        Some(Severity::Urgent) => "#b71c1c",
        Some(Severity::High) => "#e65100",
        Some(Severity::Mid) => "#f9a825",
        Some(Severity::Low) => "#546e7a",
    }
}

#[cfg(test)]
mod tests;
