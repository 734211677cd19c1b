//! A login at the mail server, as its settings have it.

use fanfare_sandbox::{AccountSettings, InvalidAccount, Members};

/// A login at the mail server.
#[derive(Clone, Default)]
pub(super) struct MailAccount {
    /// The user name and password; without them the server relays for anyone.
    pub(super) login: Option<MailLogin>,
    /// The addresses it may send as.
    pub(super) senders: Members,
    /// The addresses that exist.
    pub(super) recipients: Members,
    /// The addresses that this channel writes to.
    pub(super) audience: Vec<String>,
}

/// A user name and its password.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct MailLogin {
    pub(super) username: String,
    /// The password, which is also the bearer token of XOAUTH2.
    pub(super) password: String,
}

impl MailAccount {
    /// The login with these settings.
    pub(super) fn from_settings(settings: &AccountSettings<'_>) -> Result<Self, InvalidAccount> {
        settings.check_names(&["username", "password", "from", "to", "recipient", "limits"])?;
        settings.is_unlimited()?;
        let login = match settings.non_empty("username") {
            Some(username) => {
                Some(MailLogin { username: username.to_owned(), password: settings.required("password")? })
            }
            None => None,
        };
        Ok(Self {
            login,
            senders: Members::only([bare_address(&settings.required("from")?)]),
            recipients: Members::only_or_anyone(settings.all("recipient")),
            audience: settings.list("to", ',').map(|to| bare_address(to).to_owned()).collect(),
        })
    }
}

/// The address in `Name <address>`, or the text itself.
fn bare_address(text: &str) -> &str {
    match text.rsplit_once('<') {
        Some((_, rest)) => rest.trim_end().trim_end_matches('>'),
        None => text.trim(),
    }
}

#[cfg(test)]
mod tests;
