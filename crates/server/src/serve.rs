//! The running gateway: HTTP doors, sandbox, start and stop.

mod access;
mod answer;
mod doors;
mod ingest;
mod api;
mod ack;
mod sandbox;
mod http;
mod orders;
mod run;
mod reload;
mod stage;
mod demo;
mod logging;

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;

use self::reload::{ConfigFile, Origin, tell_warnings};
use self::stage::Stage;

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
    let stage = match providers {
        Providers::Real => None,
        Providers::Sandbox => Some(Stage::set_up().await?),
    };
    let origin = Origin::of(ConfigFile { path: file.to_owned(), stage: stage.clone() }).await?;
    let config = origin.file.read()?;
    if let Some(stage) = &stage {
        stage.cast(&config)?;
        let Stage { sandbox } = stage;
        tracing::info!(http = %sandbox.http_address(), smtp = %stage::smtp_address(sandbox), store = %config.store_path.display(), "The sandbox plays every provider; nothing leaves this machine");
    }
    tell_warnings(&config.warnings);
    let running = run::Running::start(config, stage, Some(origin)).await?;
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
