//! The logins of the mail server, and the senders and recipients that each has.

use std::collections::HashMap;

use fanfare_sandbox::{Target, TimeWindow};
use jiff::{SignedDuration, Timestamp};

use super::account::MailAccount;

/// The logins of the mail server.
pub(super) struct MailAccounts {
    accounts: Vec<MailAccountState>,
    per_recipient_and_hour: Option<usize>,
    recipients: HashMap<String, TimeWindow>,
}

struct MailAccountState {
    target: Target,
    account: MailAccount,
}

/// The position of a login in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MailAccountId(usize);

/// A reason why an address gets no mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecipientRefusal {
    /// No such address exists.
    Unknown,
    /// Too many mails went to the address within an hour.
    TooMany,
}

impl MailAccounts {
    /// No logins, and a limit of mails to one address in any hour.
    pub(super) fn new(per_recipient_and_hour: Option<usize>) -> Self {
        Self { accounts: Vec::new(), per_recipient_and_hour, recipients: HashMap::new() }
    }

    /// Adds a login, or another name for one that is known already.
    pub(super) fn add(&mut self, name: &str, account: MailAccount) {
        match self.accounts.iter_mut().find(|known| known.account.login == account.login) {
            Some(known) => {
                known.target.add(name, account.audience);
                known.account.senders.widen(account.senders);
                known.account.recipients.widen(account.recipients);
            }
            None => {
                let target = Target::new(name, account.audience.clone());
                self.accounts.push(MailAccountState { target, account });
            }
        }
    }

    /// The login with this name and password.
    pub(super) fn authenticate(&self, username: &str, password: &str) -> Option<MailAccountId> {
        let is_theirs = |known: &MailAccountState| {
            known.account.login.as_ref().is_some_and(|it| it.username == username && it.password == password)
        };
        self.accounts.iter().position(is_theirs).map(MailAccountId)
    }

    /// The account that sends as `sender` without a login.
    pub(super) fn open_for(&self, sender: &str) -> Option<MailAccountId> {
        let is_open = |known: &MailAccountState| {
            known.account.login.is_none() && known.account.senders.contains(sender)
        };
        self.accounts.iter().position(is_open).map(MailAccountId)
    }

    /// True if a login may send as `sender`.
    pub(super) fn may_send_as(&self, number: MailAccountId, sender: &str) -> bool {
        self.accounts.get(number.0).is_some_and(|known| known.account.senders.contains(sender))
    }

    /// Counts one more mail for `recipient`, or says why it gets none.
    pub(super) fn count_recipient(
        &mut self,
        number: MailAccountId,
        recipient: &str,
        now: Timestamp,
    ) -> Result<(), RecipientRefusal> {
        if !self.accounts.get(number.0).is_some_and(|known| known.account.recipients.contains(recipient)) {
            return Err(RecipientRefusal::Unknown);
        }
        let Some(limit) = self.per_recipient_and_hour else { return Ok(()) };
        let new = || TimeWindow::new(SignedDuration::from_hours(1));
        let window = self.recipients.entry(recipient.to_owned()).or_insert_with(new);
        if window.count(now) >= limit {
            return Err(RecipientRefusal::TooMany);
        }
        window.add(now);
        Ok(())
    }

    /// The name of the channel that writes from this login to `recipients`.
    pub(super) fn name(&self, number: Option<MailAccountId>, recipients: &[String]) -> &str {
        let known = number.and_then(|it| self.accounts.get(it.0));
        known.map_or("unknown", |known| known.target.name_for(recipients))
    }

    /// The names whose faults can apply: all before the login, then those of the
    /// login, and that of one channel as soon as a recipient is named.
    pub(super) fn names(&self, number: Option<MailAccountId>, recipients: &[String]) -> Vec<String> {
        match number.and_then(|it| self.accounts.get(it.0)) {
            None => self.accounts.iter().flat_map(|known| known.target.names()).map(str::to_owned).collect(),
            Some(known) if recipients.is_empty() => known.target.names().map(str::to_owned).collect(),
            Some(known) => vec![known.target.name_for(recipients).to_owned()],
        }
    }
}
