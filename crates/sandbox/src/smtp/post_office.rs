//! The logins of the mail server, and who may write to whom.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::account::Mailbox;
use crate::rules::SmtpRules;
use crate::target::Target;
use crate::window::Window;

/// All logins.
pub(crate) struct PostOffice {
    boxes: Vec<KnownBox>,
    per_recipient_and_hour: Option<usize>,
    recipients: HashMap<String, Window>,
}

struct KnownBox {
    target: Target,
    mailbox: Mailbox,
}

/// One of the logins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BoxNumber(usize);

/// Why an address gets no mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoMail {
    /// Nobody is called like that.
    Unknown,
    /// It has had enough for this hour.
    Enough,
}

impl PostOffice {
    pub(crate) fn new(rules: &SmtpRules) -> Self {
        let per_recipient_and_hour = rules.mails_per_recipient_and_hour;
        Self { boxes: Vec::new(), per_recipient_and_hour, recipients: HashMap::new() }
    }

    /// A login; if it is known already, another name for it.
    pub(crate) fn add(&mut self, name: String, audience: Vec<String>, mailbox: Mailbox) {
        match self.boxes.iter_mut().find(|known| known.mailbox.login == mailbox.login) {
            Some(known) => {
                known.target.add(name, audience);
                known.mailbox.senders.widen(mailbox.senders);
                known.mailbox.recipients.widen(mailbox.recipients);
            }
            None => self.boxes.push(KnownBox { target: Target::new(name, audience), mailbox }),
        }
    }

    pub(crate) fn targets(&self) -> impl Iterator<Item = &Target> {
        self.boxes.iter().map(|known| &known.target)
    }

    /// The login with this name and password.
    pub(super) fn authenticate(&self, username: &str, password: &str) -> Option<BoxNumber> {
        let is_theirs = |known: &KnownBox| {
            known.mailbox.login.as_ref().is_some_and(|it| it.username == username && it.password == password)
        };
        self.boxes.iter().position(is_theirs).map(BoxNumber)
    }

    /// Who may send as `sender` without a login.
    pub(super) fn open_for(&self, sender: &str) -> Option<BoxNumber> {
        let is_open =
            |known: &KnownBox| known.mailbox.login.is_none() && known.mailbox.senders.contains(sender);
        self.boxes.iter().position(is_open).map(BoxNumber)
    }

    pub(super) fn may_send_as(&self, number: BoxNumber, sender: &str) -> bool {
        self.boxes.get(number.0).is_some_and(|known| known.mailbox.senders.contains(sender))
    }

    /// Counts one more mail for `recipient`, unless there is a reason not to.
    pub(super) fn address(
        &mut self,
        number: BoxNumber,
        recipient: &str,
        now: Timestamp,
    ) -> Result<(), NoMail> {
        if !self.boxes.get(number.0).is_some_and(|known| known.mailbox.recipients.contains(recipient)) {
            return Err(NoMail::Unknown);
        }
        let Some(limit) = self.per_recipient_and_hour else { return Ok(()) };
        let new = || Window::new(SignedDuration::from_hours(1));
        let window = self.recipients.entry(recipient.to_owned()).or_insert_with(new);
        if window.count(now) >= limit {
            return Err(NoMail::Enough);
        }
        window.add(now);
        Ok(())
    }

    /// What the channel is called that writes from this login to `recipients`.
    pub(super) fn name(&self, number: Option<BoxNumber>, recipients: &[String]) -> &str {
        let known = number.and_then(|it| self.boxes.get(it.0));
        known.map_or("unknown", |known| known.target.name_for(recipients))
    }

    /// Whose faults can strike: everyone's before the login, then those of the
    /// login, and those of one channel as soon as a recipient is named.
    pub(super) fn names(&self, number: Option<BoxNumber>, recipients: &[String]) -> Vec<String> {
        match number.and_then(|it| self.boxes.get(it.0)) {
            None => self.targets().flat_map(Target::names).map(str::to_owned).collect(),
            Some(known) if recipients.is_empty() => known.target.names().map(str::to_owned).collect(),
            Some(known) => vec![known.target.name_for(recipients).to_owned()],
        }
    }
}
