//! The sandbox, set up for a config.

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use fanfare_core::{Clock as _, SandboxDoors, SystemClock};
use fanfare_sandbox::{Account, Clock, Rules, Sandbox, Settings};

use crate::config::{Config, Loader, SandboxSecrets, Secrets};
use crate::registry::registry;

/// A sandbox, and a config whose every channel talks to it.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) config: Config,
}

/// Where the fakes listen, if nobody minds.
pub(crate) const ANY_PORT: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// Starts the fakes alone.
pub(crate) async fn start_sandbox(http: SocketAddr, smtp: SocketAddr) -> anyhow::Result<Sandbox> {
    let clock = Clock::new(|| SystemClock.now());
    Sandbox::start(Settings { http, smtp, clock, rules: Rules::default() })
        .await
        .with_context(|| format!("the sandbox cannot listen on {http} and {smtp}"))
}

/// Starts the sandbox and reads `text`, the config that stands at `file`, so
/// that every channel talks to it. `secrets` that are missing are made up.
///
/// The store is another one than that of the real gateway: what is owed to real
/// people must not be told to fakes, and what fakes were told must not count as told.
pub(crate) async fn set_up<S: Secrets>(text: &str, file: &Path, secrets: S) -> anyhow::Result<Stage> {
    let sandbox = start_sandbox(ANY_PORT, ANY_PORT).await?;
    let doors =
        SandboxDoors { http: format!("http://{}", sandbox.http_address()), smtp: sandbox.smtp_address() };
    let kinds = registry();
    let secrets = SandboxSecrets(secrets);
    let loader = Loader { kinds: &kinds, secrets: &secrets, sandbox: Some(&doors), now: SystemClock.now() };
    let mut config = loader.load_text(text, file)?;
    config.store_path.set_extension("sandbox.db");
    for (name, account) in &config.sandbox_accounts {
        let account = Account::from_settings(account.kind, &account.settings)
            .with_context(|| format!("the sandbox cannot play channel `{name}`"))?;
        sandbox.add(account.named(name.as_str()));
    }
    Ok(Stage { sandbox: Arc::new(sandbox), config })
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
