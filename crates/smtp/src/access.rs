//! The access of a source: the logins by which mails to it are taken.

use std::fmt;

use fanfare_core::Secret;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use crate::login::ShownLogin;

/// The access of a source.
#[derive(Debug, Clone)]
pub enum MailAccess {
    /// All mails, from anybody who can reach the listener.
    Anyone,
    /// Mails after one of these logins.
    AnyOf(Vec<MailCredential>),
}

/// A credential that can be shown by AUTH. Only digests are kept, whose comparison takes the same time whatever is shown.
#[derive(Clone)]
pub struct MailCredential {
    /// Of the user; `None`: any name goes with the token.
    username: Option<[u8; 32]>,
    /// Of the password or token.
    password: [u8; 32],
}

impl fmt::Debug for MailCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailCredential(..)")
    }
}

impl MailCredential {
    /// A user and a password.
    #[must_use]
    pub fn basic(username: &str, password: &Secret) -> Self {
        Self { username: Some(digest(username)), password: digest(password.expose()) }
    }

    /// A token, which stands in the place of the password, with any user.
    #[must_use]
    pub fn token(token: &Secret) -> Self {
        Self { username: None, password: digest(token.expose()) }
    }

    fn matches(&self, login: &ShownLogin) -> Choice {
        let password = self.password.ct_eq(&digest(login.password.expose()));
        let username = self.username.map_or(Choice::from(1), |it| it.ct_eq(&digest(&login.username)));
        password & username
    }
}

impl MailAccess {
    /// Tells whether `login` opens it. All credentials are compared, so that the time does not tell which was nearly right.
    pub(crate) fn is_opened_by(&self, login: &ShownLogin) -> bool {
        match self {
            Self::Anyone => false,
            Self::AnyOf(credentials) => {
                bool::from(credentials.iter().fold(Choice::from(0), |opened, it| opened | it.matches(login)))
            }
        }
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}
