//! The sandbox in the place of every provider.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use fanfare_core::{ChannelName, Clock as _, SandboxDoors, SystemClock};
use fanfare_sandbox::{Account, Clock, InvalidAccount, Rules, Sandbox, Settings};
use jiff::Timestamp;

use crate::registry;
use fanfare_config::{Config, Loader, Problems, SandboxSecrets, Secrets};

/// The sandbox in the place of every provider. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    pub(crate) sandbox: Arc<Sandbox>,
}

/// A channel for which the sandbox has no fake.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox cannot play channel `{channel}`: {why}")]
pub(crate) struct Unplayable {
    channel: ChannelName,
    why: InvalidAccount,
}

/// Where the fakes listen, if nobody minds.
pub(crate) const ANY_PORT: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

impl Stage {
    /// With nobody on it yet.
    pub(crate) async fn set_up() -> anyhow::Result<Self> {
        Ok(Self { sandbox: Arc::new(start_sandbox(ANY_PORT, ANY_PORT).await?) })
    }

    /// A config whose every channel talks to the sandbox, as `read` reads it.
    /// `secrets` that are missing are made up.
    ///
    /// The store is another one than that of the real gateway: what is owed to real
    /// people must not be told to fakes, and what fakes were told must not count as told.
    pub(crate) fn rehearse<S: Secrets>(
        &self,
        secrets: S,
        now: Timestamp,
        read: impl FnOnce(&Loader<'_>) -> Result<Config, Problems>,
    ) -> Result<Config, Problems> {
        let doors = SandboxDoors {
            http: format!("http://{}", self.sandbox.http_address()),
            smtp: self.sandbox.smtp_address(),
        };
        let secrets = SandboxSecrets(secrets);
        let mut config = read(&Loader { kinds: &registry(), secrets: &secrets, sandbox: Some(&doors), now })?;
        config.store_path.set_extension("sandbox.db");
        Ok(config)
    }

    /// Lets the sandbox play the channels of `config`, or, if it cannot play all of them, none.
    pub(crate) fn cast(&self, config: &Config) -> Result<(), Unplayable> {
        let account = |(name, account): &(ChannelName, _)| {
            let fanfare_core::SandboxAccount { kind, settings } = account;
            match Account::from_settings(kind, settings) {
                Ok(account) => Ok(account.named(name.as_str())),
                Err(why) => Err(Unplayable { channel: name.clone(), why }),
            }
        };
        let accounts: Vec<_> = config.sandbox_accounts.iter().map(account).collect::<Result<_, _>>()?;
        for account in accounts {
            self.sandbox.add(account);
        }
        Ok(())
    }
}

/// Starts the fakes alone.
async fn start_sandbox(http: SocketAddr, smtp: SocketAddr) -> anyhow::Result<Sandbox> {
    let clock = Clock::new(|| SystemClock.now());
    Sandbox::start(Settings { http, smtp, clock, rules: Rules::default() })
        .await
        .with_context(|| format!("the sandbox cannot listen on {http} and {smtp}"))
}

/// An account of `fanfare sandbox`.
struct OpenAccount {
    name: &'static str,
    kind: &'static str,
    settings: &'static [(&'static str, &'static str)],
}

/// The accounts of `fanfare sandbox`. Every test may know them: they open nothing.
const OPEN_ACCOUNTS: [OpenAccount; 4] = [
    OpenAccount {
        name: "dingtalk",
        kind: "dingtalk",
        settings: &[("access_token", "sandbox"), ("secret", "SECsandbox")],
    },
    OpenAccount { name: "wecom-bot", kind: "wecom", settings: &[("key", "sandbox")] },
    OpenAccount {
        name: "wecom-app",
        kind: "wecom",
        settings: &[
            ("corp_id", "sandbox"),
            ("secret", "sandbox"),
            ("agent_id", "1000001"),
            ("to_user", "sandbox"),
        ],
    },
    OpenAccount {
        name: "mail",
        kind: "email",
        settings: &[
            ("username", "sandbox@example.com"),
            ("password", "sandbox"),
            ("from", "sandbox@example.com"),
            ("to", "oncall@example.com"),
        ],
    },
];

/// Runs the fakes alone, with accounts that every test may know.
pub(crate) async fn run_alone(http: SocketAddr, smtp: SocketAddr, out: &mut dyn Write) -> anyhow::Result<()> {
    let sandbox = start_sandbox(http, smtp).await?;
    writeln!(out, "http: http://{}\nsmtp: {}\naccounts:", sandbox.http_address(), sandbox.smtp_address())?;
    for OpenAccount { name, kind, settings } in OPEN_ACCOUNTS {
        let owned: Vec<_> = settings.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
        sandbox.add(Account::from_settings(kind, &owned)?.named(name));
        let shown: Vec<_> = settings.iter().map(|(name, text)| format!("{name}={text}")).collect();
        writeln!(out, "  {name} ({kind}): {}", shown.join(" "))?;
    }
    writeln!(
        out,
        "seen:   GET http://{}/sandbox/messages\nfaults: PUT http://{}/sandbox/faults/NAME",
        sandbox.http_address(),
        sandbox.http_address()
    )?;
    out.flush()?;
    crate::serve::run::told_to_stop().await?;
    sandbox.shutdown().await;
    Ok(())
}
