//! The accounts that channels have at the providers, as settings.

mod settings;
mod invalid;
mod address;
mod members;

use std::fmt;

pub use self::address::{AddressRange, InvalidAddressRange, is_allowed};
pub use self::invalid::InvalidAccount;
pub use self::members::Members;
pub use self::settings::AccountSettings;

/// An account at one of the providers, such as one robot, app or login, and the
/// name people know it by.
#[derive(Clone)]
pub struct FakeAccount {
    pub(crate) name: Option<String>,
    pub(crate) kind: String,
    settings: Vec<(String, String)>,
}

impl FakeAccount {
    /// The account behind a channel of this `kind` with these settings, which the
    /// fake of that kind names. A setting may come several times.
    ///
    /// Without a [name](Self::named) the sandbox calls it e.g. `dingtalk-1`.
    pub fn new<K: AsRef<str>, V: AsRef<str>>(kind: &str, settings: impl IntoIterator<Item = (K, V)>) -> Self {
        let owned = |(name, value): (K, V)| (name.as_ref().to_owned(), value.as_ref().to_owned());
        Self { name: None, kind: kind.to_owned(), settings: settings.into_iter().map(owned).collect() }
    }

    /// The same account under `name`.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self }
    }

    /// The same account with one more setting.
    #[must_use]
    pub fn with(mut self, setting: &str, value: &str) -> Self {
        self.settings.push((setting.to_owned(), value.to_owned()));
        self
    }

    /// The account's name, if it was given one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(crate) fn settings(&self) -> AccountSettings<'_> {
        AccountSettings::new(self.settings.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }
}

/// Shows the name and nothing that is secret.
impl fmt::Debug for FakeAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name) = (&self.kind, &self.name);
        f.debug_struct("FakeAccount").field("kind", kind).field("name", name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
