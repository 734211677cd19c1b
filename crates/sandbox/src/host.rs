//! The providers of a sandbox, and the state that they share.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::account::{FakeAccount, InvalidAccount};
use crate::provider::Provider;
use crate::state::SandboxState;

/// The providers of a sandbox, and the state that they share.
pub(crate) struct FakeHost {
    pub(crate) state: Arc<SandboxState>,
    providers: Mutex<ProviderList>,
}

/// The providers, and the numbers of the names made up for accounts.
pub(crate) struct ProviderList {
    pub(crate) all: Vec<Box<dyn Provider>>,
    /// Accounts without a name so far, by kind.
    nameless: BTreeMap<String, u32>,
}

impl FakeHost {
    /// A host of these providers, with no accounts.
    pub(crate) fn new(state: Arc<SandboxState>, providers: Vec<Box<dyn Provider>>) -> Self {
        let providers = ProviderList { all: providers, nameless: BTreeMap::new() };
        Self { state, providers: Mutex::new(providers) }
    }

    /// The providers, also after a panic elsewhere. Their lock is taken before that of the state.
    pub(crate) fn providers(&self) -> MutexGuard<'_, ProviderList> {
        self.providers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens an account, and returns its name in the sandbox.
    pub(crate) fn add(&self, account: &FakeAccount) -> Result<String, InvalidAccount> {
        let name = self.providers().add(account)?;
        self.state.shared().accounts.insert(name.clone());
        Ok(name)
    }
}

impl ProviderList {
    /// Checks that an account can be opened.
    pub(crate) fn check(&mut self, account: &FakeAccount) -> Result<(), InvalidAccount> {
        self.of_kind(&account.kind)?.check(&account.settings())
    }

    /// The position of the provider whose requests go to `path`.
    pub(crate) fn position(&self, path: &str) -> Option<usize> {
        self.all.iter().position(|it| it.serves(path))
    }

    fn add(&mut self, account: &FakeAccount) -> Result<String, InvalidAccount> {
        self.check(account)?;
        let name = account.name.clone().unwrap_or_else(|| self.invent_name(&account.kind));
        self.of_kind(&account.kind)?.add(&name, &account.settings())?;
        Ok(name)
    }

    fn of_kind(&mut self, kind: &str) -> Result<&mut Box<dyn Provider>, InvalidAccount> {
        let known = self.all.iter().map(|it| format!("`{}`", it.kind())).collect::<Vec<_>>().join(", ");
        let found = self.all.iter_mut().find(|it| it.kind() == kind);
        found.ok_or_else(|| InvalidAccount::UnknownKind { kind: kind.to_owned(), known })
    }

    fn invent_name(&mut self, kind: &str) -> String {
        let count = self.nameless.entry(kind.to_owned()).or_default();
        *count += 1;
        format!("{kind}-{count}")
    }
}
