//! Addresses of mailboxes.

use std::fmt;
use std::str::FromStr;

/// The bytes of an address at most (RFC 5321, 4.5.3.1.3, without the brackets).
const LONGEST: usize = 254;

/// The address of a mailbox, in lower case: no box tells `Alarm@` from `alarm@`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MailAddress(String); // Invariant: a local part, `@` and a domain; no blank, no control character.

/// The error of parsing a [`MailAddress`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidMailAddress(String);

impl fmt::Display for InvalidMailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not the address of a mailbox: expected e.g. ups@fanfare.local", self.0)
    }
}

impl std::error::Error for InvalidMailAddress {}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for MailAddress {
    type Err = InvalidMailAddress;

    fn from_str(text: &str) -> Result<Self, InvalidMailAddress> {
        let invalid = || InvalidMailAddress(text.to_owned());
        let (local, domain) = text.rsplit_once('@').ok_or_else(invalid)?;
        let is_odd = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';');
        let is_quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
        let is_local = !local.is_empty() && (is_quoted || !local.contains(|c| is_odd(c) || c == '@'));
        let is_domain = !domain.is_empty() && !domain.contains(|c| is_odd(c) || c == '"');
        if !is_local || !is_domain || text.len() > LONGEST || text.contains(char::is_control) {
            return Err(invalid());
        }
        // `"alarm"@` is `alarm@` (RFC 5321, 4.1.2).
        let bare = if is_quoted { &local[1..local.len() - 1] } else { local };
        let local = if bare.contains(|c| is_odd(c) || matches!(c, '@' | '"' | '\\')) { local } else { bare };
        Ok(Self(format!("{local}@{domain}").to_lowercase()))
    }
}
