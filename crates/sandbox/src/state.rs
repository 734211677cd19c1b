//! The state that all connections share: the clock, the providers, the faults, the journal.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::account::{FakeAccount, InvalidAccount};
use crate::clock::SandboxClock;
use crate::fault::{Faults, MailAction, MailStage, TlsFault};
use crate::journal::SandboxJournal;
use crate::provider::Provider;
use crate::tls::{self, CertificateAuthority, DuplexStream};

/// The state that all connections share.
pub struct SandboxState {
    clock: SandboxClock,
    pub(crate) authority: CertificateAuthority,
    shared: Mutex<SharedState>,
}

/// The part of the state that changes.
pub(crate) struct SharedState {
    pub(crate) providers: Vec<Box<dyn Provider>>,
    pub(crate) faults: Faults,
    pub(crate) journal: SandboxJournal,
    /// The names of the HTTP listeners beside the first.
    pub(crate) listeners: BTreeSet<String>,
    accounts: BTreeSet<String>,
    /// Accounts without a name so far, by kind.
    nameless: BTreeMap<String, u32>,
}

impl SandboxState {
    /// A state with these providers and no accounts.
    ///
    /// # Errors
    ///
    /// If the system has no randomness for the keys of certificates.
    pub fn new(clock: SandboxClock, providers: Vec<Box<dyn Provider>>) -> io::Result<Self> {
        let authority = CertificateAuthority::new().map_err(io::Error::other)?;
        let shared = SharedState {
            providers,
            faults: Faults::default(),
            journal: SandboxJournal::default(),
            listeners: BTreeSet::new(),
            accounts: BTreeSet::new(),
            nameless: BTreeMap::new(),
        };
        Ok(Self { clock, authority, shared: Mutex::new(shared) })
    }

    /// The time in the sandbox.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets `write` write to the journal.
    pub fn record<T>(&self, write: impl FnOnce(&mut SandboxJournal) -> T) -> T {
        write(&mut self.shared().journal)
    }

    /// The fault that a mail of any of `names` meets at this stage, counted as applied.
    #[must_use]
    pub fn mail_fault(
        &self,
        names: &[String],
        stage: MailStage,
        recipient: Option<&str>,
    ) -> Option<MailAction> {
        self.shared().faults.apply_to_mail(names, stage, recipient)
    }

    /// The fault that a handshake with any of `names` meets, counted as applied.
    #[must_use]
    pub fn handshake_fault(&self, names: &[String]) -> Option<TlsFault> {
        self.shared().faults.apply_to_handshake(names)
    }

    /// The server's side of a TLS handshake, under a certificate of the sandbox's
    /// own authority. The connection stays in clear if the fault says so.
    ///
    /// # Errors
    ///
    /// If the client does not accept the certificate, or a fault ends the connection.
    pub async fn handshake(
        &self,
        stream: Box<dyn DuplexStream>,
        fault: Option<TlsFault>,
    ) -> io::Result<Box<dyn DuplexStream>> {
        tls::handshake(stream, &self.authority, fault).await
    }

    /// The shared state, also after a panic elsewhere: a fake has nothing to protect.
    pub(crate) fn shared(&self) -> MutexGuard<'_, SharedState> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SharedState {
    /// True if an account can be opened.
    pub(crate) fn check(&mut self, account: &FakeAccount) -> Result<(), InvalidAccount> {
        self.provider(&account.kind)?.check(&account.settings())
    }

    /// Opens an account, and returns its name in the sandbox.
    pub(crate) fn add(&mut self, account: &FakeAccount) -> Result<String, InvalidAccount> {
        self.check(account)?;
        let name = account.name.clone().unwrap_or_else(|| self.invent_name(&account.kind));
        self.provider(&account.kind)?.add(&name, &account.settings())?;
        self.accounts.insert(name.clone());
        Ok(name)
    }

    fn provider(&mut self, kind: &str) -> Result<&mut Box<dyn Provider>, InvalidAccount> {
        let known = self.providers.iter().map(|it| format!("`{}`", it.kind())).collect::<Vec<_>>().join(", ");
        let found = self.providers.iter_mut().find(|it| it.kind() == kind);
        found.ok_or_else(|| InvalidAccount::UnknownKind { kind: kind.to_owned(), known })
    }

    /// The position of the provider whose requests go to `path`.
    pub(crate) fn provider_at(&self, path: &str) -> Option<usize> {
        self.providers.iter().position(|it| it.serves(path))
    }

    /// True if faults can be switched for `name`: that of an account or a listener.
    pub(crate) fn is_target(&self, name: &str) -> bool {
        self.listeners.contains(name) || self.accounts.contains(name)
    }

    fn invent_name(&mut self, kind: &str) -> String {
        let count = self.nameless.entry(kind.to_owned()).or_default();
        *count += 1;
        format!("{kind}-{count}")
    }
}
