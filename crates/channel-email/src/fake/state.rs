//! The state that all sessions of the mail server share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::accounts::MailAccounts;
use super::rules::SmtpRules;

/// The state that all sessions of the mail server share.
pub(super) struct MailServerState {
    pub(super) rules: SmtpRules,
    accounts: Mutex<MailAccounts>,
}

impl MailServerState {
    /// A server with these rules and no logins.
    pub(super) fn new(rules: SmtpRules) -> Self {
        let accounts = MailAccounts::new(rules.mails_per_recipient_and_hour);
        Self { rules, accounts: Mutex::new(accounts) }
    }

    /// The logins, also after a panic elsewhere: a fake has nothing to protect.
    pub(super) fn accounts(&self) -> MutexGuard<'_, MailAccounts> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
