//! The fakes in this process, for configs whose channels point at them: they live on
//! when the gateway is killed, and they tell what each person has seen.

use std::net::SocketAddr;
use std::ops::Deref;

use fanfare_core::{Clock as _, SystemClock};
use fanfare_sandbox::{FakeAccount, ProviderVerdict, Sandbox, SandboxClock, SandboxSettings, SeenMessage};
use tokio::runtime::Runtime;

/// A sandbox on free ports.
#[derive(Debug)]
pub(crate) struct FakeProviders {
    sandbox: Sandbox,
    // Its doors run here.
    _runtime: Runtime,
}

impl FakeProviders {
    /// With these accounts, called as the channels are.
    pub(crate) fn start(accounts: impl IntoIterator<Item = FakeAccount>) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let clock = SandboxClock::new(|| SystemClock.now());
        let settings = SandboxSettings::loopback(clock, fanfare::registry().fakes());
        let sandbox = runtime.block_on(Sandbox::start(settings)).unwrap();
        for account in accounts {
            sandbox.add(&account).unwrap();
        }
        Self { sandbox, _runtime: runtime }
    }

    /// The value for a channel's `endpoint:`.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.sandbox.http_address())
    }

    /// The value for `smtp.port`; `smtp.host` is 127.0.0.1.
    pub(crate) fn smtp_port(&self) -> u16 {
        self.smtp_address().port()
    }

    /// The address of the fake mail server.
    pub(crate) fn smtp_address(&self) -> SocketAddr {
        self.sandbox.server_address("smtp").unwrap()
    }

    /// Messages that people have seen on a channel.
    pub(crate) fn seen(&self, channel: &str) -> Vec<SeenMessage> {
        let messages = self.sandbox.messages().into_iter();
        messages.filter(|it| it.target == channel && it.verdict == ProviderVerdict::Delivered).collect()
    }
}

impl Deref for FakeProviders {
    type Target = Sandbox;

    fn deref(&self) -> &Sandbox {
        &self.sandbox
    }
}
