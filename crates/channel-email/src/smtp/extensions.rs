//! The extensions that a server offers.

use crate::smtp::raw_reply::RawReply;

/// The extensions in a server's answer to `EHLO`; none after `HELO`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SmtpExtensions {
    pub(crate) starttls: bool,
    /// Addresses that are not ASCII (RFC 6531).
    pub(crate) smtputf8: bool,
    /// The most bytes of a mail, where the server names a number (RFC 1870).
    pub(crate) size: Option<usize>,
    /// The mechanisms of `AUTH`, in capitals.
    pub(crate) mechanisms: Vec<String>,
}

impl SmtpExtensions {
    /// The extensions in an answer to `EHLO`, whose first line is the server's own name.
    pub(crate) fn from_reply(reply: &RawReply) -> Self {
        let mut extensions = Self::default();
        for line in reply.texts().iter().skip(1) {
            extensions.add(line);
        }
        extensions
    }

    /// Adds one line. Keywords are not case-sensitive (RFC 5321 §2.4), and servers of before
    /// RFC 2554 say `AUTH=LOGIN`.
    fn add(&mut self, line: &str) {
        let upper = line.to_ascii_uppercase();
        let mut words = upper.split([' ', '\t', '=', ',']).filter(|word| !word.is_empty());
        match words.next() {
            Some("STARTTLS") => self.starttls = true,
            Some("SMTPUTF8") => self.smtputf8 = true,
            // "A value of 0 indicates that no fixed maximum" (RFC 1870 §4).
            Some("SIZE") => self.size = words.next().and_then(|it| it.parse().ok()).filter(|it| *it > 0),
            Some("AUTH") => self.mechanisms.extend(words.map(str::to_owned)),
            Some(_) | None => {}
        }
    }

    /// True if the server offers this mechanism, named in capitals.
    pub(crate) fn has_mechanism(&self, name: &str) -> bool {
        self.mechanisms.iter().any(|it| it == name)
    }
}

#[cfg(test)]
mod tests;
