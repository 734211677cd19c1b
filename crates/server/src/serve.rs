//! The running gateway: HTTP doors, sandbox, start and stop.

mod access;
mod answer;
mod doors;
mod ingest;
mod api;
mod sandbox;
mod http;
mod run;
mod stage;
mod demo;
mod logging;

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context as _;
use fanfare_core::{Clock as _, SystemClock};

use crate::config::{ProcessSecrets, load};
use crate::registry::registry;

pub(crate) use self::demo::run as demo;
pub(crate) use self::logging::{LogFormat, start_logging};

/// Which providers the channels talk to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Providers {
    /// The real ones.
    Real,
    /// The fakes of the built-in sandbox.
    Sandbox,
}

/// `fanfare serve`: runs until it is told to stop.
pub(crate) async fn serve(file: &Path, providers: Providers) -> anyhow::Result<()> {
    let (config, sandbox) = match providers {
        Providers::Real => (load(file, &registry(), &ProcessSecrets, SystemClock.now())?, None),
        Providers::Sandbox => {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("{} cannot be read", file.display()))?;
            let stage::Stage { sandbox, config } = stage::set_up(&text, file, ProcessSecrets).await?;
            tracing::info!(http = %sandbox.http_address(), smtp = %sandbox.smtp_address(), store = %config.store_path.display(), "The sandbox plays every provider; nothing leaves this machine");
            (config, Some(sandbox))
        }
    };
    for warning in &config.warnings {
        tracing::warn!(path = warning.path, "{}", warning.message);
    }
    let running = run::Running::start(config, sandbox).await?;
    run::told_to_stop().await?;
    running.stop().await;
    Ok(())
}

/// `fanfare sandbox`: the fakes alone, for other people's tests.
pub(crate) async fn sandbox_alone(
    http: SocketAddr,
    smtp: SocketAddr,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    stage::run_alone(http, smtp, out).await
}
