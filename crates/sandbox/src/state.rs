//! The state that all connections share: the clock, the faults, the journal.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::clock::SandboxClock;
use crate::fault::{Faults, MailAction, MailStage, TlsFault};
use crate::journal::SandboxJournal;
use crate::tls::{self, CertificateAuthority, DuplexStream};

/// The state that all connections share.
pub struct SandboxState {
    clock: SandboxClock,
    pub(crate) authority: CertificateAuthority,
    shared: Mutex<SharedState>,
}

/// The part of the state that changes.
pub(crate) struct SharedState {
    pub(crate) faults: Faults,
    pub(crate) journal: SandboxJournal,
    /// The names of the HTTP listeners beside the first.
    pub(crate) listeners: BTreeSet<String>,
    /// The names of all accounts.
    pub(crate) accounts: BTreeSet<String>,
}

impl SandboxState {
    /// A state with no accounts and no faults.
    ///
    /// # Errors
    ///
    /// If the system has no randomness for the keys of certificates.
    pub fn new(clock: SandboxClock) -> io::Result<Self> {
        let authority = CertificateAuthority::new().map_err(io::Error::other)?;
        let shared = SharedState {
            faults: Faults::default(),
            journal: SandboxJournal::default(),
            listeners: BTreeSet::new(),
            accounts: BTreeSet::new(),
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
    /// True if faults can be switched for `name`: that of an account or a listener.
    pub(crate) fn is_target(&self, name: &str) -> bool {
        self.listeners.contains(name) || self.accounts.contains(name)
    }
}
