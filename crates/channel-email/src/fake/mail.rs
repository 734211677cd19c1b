//! The content of a mail, and the checks it must pass.

use fanfare_sandbox::{MailFacts, ShownMessage};
use mail_parser::{MessageParser, MimeHeaders};

use super::envelope::MailEnvelope;
use super::reply::ServerReply;

/// Fields a mail has exactly once, by RFC 5322 and by the checks of providers.
const ONCE: [&str; 4] = ["From", "Date", "Subject", "Message-ID"];

/// Fields a mail has at most once (RFC 5322, section 3.6).
const AT_MOST_ONCE: [&str; 7] =
    ["To", "Cc", "Reply-To", "Sender", "In-Reply-To", "References", "MIME-Version"];

/// Characters of an encoded word (RFC 2047, section 2).
const ENCODED_WORD: usize = 75;

/// A mail that is taken.
pub(super) struct InspectedMail {
    pub(super) shown: ShownMessage,
    /// Flaws for which no server refuses it, but over which readers or filters stumble.
    pub(super) flaws: Vec<String>,
}

/// Reads a mail whose line ends are right.
pub(super) fn inspect(bytes: &[u8], envelope: &MailEnvelope) -> Result<InspectedMail, ServerReply> {
    let (head, body) = split(bytes);
    let headers = fields(head)?;
    check_counts(&headers)?;
    if !head.is_ascii() && !envelope.is_utf8() {
        return Err(ServerReply::new(554, "5.6.7 Header with 8-bit characters, and no SMTPUTF8"));
    }
    if !body.is_ascii() && !envelope.is_eight_bit() {
        return Err(ServerReply::new(554, "5.6.1 8-bit body, and no BODY=8BITMIME"));
    }
    let unreadable = || ServerReply::new(554, "5.6.0 Message cannot be read");
    let message = MessageParser::default().parse(bytes).ok_or_else(unreadable)?;
    let mut flaws = header_flaws(&headers);
    if html_stands_before_text(&message) {
        flaws.push("the HTML part stands before the text".to_owned());
    }
    let shown = ShownMessage {
        form: "mail".to_owned(),
        title: message.subject().unwrap_or_default().to_owned(),
        text: message.body_text(0).unwrap_or_default().trim_end().to_owned(),
        recipients: envelope.recipients.clone(),
        id: message.message_id().map(|id| format!("<{id}>")),
        mail: Some(MailFacts { sender: envelope.sender.clone(), html: html(&message), headers }),
        ..ShownMessage::default()
    };
    Ok(InspectedMail { shown, flaws })
}

fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    end.map_or((bytes, &[]), |end| (&bytes[..end + 2], &bytes[end + 4..]))
}

/// The header fields unfolded.
fn fields(head: &[u8]) -> Result<Vec<(String, String)>, ServerReply> {
    let malformed = || ServerReply::new(554, "5.6.0 Malformed header");
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in String::from_utf8_lossy(head).split_terminator("\r\n") {
        if line.starts_with([' ', '\t']) {
            fields.last_mut().ok_or_else(malformed)?.1.push_str(line);
            continue;
        }
        let (name, value) = line.split_once(':').ok_or_else(malformed)?;
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(malformed());
        }
        fields.push((name.to_owned(), value.trim().to_owned()));
    }
    Ok(fields)
}

fn check_counts(headers: &[(String, String)]) -> Result<(), ServerReply> {
    let count = |name: &str| headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name)).count();
    if let Some(name) = ONCE.iter().find(|name| count(name) != 1) {
        return Err(ServerReply::new(550, &format!("5.7.1 Message must have exactly one {name} header")));
    }
    if let Some(name) = AT_MOST_ONCE.iter().find(|name| count(name) > 1) {
        return Err(ServerReply::new(550, &format!("5.7.1 Message has several {name} headers")));
    }
    Ok(())
}

fn header_flaws(headers: &[(String, String)]) -> Vec<String> {
    let mut flaws = Vec::new();
    for (name, value) in headers {
        if name.eq_ignore_ascii_case("Bcc") {
            flaws.push("the Bcc header tells the blind copies".to_owned());
        }
        let is_encoded = |word: &&str| word.starts_with("=?") && word.ends_with("?=");
        if value.split_whitespace().filter(is_encoded).any(|word| word.len() > ENCODED_WORD) {
            flaws.push(format!("{name} has an encoded word of more than {ENCODED_WORD} characters"));
        }
    }
    flaws
}

/// "The last part is the best choice" (RFC 2046, section 5.1.4).
fn html_stands_before_text(message: &mail_parser::Message<'_>) -> bool {
    let position = |subtype: &str| {
        message.parts.iter().position(|part| {
            part.content_type().is_some_and(|it| it.ctype() == "text" && it.subtype() == Some(subtype))
        })
    };
    matches!((position("plain"), position("html")), (Some(plain), Some(html)) if html < plain)
}

fn html(message: &mail_parser::Message<'_>) -> Option<String> {
    let is_html = |it: &mail_parser::ContentType<'_>| it.ctype() == "text" && it.subtype() == Some("html");
    let mut parts = message.parts.iter();
    let part = parts.find(|part| part.content_type().is_some_and(is_html))?;
    part.text_contents().map(str::to_owned)
}
