//! The addresses of a mail: its sender and its recipients.

use std::cmp::Reverse;
use std::collections::HashSet;

use fanfare_core::{BuildError, Refusal, SendError, one_line};
use lettre::Address;
use lettre::message::{Mailbox, Mailboxes};
use url::Host;

use crate::EmailConfig;

/// "The minimum total number of recipients that MUST be buffered is 100
/// recipients" (RFC 5321 §4.5.3.1.8): what every server takes in one mail.
const MAX_RECIPIENTS: usize = 100;

/// The addresses of a channel's mails, checked.
#[derive(Debug)]
pub(crate) struct Addresses {
    pub(crate) from: Mailbox,
    pub(crate) reply_to: Option<Mailbox>,
    to: Vec<Mailbox>, // Invariant: not empty.
    hide_recipients: bool,
}

/// The text in place of an address in a log; `to[…]` before it says which one it is.
const BLANKED: &str = "[recipient]";

/// One recipient still owed the mail.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recipient<'a> {
    /// The place in `to`, by which errors name it: addresses do not belong in logs.
    pub(crate) index: usize,
    pub(crate) address: &'a Address,
}

impl Recipient<'_> {
    /// A refusal of this recipient, for this reason.
    pub(crate) fn refusal(self, reason: String) -> Refusal {
        Refusal { recipient: self.address.to_string(), reason }
    }

    /// True if `words` name the address, and not just a longer one that ends or begins with it.
    pub(crate) fn is_named_in(self, words: &str) -> bool {
        let words = words.to_lowercase();
        let address = self.address.to_string().to_lowercase();
        let is_inner = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+');
        words.match_indices(&address).any(|(at, found)| {
            let (before, after) = (&words[..at], &words[at + found.len()..]);
            let after = after.strip_prefix('.').unwrap_or(after); // of a sentence
            !before.ends_with(is_inner) && !after.starts_with(is_inner)
        })
    }

    /// True if only SMTPUTF8 (RFC 6531) can carry the address.
    pub(crate) fn needs_utf8(self) -> bool {
        !is_ascii(self.address)
    }
}

impl Addresses {
    pub(crate) fn from_config(config: &EmailConfig) -> Result<Self, BuildError> {
        let EmailConfig { smtp: _, from, to, reply_to, hide_recipients } = config;
        let addresses = Self {
            from: ascii_mailbox("from", from)?,
            reply_to: reply_to.as_deref().map(|text| ascii_mailbox("reply_to", text)).transpose()?,
            to: to
                .iter()
                .enumerate()
                .map(|(i, text)| mailbox(&format!("to[{i}]"), text))
                .collect::<Result<_, _>>()?,
            hide_recipients: *hide_recipients,
        };
        addresses.check_recipients()?;
        Ok(addresses)
    }

    fn check_recipients(&self) -> Result<(), BuildError> {
        if self.to.is_empty() {
            return Err(BuildError::new("to", "must name at least one recipient"));
        }
        if self.to.len() > MAX_RECIPIENTS {
            let message = format!(
                "has {} recipients; servers need not take more than {MAX_RECIPIENTS} in one mail, so use several channels or a mailing list",
                self.to.len()
            );
            return Err(BuildError::new("to", message));
        }
        let mut seen = HashSet::new();
        match self.to.iter().position(|mailbox| !seen.insert(&mailbox.email)) {
            Some(twice) => {
                let message = format!("`{}` stands in `to` already", self.to[twice].email);
                Err(BuildError::new(format!("to[{twice}]"), message))
            }
            None => Ok(()),
        }
    }

    /// The recipients still owed the mail: all, or those of `only` that the
    /// settings (still) name.
    pub(crate) fn owed(&self, only: Option<&[String]>) -> Vec<Recipient<'_>> {
        let is_owed =
            |address: &Address| only.is_none_or(|only| only.iter().any(|it| it == address.as_ref() as &str));
        self.to
            .iter()
            .enumerate()
            .map(|(index, mailbox)| Recipient { index, address: &mailbox.email })
            .filter(|recipient| is_owed(recipient.address))
            .collect()
    }

    /// True if the settings name `recipient`.
    pub(crate) fn names(&self, recipient: &str) -> bool {
        self.to.iter().any(|mailbox| recipient == mailbox.email.as_ref() as &str)
    }

    /// `err` without the recipients' addresses: servers repeat them in their
    /// words, and a reason goes to the log.
    pub(crate) fn blanked_in(&self, err: SendError) -> SendError {
        let mut addresses: Vec<&str> = self.to.iter().map(|mailbox| mailbox.email.as_ref()).collect();
        // The longest first: `a@example.com` is a part of `na@example.com`.
        addresses.sort_by_key(|address| Reverse(address.len()));
        err.map_reason(|reason| addresses.iter().fold(reason, |reason, address| blank(&reason, address)))
    }

    /// The recipients that the mail's header names.
    ///
    /// An address that only SMTPUTF8 can carry is left out: with it in a header
    /// the mail itself could not go through any other server.
    pub(crate) fn shown(&self) -> Mailboxes {
        let shown: Vec<_> =
            self.to.iter().filter(|it| !self.hide_recipients && is_ascii(&it.email)).cloned().collect();
        if shown.is_empty() { Mailboxes::from(self.from.clone()) } else { Mailboxes::from_iter(shown) }
    }
}

/// `name@example.com` or `Name <name@example.com>`; the domain in its ASCII form.
fn mailbox(field: &str, text: &str) -> Result<Mailbox, BuildError> {
    let text = one_line(text);
    let (name, address) = match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        Some((name, address)) => (name.trim().trim_matches('"'), address),
        None => ("", text.as_str()),
    };
    let name = Some(name.to_owned()).filter(|name| !name.is_empty());
    let parsed = address.parse::<Address>().ok().and_then(|address| with_ascii_domain(&address));
    parsed.map(|address| Mailbox::new(name, address)).ok_or_else(|| BuildError {
        field: field.to_owned(),
        message: format!(
            "`{text}` is not a mail address: expected `name@example.com` or `Name <name@example.com>`"
        ),
    })
}

/// `text` without `address`, in capitals or not.
fn blank(text: &str, address: &str) -> String {
    // ASCII alone, so that every letter keeps its place.
    let (lower, address) = (text.to_ascii_lowercase(), address.to_ascii_lowercase());
    let mut blanked = String::new();
    let mut end = 0;
    for (at, found) in lower.match_indices(&address) {
        blanked.push_str(&text[end..at]);
        blanked.push_str(BLANKED);
        end = at + found.len();
    }
    blanked + &text[end..]
}

fn ascii_mailbox(field: &str, text: &str) -> Result<Mailbox, BuildError> {
    let mailbox = mailbox(field, text)?;
    if is_ascii(&mailbox.email) {
        return Ok(mailbox);
    }
    let message =
        format!("`{}` has other than ASCII letters before the `@`, which few servers take", mailbox.email);
    Err(BuildError::new(field, message))
}

fn with_ascii_domain(address: &Address) -> Option<Address> {
    if address.domain().is_ascii() {
        return Some(address.clone());
    }
    match Host::parse(address.domain()).ok()? {
        Host::Domain(domain) => Address::new(address.user(), domain).ok(),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

fn is_ascii(address: &Address) -> bool {
    (address.as_ref() as &str).is_ascii()
}

#[cfg(test)]
mod tests;
