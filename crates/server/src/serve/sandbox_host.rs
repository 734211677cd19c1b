//! The sandbox that stands for every provider.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use fanfare_config::{Config, Loader, Problems, SandboxSecrets, Secrets};
use fanfare_core::{ChannelName, Clock as _, SandboxAccount, SandboxDoors, SystemClock};
use fanfare_sandbox::{FakeAccount, InvalidAccount, OpenAccount, Sandbox, SandboxClock, SandboxSettings};
use jiff::Timestamp;

use crate::registry;

/// The sandbox that stands for every provider. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct SandboxHost {
    pub(crate) sandbox: Arc<Sandbox>,
}

/// A channel for which the sandbox has no fake.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox cannot play channel `{channel}`: {why}")]
pub(crate) struct UnsupportedChannel {
    channel: ChannelName,
    why: InvalidAccount,
}

/// The protocol of the fake that speaks no HTTP.
const SMTP: &str = "smtp";

/// A free port on this machine, for fakes whose address nobody needs to know.
pub(crate) const ANY_PORT: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

impl SandboxHost {
    /// Starts a sandbox without accounts.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        Ok(Self { sandbox: Arc::new(start_sandbox(ANY_PORT, ANY_PORT).await?) })
    }

    /// A config whose every channel talks to the sandbox, as `read` reads it; secrets that
    /// are missing are made up.
    ///
    /// The store is another one than that of the real gateway: what is owed to real
    /// people must not be told to fakes, and what fakes were told must not count as told.
    pub(crate) fn load_config<S: Secrets>(
        &self,
        secrets: S,
        now: Timestamp,
        read: impl FnOnce(&Loader<'_>) -> Result<Config, Problems>,
    ) -> Result<Config, Problems> {
        let doors = SandboxDoors {
            http: format!("http://{}", self.sandbox.http_address()),
            smtp: smtp_address(&self.sandbox),
        };
        let secrets = SandboxSecrets(secrets);
        let mut config = read(&Loader { kinds: &registry(), secrets: &secrets, sandbox: Some(&doors), now })?;
        config.store_path.set_extension("sandbox.db");
        Ok(config)
    }

    /// Gives the sandbox an account for each channel of `config`, or, if it has no fake for
    /// one of them, none at all.
    pub(crate) fn register_accounts(&self, config: &Config) -> Result<(), UnsupportedChannel> {
        let account = |(name, account): &(ChannelName, SandboxAccount)| {
            let account =
                FakeAccount::new(account.kind, account.settings.iter().map(|(it, text)| (it, text)));
            let account = account.named(name.as_str());
            match self.sandbox.check(&account) {
                Ok(()) => Ok(account),
                Err(why) => Err(UnsupportedChannel { channel: name.clone(), why }),
            }
        };
        let accounts: Vec<_> = config.sandbox_accounts.iter().map(account).collect::<Result<_, _>>()?;
        for account in accounts {
            let channel = ChannelName::from(account.name().unwrap_or_default());
            self.sandbox.add(&account).map_err(|why| UnsupportedChannel { channel, why })?;
        }
        Ok(())
    }
}

/// Starts the fakes alone, with no accounts.
async fn start_sandbox(http: SocketAddr, smtp: SocketAddr) -> anyhow::Result<Sandbox> {
    let clock = SandboxClock::new(|| SystemClock.now());
    let (servers, providers) = (BTreeMap::from([(SMTP, smtp)]), registry().fakes());
    Sandbox::start(SandboxSettings { http, servers, clock, providers })
        .await
        .with_context(|| format!("the sandbox cannot listen on {http} and {smtp}"))
}

/// The address of the fake mail server.
pub(crate) fn smtp_address(sandbox: &Sandbox) -> SocketAddr {
    sandbox.server_address(SMTP).unwrap_or(ANY_PORT)
}

/// Starts the fakes with accounts that every test may know, and prints them.
pub(crate) async fn start_open(
    http: SocketAddr,
    smtp: SocketAddr,
    out: &mut dyn Write,
) -> anyhow::Result<Sandbox> {
    let sandbox = start_sandbox(http, smtp).await?;
    let address = sandbox.http_address();
    writeln!(out, "http: http://{address}\nsmtp: {}\naccounts:", smtp_address(&sandbox))?;
    for fake in registry().fakes() {
        for OpenAccount { name, settings } in fake.open_accounts() {
            let kind = fake.kind();
            sandbox.add(&FakeAccount::new(kind, settings.iter().copied()).named(name))?;
            let shown: Vec<_> = settings.iter().map(|(name, text)| format!("{name}={text}")).collect();
            writeln!(out, "  {name} ({kind}): {}", shown.join(" "))?;
        }
    }
    writeln!(
        out,
        "seen:   GET http://{address}/sandbox/messages\nfaults: PUT http://{address}/sandbox/faults/NAME"
    )?;
    out.flush()?;
    Ok(sandbox)
}
