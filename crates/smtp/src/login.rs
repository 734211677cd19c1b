//! Logins: what a sender shows by AUTH (RFC 4616, and LOGIN as all clients speak it).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fanfare_core::Secret;

use crate::command::ShownMechanism;

/// The login that a sender shows.
#[derive(Debug, Clone)]
pub(crate) struct ShownLogin {
    pub(crate) username: String,
    pub(crate) password: Secret,
}

/// A login of which a part has yet to come.
#[derive(Debug, Clone)]
pub(crate) enum PendingLogin {
    /// All of `AUTH PLAIN`.
    Plain,
    /// The name of the user.
    Username,
    /// The password of this user.
    Password(String),
}

/// The progress of a login.
#[derive(Debug, Clone)]
pub(crate) enum LoginProgress {
    /// The sender is asked for more.
    Ask(PendingLogin),
    /// The login is complete.
    Shown(ShownLogin),
    /// No login at all.
    Unreadable,
}

impl LoginProgress {
    /// A login by `mechanism` that begins with `initial`.
    pub(crate) fn begin(mechanism: ShownMechanism, initial: Option<&str>) -> Self {
        let pending = match mechanism {
            ShownMechanism::Plain => PendingLogin::Plain,
            ShownMechanism::Login => PendingLogin::Username,
        };
        match initial {
            None => Self::Ask(pending),
            Some("=") => pending.answered(b""),
            Some(initial) => pending.answered(initial.as_bytes()),
        }
    }
}

impl PendingLogin {
    /// The question in base64, as clients know it.
    pub(crate) fn question(&self) -> String {
        match self {
            Self::Plain => String::new(),
            Self::Username => STANDARD.encode("Username:"),
            Self::Password(_) => STANDARD.encode("Password:"),
        }
    }

    /// The login with the answer `line`.
    pub(crate) fn answered(self, line: &[u8]) -> LoginProgress {
        let Some(text) = decoded(line) else { return LoginProgress::Unreadable };
        match self {
            Self::Plain => {
                let mut parts = text.split('\0');
                match (parts.next(), parts.next(), parts.next(), parts.next()) {
                    (Some(_), Some(username), Some(password), None) => shown(username, password),
                    _ => LoginProgress::Unreadable,
                }
            }
            Self::Username => LoginProgress::Ask(Self::Password(text)),
            Self::Password(username) => shown(&username, &text),
        }
    }
}

fn shown(username: &str, password: &str) -> LoginProgress {
    let password = Secret::new(password);
    LoginProgress::Shown(ShownLogin { username: username.to_owned(), password })
}

fn decoded(line: &[u8]) -> Option<String> {
    String::from_utf8(STANDARD.decode(line.trim_ascii()).ok()?).ok()
}

#[cfg(test)]
mod tests;
