//! The sources that take mails, by their addresses.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use crate::access::MailAccess;
use crate::address::MailAddress;
use crate::login::ShownLogin;
use crate::settings::SmtpSource;

/// The sources that take mails, by their addresses.
#[derive(Debug, Default)]
pub(crate) struct RecipientTable(HashMap<MailAddress, Arc<SmtpSource>>);

/// The reason for which a mail to an address is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotARecipient {
    /// The address is no source's. Nothing is sent on.
    Unknown,
    /// The sender is in none of the networks of the source.
    ForeignNetwork,
    /// The source asks for a login, and none was shown.
    NeedsLogin,
    /// The login that was shown opens other sources.
    WrongLogin,
}

impl RecipientTable {
    /// The table of `sources` after this one: a rate that stays the same goes on.
    pub(crate) fn next(&self, mut sources: Vec<SmtpSource>) -> Self {
        for source in &mut sources {
            let before = self.0.values().find(|it| it.settings.name == source.settings.name);
            let rate_before = before.and_then(|it| it.rate.as_ref());
            source.rate = source.rate.take().map(|it| it.going_on_from(rate_before));
        }
        Self::new(sources)
    }

    pub(crate) fn new(sources: Vec<SmtpSource>) -> Self {
        let with_addresses = |source: SmtpSource| {
            let source = Arc::new(source);
            let addresses = source.recipients.clone();
            addresses.into_iter().map(move |address| (address, Arc::clone(&source)))
        };
        Self(sources.into_iter().flat_map(with_addresses).collect())
    }

    /// The source that takes a mail to `address` from `peer`, an address in its canonical form, which has shown `login`.
    pub(crate) fn recipient(
        &self,
        address: &MailAddress,
        peer: IpAddr,
        login: Option<&ShownLogin>,
    ) -> Result<Arc<SmtpSource>, NotARecipient> {
        let source = self.0.get(address).ok_or(NotARecipient::Unknown)?;
        if !source.from.is_empty() && !source.from.iter().any(|network| network.contains(&peer)) {
            return Err(NotARecipient::ForeignNetwork);
        }
        match (&source.access, login) {
            (MailAccess::Anyone, _) => Ok(Arc::clone(source)),
            (MailAccess::AnyOf(_), Some(login)) if source.access.is_opened_by(login) => {
                Ok(Arc::clone(source))
            }
            (MailAccess::AnyOf(_), Some(_)) => Err(NotARecipient::WrongLogin),
            (MailAccess::AnyOf(_), None) => Err(NotARecipient::NeedsLogin),
        }
    }

    /// Tells whether `login` opens a source. All are tried.
    pub(crate) fn is_known(&self, login: &ShownLogin) -> bool {
        self.0.values().filter(|it| it.access.is_opened_by(login)).count() > 0
    }
}

#[cfg(test)]
mod tests;
