//! The fakes in this process, for configs whose channels point at them: they live on
//! when the gateway is killed, and they tell what each person has seen.

use std::ops::Deref;

use fanfare_core::{Clock as _, SystemClock};
use fanfare_sandbox::{Account, Clock, Rules, Sandbox, SeenMessage, Settings, Verdict};
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
    pub(crate) fn start(accounts: impl IntoIterator<Item = Account>) -> Self {
        Self::with_rules(accounts, Rules::default())
    }

    pub(crate) fn with_rules(accounts: impl IntoIterator<Item = Account>, rules: Rules) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let settings = Settings { rules, ..Settings::loopback(Clock::new(|| SystemClock.now())) };
        let sandbox = runtime.block_on(Sandbox::start(settings)).unwrap();
        for account in accounts {
            sandbox.add(account);
        }
        Self { sandbox, _runtime: runtime }
    }

    /// The value for a channel's `endpoint:`.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.sandbox.http_address())
    }

    /// The value for `smtp.port`; `smtp.host` is 127.0.0.1.
    pub(crate) fn smtp_port(&self) -> u16 {
        self.sandbox.smtp_address().port()
    }

    /// Messages that people have seen on a channel.
    pub(crate) fn seen(&self, channel: &str) -> Vec<SeenMessage> {
        let messages = self.sandbox.messages().into_iter();
        messages.filter(|it| it.target == channel && it.verdict == Verdict::Delivered).collect()
    }
}

impl Deref for FakeProviders {
    type Target = Sandbox;

    fn deref(&self) -> &Sandbox {
        &self.sandbox
    }
}
