//! The interface of a fake provider, and its registration.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::net::TcpStream;

use crate::account::{AccountSettings, InvalidAccount};
use crate::exchange::{ProviderAnswer, ProviderRequest};
use crate::journal::SandboxJournal;
use crate::state::SandboxState;
use crate::target::Target;

/// A fake of one provider: it checks what the provider checks, answers in its
/// codes and words, keeps its limits, and records what people would have seen.
///
/// A provider over HTTP answers requests by their path; any other brings a
/// [`ConnectionServer`] of its own.
pub trait Provider: Send + 'static {
    /// The kind of channel that talks to it, as `kind:` in the config says.
    fn kind(&self) -> &'static str;

    /// The accounts of `fanfare sandbox`. Every test may know them: they open nothing.
    fn open_accounts(&self) -> &'static [OpenAccount];

    /// True if an account can be made of `settings`.
    ///
    /// # Errors
    ///
    /// If a setting is missing, unknown or invalid. The error quotes no value.
    fn check(&self, settings: &AccountSettings<'_>) -> Result<(), InvalidAccount>;

    /// Opens the account behind the channel called `name`. Credentials that are
    /// known already get another name for the same account.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check) has it.
    fn add(&mut self, name: &str, settings: &AccountSettings<'_>) -> Result<(), InvalidAccount>;

    /// Starts the ban of the account called `name`, as if it had sent too much.
    fn ban(&mut self, name: &str, now: Timestamp) {
        let _ = (name, now);
    }

    /// Makes the tokens of the account called `name` invalid before their time.
    fn revoke_tokens(&mut self, name: &str) {
        let _ = name;
    }

    /// True if requests to `path` are for this provider.
    fn serves(&self, path: &str) -> bool {
        let _ = path;
        false
    }

    /// The account whose request it is, by the credentials in the request.
    fn target_of(&self, request: &ProviderRequest) -> Option<&Target> {
        let _ = request;
        None
    }

    /// The provider's answer to a request, which it records.
    fn answer(
        &mut self,
        request: &ProviderRequest,
        journal: &mut SandboxJournal,
        now: Timestamp,
    ) -> ProviderAnswer {
        let _ = (request, journal, now);
        ProviderAnswer::not_found()
    }

    /// An answer in the provider's form with any code, for faults. Code 0 is its success.
    fn answer_with(
        &self,
        code: i64,
        words: &str,
        request: &ProviderRequest,
        now: Timestamp,
    ) -> ProviderAnswer {
        let _ = (code, words, request, now);
        ProviderAnswer::not_found()
    }

    /// The provider's own server, if it speaks another protocol than HTTP.
    fn server(&self) -> Option<ProtocolServer> {
        None
    }
}

/// A provider's server for a protocol other than HTTP.
#[derive(Clone)]
pub struct ProtocolServer {
    /// The protocol's name, by which its address is configured and found, e.g. `smtp`.
    pub protocol: &'static str,
    /// The code that serves its connections.
    pub connections: Arc<dyn ConnectionServer>,
}

/// The part of a [`ProtocolServer`] that serves connections.
pub trait ConnectionServer: Send + Sync + 'static {
    /// The names of all accounts: [`Fault::Refuse`](crate::Fault::Refuse) on any of them closes the listener.
    fn names(&self) -> Vec<String>;

    /// Serves one connection until either side ends it.
    fn serve(self: Arc<Self>, stream: TcpStream, sandbox: Arc<SandboxState>) -> BoxFuture<'static, ()>;
}

/// An account of `fanfare sandbox`.
#[derive(Debug, Clone, Copy)]
pub struct OpenAccount {
    /// The account's name, under which faults are switched and messages are recorded.
    pub name: &'static str,
    /// The account's settings, printed at the start: nothing in it is secret.
    pub settings: &'static [(&'static str, &'static str)],
}

/// A channel type whose provider the sandbox can fake.
///
/// It is the one link between a channel and its fake, which share no code.
pub trait HasFake {
    /// The fake of this channel's provider, with no accounts.
    fn fake() -> Box<dyn Provider>;
}
