//! The envelope of a mail: its sender and its recipients.

use super::accounts::MailAccountId;
use super::rules::SmtpCapability;

/// The envelope of the mail under way.
#[derive(Debug)]
pub(super) struct MailEnvelope {
    /// The login that sends it.
    pub(super) from: MailAccountId,
    pub(super) sender: String,
    pub(super) recipients: Vec<String>,
    /// The extensions that the client uses for it.
    pub(super) declared: Vec<SmtpCapability>,
}

impl MailEnvelope {
    /// True if the client declared an 8-bit body.
    pub(super) fn is_eight_bit(&self) -> bool {
        self.declared.contains(&SmtpCapability::EightBitMime)
    }

    /// True if the client declared addresses and headers in UTF-8.
    pub(super) fn is_utf8(&self) -> bool {
        self.declared.contains(&SmtpCapability::SmtpUtf8)
    }
}
