//! Mails decoded: headers, character sets, markup and files (RFC 5322, 2045 to 2047, 2231).

mod charset;
mod markup;

use fanfare_sources::{InboundMail, MailSender};
use jiff::Timestamp;
use mail_parser::{
    Address, Encoding, HeaderName, Message, MessageParser, MessagePart, MimeHeaders as _, PartType,
};

use self::charset::{decoded_text, in_utf8};
use self::markup::text_of_html;

/// A mail, and what tells it from another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DecodedMail {
    pub(crate) mail: InboundMail,
    /// The identification of the mail and its time, as its sender wrote them; `None` unless both were written.
    pub(crate) identity: Option<String>,
    /// The servers that have handed it on.
    pub(crate) hops: usize,
    /// A program answers a mail of ours: nobody has an alert for us.
    pub(crate) is_automatic_reply: bool,
}

/// The mail that these bytes are, as the formats of sources read it; `None` if nothing of it can be told apart from its
/// text.
#[must_use]
pub fn inbound_mail(raw: &[u8]) -> Option<InboundMail> {
    decode(raw).map(|it| it.mail)
}

/// Decodes a mail; `None` if nothing of it can be told apart from its text.
pub(crate) fn decode(raw: &[u8]) -> Option<DecodedMail> {
    let raw = in_utf8(raw);
    let message = MessageParser::default().parse(raw.as_ref())?;
    let text = body_text(&message);
    let mail = InboundMail {
        subject: message.subject().unwrap_or_default().trim().to_owned(),
        text,
        sender: message.from().or(message.sender()).and_then(sender),
        written_at: message.date().and_then(|it| Timestamp::from_second(it.to_timestamp()).ok()),
        attachments: message
            .attachments()
            .map(|it| it.attachment_name().unwrap_or("unnamed").to_owned())
            .collect(),
    };
    let date = message.header_raw(HeaderName::Date);
    let identity = message.message_id().zip(date).map(|(id, date)| format!("{id}\n{}", date.trim()));
    let replies = message.header_raw("Auto-Submitted").unwrap_or_default().trim_ascii().to_ascii_lowercase();
    Some(DecodedMail {
        mail,
        identity,
        hops: message.headers().iter().filter(|it| it.name == HeaderName::Received).count(),
        is_automatic_reply: replies.starts_with("auto-replied"),
    })
}

/// The text of a mail: that which is meant for reading without markup, or else that with, without its markup.
fn body_text(message: &Message<'_>) -> String {
    let joined = |parts: Vec<String>| parts.join("\n\n").trim().to_owned();
    let plain = joined(message.text_bodies().filter_map(|it| part_text(message, it)).collect());
    if !plain.is_empty() {
        return plain;
    }
    joined(message.html_bodies().filter_map(|it| part_text(message, it)).collect())
}

fn part_text(message: &Message<'_>, part: &MessagePart<'_>) -> Option<String> {
    let text = |text: &str| undeclared_text(message, part, text).unwrap_or_else(|| text.to_owned());
    match &part.body {
        PartType::Text(found) => Some(text(found)),
        PartType::Html(found) => Some(text_of_html(&text(found))),
        PartType::Binary(_) | PartType::InlineBinary(_) | PartType::Message(_) | PartType::Multipart(_) => {
            None
        }
    }
}

/// The text of a part that states no character set, or a wrong one, and is not UTF-8.
fn undeclared_text(message: &Message<'_>, part: &MessagePart<'_>, found: &str) -> Option<String> {
    if !found.contains(char::REPLACEMENT_CHARACTER) {
        return None;
    }
    let stated = part.content_type().and_then(|it| it.attribute("charset")).unwrap_or("us-ascii");
    if !["us-ascii", "ascii", "utf-8", "utf8"].contains(&stated.to_ascii_lowercase().as_str()) {
        return None;
    }
    let (start, end) = (usize::try_from(part.offset_body).ok()?, usize::try_from(part.offset_end).ok()?);
    let sent = message.raw_message.get(start..end)?;
    let bytes = match part.encoding {
        Encoding::None => sent.to_vec(),
        Encoding::QuotedPrintable => mail_parser::decoders::quoted_printable::quoted_printable_decode(sent)?,
        Encoding::Base64 => mail_parser::decoders::base64::base64_decode(sent)?,
    };
    decoded_text(&bytes)
}

fn sender(address: &Address<'_>) -> Option<MailSender> {
    let first = address.first()?;
    let mailbox = first.address()?.trim();
    let name = first.name().unwrap_or_default().trim();
    let shown = if name.is_empty() { mailbox.to_owned() } else { format!("{name} <{mailbox}>") };
    Some(MailSender { address: mailbox.to_owned(), shown })
}

#[cfg(test)]
mod tests;
