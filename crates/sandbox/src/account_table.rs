//! A provider's accounts, by the credential that names them in a request.

use std::collections::HashMap;

use crate::target::Target;

/// An account with its memory: what a provider knows of one robot.
pub trait FakeAccountState: Sized {
    /// The account's settings.
    type Settings;

    /// The credential in a request that names the account with these settings.
    fn credential(settings: &Self::Settings) -> &str;

    /// An account without a past, called `name`.
    fn new(name: &str, settings: Self::Settings) -> Self;

    /// Gives the account one more name, and these settings. Its memory stays.
    fn rename(&mut self, name: &str, settings: Self::Settings);

    /// The names of the account.
    fn target(&self) -> &Target;
}

/// A provider's accounts, by the credential that names them in a request.
pub struct AccountTable<S>(HashMap<String, S>);

impl<S: FakeAccountState> AccountTable<S> {
    /// Opens an account called `name`, or gives another name to one whose credential is known.
    pub fn add(&mut self, name: &str, settings: S::Settings) {
        match self.0.get_mut(S::credential(&settings)) {
            Some(known) => known.rename(name, settings),
            None => {
                let credential = S::credential(&settings).to_owned();
                self.0.insert(credential, S::new(name, settings));
            }
        }
    }

    /// The account that `credential` names.
    pub fn get_mut(&mut self, credential: &str) -> Option<&mut S> {
        self.0.get_mut(credential)
    }

    /// The names of the account that `credential` names.
    #[must_use]
    pub fn target(&self, credential: &str) -> Option<&Target> {
        self.0.get(credential).map(S::target)
    }

    /// The accounts that `name` is a name of.
    pub fn called<'a>(&'a mut self, name: &'a str) -> impl Iterator<Item = &'a mut S> {
        self.0.values_mut().filter(move |account| account.target().is_called(name))
    }
}

impl<S> Default for AccountTable<S> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

#[cfg(test)]
mod tests;
