//! Mails of boxes that can only mail: the subject is the title, the text the content.
//!
//! A mail cannot say which alarm it ends but by its subject, `[OK] UPS on battery` after `UPS on battery`. So the
//! subject without its marks is the name of the alarm, and the sender its device. The text tells two alarms apart as
//! well, but for readings and times in it: a recorder sends everything under one subject, and its second alarm must not
//! be taken for a repeat of the first.

use fanfare_core::{
    AlarmNaming, Alert, Fingerprint, Identity, Kind, Labels, MarkedText, Mention, Status, StatusBasis,
    keep_lines, one_line, without_readings,
};
use jiff::Timestamp;

use crate::extra::bounded;
use crate::label_lines::line;
use crate::scrub::scrub_text;
use crate::time::{SenderClock, plausible};
use crate::weight::weigh;
use crate::{BodyFault, ReadAlert, Reading, SourceSettings, Unreadable, tkl};

use self::calendar::without_dates;

mod calendar;

/// A mail, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InboundMail {
    /// The subject; empty if there is none.
    pub subject: String,
    /// The text, without markup.
    pub text: String,
    /// The address of the sender, and as whom it is shown; `None` if it names none.
    pub sender: Option<MailSender>,
    /// The time at which it was written, by the sender's clock.
    pub written_at: Option<Timestamp>,
    /// The names of the files in it, which are not kept.
    pub attachments: Vec<String>,
}

/// The sender of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailSender {
    /// The address of the mailbox alone, without a name.
    pub address: String,
    /// The name and the address, as people read them.
    pub shown: String,
}

impl InboundMail {
    /// The mail as one text, for people.
    #[must_use]
    pub fn shown(&self) -> String {
        format!("{}\n\n{}", self.subject, self.text)
    }
}

/// Reads a mail whose text is no body of its source's format.
pub(crate) fn read(
    mail: &InboundMail,
    source: &SourceSettings,
    now: Timestamp,
) -> Result<Reading, Unreadable> {
    let sent = MailWords::of(mail)?;
    let kept = MailWords { name: one_line(&kept(&sent.name)), text: kept(&sent.text), ..sent.clone() };
    let mut labels = kept.labels();
    let fingerprint = Fingerprint::from_labels(&kept.identity())
        .with_identity(Some(Identity::from_labels(&sent.identity())));
    source.labels.iter().for_each(|(name, text)| labels.set(name, text));
    let kind = Kind::Alarm;
    let stated = sent.level.clone().or_else(|| tkl::stated_level(&kept.text));
    let (severity, unknown_level) = weigh(stated.as_deref(), kind, source);
    let clock = SenderClock { now, zone: None };
    let written_at = mail.written_at.and_then(|it| plausible(&it.to_string(), clock));
    let alert = Alert {
        source: source.name.clone(),
        fingerprint,
        kind,
        status: sent.status,
        status_basis: StatusBasis::Words,
        naming: AlarmNaming::Name,
        severity,
        severity_sent: stated,
        labels,
        annotations: annotations(mail, &kept),
        extra: extra(mail),
        mention: Mention::default(),
        starts_at: written_at.unwrap_or(now),
        ends_at: match sent.status {
            Status::Firing => source.text_ends_at(now),
            Status::Resolved => written_at,
        },
        generator_url: None,
    };
    let read = ReadAlert { alert, path: "$".to_owned(), unread: Vec::new(), unknown_level };
    Ok(Reading { alerts: vec![read], ..Reading::default() })
}

/// The words of a mail that its alert is made of.
#[derive(Clone)]
struct MailWords {
    name: String,
    text: String,
    address: String,
    status: Status,
    level: Option<String>,
}

impl MailWords {
    /// The words of `mail`. Without a subject the first line of the text stands for it.
    fn of(mail: &InboundMail) -> Result<Self, Unreadable> {
        let text = mail.text.trim();
        let subject = Some(mail.subject.trim()).filter(|it| !it.is_empty());
        let first = || text.lines().next().filter(|it| !it.trim().is_empty());
        // A recorder may mail nothing but a picture.
        let file = || mail.attachments.first().map(String::as_str);
        let title = subject.or_else(first).or_else(file);
        let Some(title) = title else {
            return Err(Unreadable {
                fault: BodyFault::NotAnAlert,
                path: "$".to_owned(),
                message: "found neither a subject nor a text, expected a mail with one of them".to_owned(),
            });
        };
        let MarkedText { name, status, level } = MarkedText::read(title);
        let status = status.unwrap_or(Status::Firing);
        let address = mail.sender.as_ref().map(|it| it.address.to_lowercase()).unwrap_or_default();
        let text = if subject.is_some() { text } else { text.split_once('\n').map_or("", |(_, rest)| rest) };
        Ok(Self { name, text: text.trim().to_owned(), address, status, level })
    }

    fn labels(&self) -> Labels {
        let mut labels = Labels::default();
        labels.set("alertname", self.name.as_str());
        labels.set("device", bounded(&one_line(&self.address)));
        labels
    }

    /// The labels by which the alarm is known again.
    fn identity(&self) -> Labels {
        let mut identity = Labels::default();
        identity.set("alertname", comparable(&self.name));
        identity.set("device", self.address.as_str());
        identity.set("text", comparable(&self.text));
        identity
    }
}

/// The text without what changes from mail to mail about one alarm.
fn comparable(text: &str) -> String {
    without_readings(&without_dates(&text.to_lowercase()))
}

fn kept(text: &str) -> String {
    bounded(&keep_lines(&scrub_text(text)))
}

/// The texts for people. An end keeps its whole subject, which says that it is one.
fn annotations(mail: &InboundMail, kept: &MailWords) -> Labels {
    let subject = one_line(&bounded(&scrub_text(mail.subject.trim())));
    let files = files(mail);
    let files = Some(files).filter(|it| !it.is_empty()).map(|it| line("attachments", &it));
    let parts = [Some(kept.text.clone()).filter(|it| !it.is_empty()), files];
    let content = parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n");
    let (title, description) = match kept.status {
        Status::Firing if subject.is_empty() => (kept.name.clone(), String::new()),
        Status::Firing => (subject, String::new()),
        Status::Resolved => (kept.name.clone(), subject),
    };
    [("title", title), ("description", description), ("content", content)].into_iter().collect()
}

fn extra(mail: &InboundMail) -> Labels {
    let mut extra = Labels::default();
    let sender = mail.sender.as_ref().map_or("", |it| it.shown.as_str());
    extra.set("mail_from", one_line(&bounded(&scrub_text(sender))));
    extra.set("attachments", files(mail));
    extra
}

fn files(mail: &InboundMail) -> String {
    one_line(&bounded(&scrub_text(&mail.attachments.join(", "))))
}

#[cfg(test)]
mod tests;
